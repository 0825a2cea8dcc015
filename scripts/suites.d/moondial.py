"""Starts the program under test without the settings of the user who runs the suites."""

import os
import shutil
import subprocess
import sys
import tempfile

VERBOSE = bool(os.environ.get("SUITES_VERBOSE"))


class Workspace:
    """A folder for scripts. The program finds only a configuration that is written there."""

    def __init__(self, configuration=""):
        self.path = tempfile.mkdtemp(prefix="moondial-suites-")
        self.write("moondial.yaml", configuration or "{}\n")

    def __enter__(self):
        return self

    def __exit__(self, *error):
        shutil.rmtree(self.path, ignore_errors=True)

    def write(self, name, text):
        path = os.path.join(self.path, name)
        with open(path, "wb") as file:
            file.write(text if isinstance(text, bytes) else text.encode())
        return path

    def run(self, *arguments, seconds=120, environment=None):
        """The program's output and status; the status is `None` if the program did not end in time."""
        clean = {key: value for key, value in os.environ.items() if not key.startswith("MOONDIAL_")}
        clean.update(XDG_CONFIG_HOME=self.path, NO_COLOR="1", MOONDIAL_CONFIG=os.path.join(self.path, "moondial.yaml"))
        clean.update(environment or {})
        command = [os.path.abspath(os.environ["MOONDIAL"]), *arguments]
        try:
            result = subprocess.run(
                command, cwd=self.path, env=clean, stdin=subprocess.DEVNULL, capture_output=True, timeout=seconds
            )
        except subprocess.TimeoutExpired as error:
            return None, error.stdout or b"", error.stderr or b""
        return result.returncode, result.stdout, result.stderr


def ending(status):
    """An exit status in words, for reports."""
    if status is None:
        return "did not end in time"
    return f"was ended by signal {-status}" if status < 0 else f"ended with status {status}"


def lua_string(data):
    """A Lua literal for bytes."""
    plain = set(range(0x20, 0x7F)) - {0x22, 0x5C}
    return '"' + "".join(chr(byte) if byte in plain else f"\\{byte:03d}" for byte in data) + '"'


def finish(name, total, surprises, *details):
    """Prints the findings and the line of a suite, and ends the process with its status."""
    for surprise in surprises:
        print(f"{name}: {surprise}")
    state = f"FAILED, {len(surprises)} not as expected" if surprises else "ok"
    print(f"{name}: {state}: " + ", ".join([total, *details]), flush=True)
    sys.exit(1 if surprises else 0)
