"""Runs the rule files below Tests/MoondialRulesTests/Attacks with the program under test, each in a process of its own.

Each file begins with a header that says how it has to end; `Attack.swift` beside the folder explains it. The tests run the
same files inside their process, in a debug build: here they meet the program as it is installed. A process must neither
crash nor hang, and may use the processor time that the limits allow, and a little more.
"""

import json
import os
import re
import resource
import sys

from moondial import VERBOSE, Workspace, ending, finish

ATTACKS = sys.argv[1]
PHONE = "13800138000"
LIMITS = {"hook": "hook_cpu", "run": "run_cpu", "load": "load_cpu", "memory": "memory", "vm": "vm_memory"}
DEFAULTS = {"run_cpu": "250ms", "load_cpu": "2s"}
# A limit above the allowed range means: no limit.
MOST_MEMORY = "16GiB"
UNITS = {"ms": 1e-3, "s": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}
# What a process needs in addition to its rules: to start, to stop a hook that is over its limit, and to report that.
MORE_SECONDS = 0.5


def amount(text):
    """The seconds or bytes of "250ms" or "1GiB"."""
    number, unit = re.fullmatch(r"(\d+)(\w+)", text).groups()
    return int(number) * UNITS[unit]


class Attack:
    """A file, and how its runs must end."""

    def __init__(self, name):
        self.name = name
        self.path = os.path.join(ATTACKS, name)
        with open(self.path, "rb") as file:
            self.text = file.read()
        lines = self.text.decode(errors="replace").split("\n")
        header = dict(re.fullmatch(r"-- (expect|message|budget|token|runs|costs): (.+)", line).groups()
                      for line in lines if re.match(r"-- (expect|message|budget|token|runs|costs): ", line))
        self.end = header["expect"]
        self.message = header.get("message", "")
        self.token = header.get("token", "STsid-example")
        self.runs = int(header.get("runs", "1"))
        budget = dict(limit.split("=") for limit in header.get("budget", "").split())
        self.limits = {
            LIMITS.get(name, name): MOST_MEMORY if name in ("memory", "vm") and amount(value) > amount(MOST_MEMORY) else value
            for name, value in budget.items()
        }

    def configuration(self):
        limits = "".join(f"  {name}: {value}\n" for name, value in self.limits.items())
        return f'config: {{phones: ["{PHONE}"]}}\n' + (f"limits:\n{limits}" if limits else "")

    def most(self, limit):
        return amount(self.limits.get(limit, DEFAULTS[limit]))

    def arguments(self):
        """One run, as callers of the command make it. Several runs are made by a script, so that they share a Lua state."""
        rules = ["--rules", os.path.basename(self.name)]
        if self.runs == 1:
            return ["verify", *rules, "--phone", PHONE, "--token", self.token, "--exid", "attack", "--json"]
        return ["run", *rules, "-e", f"""
            for _ = 1, {self.runs} do
              local d = verify("{PHONE}", {json.dumps(self.token)}, "attack")
              print(moondial.json.encode({{ decision = d.decision, reason = d.reason }}))
            end"""]


def ends(output):
    """"deny survived" for each decision that was printed."""
    decisions = [json.loads(line) for line in output.splitlines() if line.startswith('{"decision":')]
    return [f"{decision['decision']} {decision['reason']}" for decision in decisions]


def used():
    """Processor time of all processes that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def problem(attack):
    """What is wrong, or nothing."""
    with Workspace(attack.configuration()) as workspace:
        workspace.write(os.path.basename(attack.name), attack.text)
        before = used()
        status, output, errors = workspace.run(*attack.arguments(), seconds=60)
        seconds = used() - before
    output, errors = output.decode(errors="replace"), errors.decode(errors="replace")
    if status is None or status < 0:
        return ending(status)
    allowed = attack.runs * attack.most("run_cpu") + attack.most("load_cpu") + MORE_SECONDS
    if seconds > allowed:
        return f"took {seconds:.2f} s of processor time, of at most {allowed:.2f}"
    if attack.end.startswith("load "):
        if f"error[{attack.end[5:]}]" not in errors:
            return f"expected {attack.end}, got: {errors[:200]}"
    else:
        if ends(output) != [attack.end] * attack.runs:
            return f"expected {attack.end}, got {ends(output)}, {ending(status)}: {errors[:200]}"
    if attack.message and attack.message not in errors:
        return f"no message '{attack.message}': {errors[:200]}"
    return None


def main():
    names = sorted(
        os.path.relpath(os.path.join(folder, file), ATTACKS)
        for folder, _, files in os.walk(ATTACKS)
        for file in files
        if file.endswith(".lua")
    )
    surprises = []
    for name in names:
        found = problem(Attack(name))
        if found:
            surprises.append(f"{name}: {found}")
        if VERBOSE:
            print(f"attacks: {name}: {found or 'ok'}", flush=True)
    largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss >> 10
    finish("attacks", f"{len(names)} rule files", surprises, f"at most {largest} MiB of memory")


main()
