"""Gives the documents of JSONTestSuite to `moondial.json.decode`: y_ must be read, n_ refused, i_ may be either.

Arguments: the folder of the suite, and the list of documents that moondial treats in another way, on purpose. A line of the
list is the name of a document and the reason.
"""

import os
import sys

from moondial import VERBOSE, Workspace, ending, finish, lua_string

# A script may have 1 MiB.
SCRIPT_BYTES = 600_000

CHECK = """
local function check(name, text)
  local ok, value, failure = pcall(moondial.json.decode, text)
  if not ok then
    print(name, "raised", value)
  elseif value == nil then
    print(name, failure and "refused" or "nil", failure)
  else
    local again = moondial.json.decode(moondial.json.encode(value))
    print(name, again == nil and "read, but not what was written of it" or "read")
  end
end
"""


def batches(documents):
    """The documents in scripts of a bounded size."""
    script = CHECK
    for name, data in documents:
        call = f"check({lua_string(name.encode())}, {lua_string(data)})\n"
        if len(script) + len(call) > SCRIPT_BYTES and script != CHECK:
            yield script
            script = CHECK
        script += call
    yield script


def main(folder, expected_path):
    parsing = os.path.join(folder, "test_parsing")
    if not os.path.isdir(parsing):
        finish("json", f"no folder {parsing}", ["the suite is missing"])
    expected = {}
    with open(expected_path, encoding="utf-8") as lines:
        for line in lines:
            if line.strip() and not line.startswith("#"):
                name, reason = line.split(maxsplit=1)
                expected[name] = reason.strip()

    documents = []
    for name in sorted(os.listdir(parsing)):
        with open(os.path.join(parsing, name), "rb") as file:
            documents.append((name, file.read()))

    outcomes, surprises = {}, []
    with Workspace() as workspace:
        for number, script in enumerate(batches(documents)):
            status, out, err = workspace.run("run", workspace.write(f"documents{number}.lua", script))
            for line in out.decode(errors="replace").splitlines():
                name, outcome, *message = line.split("\t")
                outcomes[name] = (outcome, " ".join(message))
            if status != 0:
                last = next(reversed(outcomes), "none")
                surprises.append(f"moondial {ending(status)} after {last}: {err.decode(errors='replace')[:300]}")

    counts = {"read": 0, "refused": 0}
    for name, _ in documents:
        outcome, message = outcomes.get(name, ("no outcome", ""))
        counts[outcome] = counts.get(outcome, 0) + 1
        wanted = {"y": {"read"}, "n": {"refused"}}.get(name[0], {"read", "refused"})
        if name in expected:
            if VERBOSE:
                print(f"json: expected: {name}: {outcome}: {expected[name]}")
            if outcome in wanted:
                surprises.append(f"{name}: {outcome}, so it need not be in the list of expected differences")
            elif outcome not in ("read", "refused"):
                surprises.append(f"{name}: {outcome} {message}")
        elif outcome not in wanted:
            surprises.append(f"{name}: {outcome} {message}")
    for name in expected.keys() - {name for name, _ in documents}:
        surprises.append(f"{name} is expected to differ, but is not in the suite")
    finish(
        "json",
        f"{len(documents)} documents",
        surprises,
        f"{counts['read']} read",
        f"{counts['refused']} refused",
        f"{len(expected)} differ as expected",
    )


main(*sys.argv[1:])
