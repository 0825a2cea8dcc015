"""Runs the official tests of Lua, file by file, as modules of a script without limits.

Arguments: the folder of the tests, and the list of what differs on purpose. A line of the list is

    FILE LINES ACTION REASON

FILE is without `.lua`. The actions are

    skip    LINES is `-`: the file is not run
    cut     the lines are taken out before the run
    put     the line is replaced by what follows `=>` after the reason
    fails   LINES are the lines of the calls that lead to an assertion that fails, innermost first, as `12<34`
"""

import os
import re
import sys

from moondial import VERBOSE, Workspace, ending, finish

# The configuration has no time limits; this script ends a file that hangs.
CONFIGURATION = """
limits:
  hook_cpu: 600s
  run_cpu: 600s
  load_cpu: 600s
  memory: 2GiB
  vm_memory: 2GiB
  source_bytes: 4MiB
"""
SECONDS = 300

# Replaces the first line, which is a comment in each file, so that all lines keep their numbers. No tests are skipped because
# they depend on the system or take long: `T`, the library for tests inside of Lua, and `_port` and `_soft` are nil.
FIRST_LINE = 'local assert, Message = require "assertions".assert, print'

# Modules that tests load with `require`.
MODULES = ["bwcoercion.lua"]

HERE = os.path.dirname(os.path.abspath(__file__))


class Expected:
    """The intended differences in one file."""

    def __init__(self):
        self.skip, self.cuts, self.puts, self.fails = None, [], {}, {}


def read_expected(path):
    files = {}
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            if not line.strip() or line.startswith("#"):
                continue
            name, place, action, reason = line.split(maxsplit=3)
            expected = files.setdefault(name, Expected())
            if action == "skip":
                expected.skip = reason.strip()
            elif action == "cut":
                first, _, last = place.partition("-")
                expected.cuts.append((int(first), int(last or first), reason.strip()))
            elif action == "put":
                reason, text = reason.strip().split(" => ")
                expected.puts[int(place)] = (text, reason)
            elif action == "fails":
                expected.fails[place] = reason.strip()
            else:
                raise ValueError(f"{path}: unknown action in: {line}")
    return files


class Outcome:
    """The result of a file."""

    def __init__(self, printed):
        self.failed, self.stopped, self.reached, self.is_done = {}, None, set(), False
        for line in printed.decode(errors="replace").splitlines():
            word, *values = line.split("\t")
            if word == "@failed":
                self.failed[values[0]] = " ".join(values[1:])
            elif word == "@stopped":
                self.stopped = " ".join(values)
            elif word == "@reached":
                self.reached.add(int(values[0]))
            elif word == "@done":
                self.is_done = True


def run(folder, name, expected):
    """The outcome of a file, and how many lines with assertions were left in it."""
    with open(os.path.join(folder, name + ".lua"), "rb") as file:
        lines = file.read().split(b"\n")
    for first, last, _ in expected.cuts:
        lines[first - 1 : last] = [b""] * (last - first + 1)
    for number, (text, _) in expected.puts.items():
        lines[number - 1] = text.encode()
    lines[0] = FIRST_LINE.encode()
    wanted = {number for number, line in enumerate(lines[1:], 2) if re.match(rb"(?!\s*--).*\bassert\s*\(", line)}
    with Workspace(CONFIGURATION) as workspace:
        with open(os.path.join(HERE, "assertions.lua"), "rb") as file:
            workspace.write("assertions.lua", file.read())
        workspace.write(f"test_{name}.lua", b"\n".join(lines))
        workspace.write("main.lua", f'require "assertions".run "test_{name}"\n')
        for module in MODULES:
            with open(os.path.join(folder, module), "rb") as file:
                workspace.write(module, file.read())
        status, out, err = workspace.run("run", "main.lua", seconds=SECONDS)
    return Outcome(out), wanted, status, err.decode(errors="replace")


def judge(name, expected, outcome, status, err):
    """The unexpected parts of an outcome."""
    if status != 0 or not outcome.is_done:
        yield f"{name}.lua: moondial {ending(status)}: {err[:500]}"
    if outcome.stopped:
        yield f"{name}.lua stopped: {outcome.stopped[:300]}"
    for lines in sorted(outcome.failed.keys() - expected.fails.keys()):
        yield f"{name}.lua:{lines}: {outcome.failed[lines]}"
    for lines in sorted(expected.fails.keys() - outcome.failed.keys()):
        yield f"{name}.lua:{lines} does not fail, so it need not be in the list of expected differences"


def main(folder, expected_path):
    suite = os.path.splitext(os.path.basename(expected_path))[0]
    if not os.path.isdir(folder):
        finish(suite, f"no folder {folder}", ["the suite is missing"])
    everything = read_expected(expected_path)
    names = sorted(name[:-4] for name in os.listdir(folder) if name.endswith(".lua"))
    surprises = [
        f"{name}.lua is in the list of expected differences, but not in the suite"
        for name in everything.keys() - set(names)
    ]
    files = reached = unreached = cut = failed = skipped = 0
    for name in names:
        expected = everything.get(name, Expected())
        if expected.skip:
            skipped += 1
            if VERBOSE:
                print(f"{suite}: {name}.lua is skipped: {expected.skip}")
            continue
        outcome, wanted, status, err = run(folder, name, expected)
        surprises += judge(name, expected, outcome, status, err)
        files += 1
        reached += len(outcome.reached)
        unreached += len(wanted - outcome.reached)
        cut += sum(last - first + 1 for first, last, _ in expected.cuts)
        failed += len(expected.fails)
        if VERBOSE:
            for first, last, reason in expected.cuts:
                print(f"{suite}: {name}.lua:{first}-{last} is cut: {reason}")
            for number, (_, reason) in expected.puts.items():
                print(f"{suite}: {name}.lua:{number} is replaced: {reason}")
            for lines, reason in expected.fails.items():
                print(f"{suite}: {name}.lua:{lines} fails: {reason}")
            print(
                f"{suite}: {name}.lua: {len(outcome.reached)} lines with assertions ran, not reached: {sorted(wanted - outcome.reached)}"
            )
    finish(
        suite,
        f"{files} files",
        surprises,
        f"assertions in {reached} lines ran",
        f"{unreached} such lines were not reached",
        f"{cut} lines cut",
        f"{failed} assertions fail as expected",
        f"{skipped} files skipped",
    )


main(*sys.argv[1:])
