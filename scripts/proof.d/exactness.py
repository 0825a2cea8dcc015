"""The processes of scripts/exactness, their networks, and what they must have counted."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time

PROCESSES = 4
KEYS = 50


class Networks:
    """A network namespace for each process, with a way to the host's and 1 ms of delay on the last of them."""

    def __init__(self):
        self.names = []
        try:
            for number in range(PROCESSES):
                name, host, inner = f"moondial-{os.getpid()}-{number}", f"mdh{os.getpid()}{number}"[-15:], f"mdn{number}"
                run("ip", "netns", "add", name)
                self.names.append(name)
                run("ip", "link", "add", host, "type", "veth", "peer", "name", inner, "netns", name)
                run("ip", "address", "add", f"{self.address(number)}/30", "dev", host)
                run("ip", "link", "set", host, "up")
                run("ip", "-n", name, "address", "add", f"10.231.{number}.2/30", "dev", inner)
                run("ip", "-n", name, "link", "set", inner, "up")
            with contextlib.suppress(OSError, subprocess.CalledProcessError):
                run("tc", "-n", self.names[-1], "qdisc", "add", "dev", inner, "root", "netem", "delay", "1ms")
        except (OSError, subprocess.CalledProcessError) as error:
            reason = getattr(error, "stderr", None) or error
            print(f"no networks of their own, all share the host's: {str(reason).strip()}")
            self.close()

    @staticmethod
    def address(number):
        return f"10.231.{number}.1"

    def command(self, number):
        return ["ip", "netns", "exec", self.names[number]] if self.names else []

    def close(self):
        # Deleting a namespace deletes the end of the pair inside, and with it the other end.
        for name in self.names:
            run("ip", "netns", "delete", name)
        self.names = []


def run(*command):
    subprocess.run(command, check=True, capture_output=True, text=True)


@contextlib.contextmanager
def redis(folder, networks):
    with socket.create_server(("127.0.0.1", 0)) as reserved:
        port = reserved.getsockname()[1]
    addresses = ["127.0.0.1"] + [networks.address(number) for number in range(len(networks.names))]
    server = subprocess.Popen(
        ["redis-server", "--port", str(port), "--bind", *addresses, "--protected-mode", "no", "--save", "", "--dir", folder],
        stdout=subprocess.DEVNULL,
    )
    try:
        while subprocess.run(["redis-cli", "-p", str(port), "ping"], capture_output=True).returncode != 0:
            if server.poll() is not None:
                raise RuntimeError("redis-server did not start")
            time.sleep(0.02)
        yield port
    finally:
        server.kill()
        server.wait()


def counted(program, engines, limit, calls, networks):
    """How many calls each process was allowed for each key, and how long the processes took."""
    start = time.monotonic()
    processes = [
        subprocess.Popen(
            networks.command(number) + [program, "count", engine, str(KEYS), str(limit), str(calls // PROCESSES)],
            stdout=subprocess.PIPE, text=True,
        )
        for number, engine in enumerate(engines)
    ]
    outputs = [process.communicate()[0] for process in processes]
    took = time.monotonic() - start
    if any(process.returncode != 0 for process in processes):
        raise RuntimeError("a process has failed")
    return [[int(word) for word in output.split()] for output in outputs], took


def wrong(allowed, limit, asked):
    expected = min(limit, asked)
    return [f"key {key}: {count} allowed, and not {expected}" for key, count in enumerate(allowed) if count != expected]


def main():
    program, calls = sys.argv[1], int(sys.argv[2])
    calls -= calls % (PROCESSES * KEYS * 2)
    asked = calls // KEYS
    failed = False
    folder = tempfile.mkdtemp(prefix="moondial-exactness-")
    networks = Networks()
    try:
        # A log that holds each moment, one that is merged, and a limit that nothing reaches.
        for limit in [asked // 4, asked * 3 // 4, asked * 2]:
            with redis(folder, networks) as port:
                hosts = [networks.address(number) if networks.names else "127.0.0.1" for number in range(PROCESSES)]
                stores = {
                    "memory": ["memory"] * PROCESSES,
                    "sqlite": [f"sqlite:{folder}/store-{limit}"] * PROCESSES,
                    "redis": [f"redis://{host}:{port}" for host in hosts],
                }
                for name, engines in stores.items():
                    if name == "memory":
                        # Each process counts for itself.
                        shown = limit // PROCESSES
                        parts, took = counted(program, engines, shown, calls, networks)
                        problems = [text for part in parts for text in wrong(part, shown, asked // PROCESSES)]
                    else:
                        shown = limit
                        parts, took = counted(program, engines, shown, calls, networks)
                        problems = wrong([sum(counts) for counts in zip(*parts, strict=True)], shown, asked)
                    print(f"{name}, limit {shown}: {calls} calls on {KEYS} keys by {2 * PROCESSES} clients in "
                          f"{PROCESSES} processes, {took:.1f} s: {'exact' if not problems else '; '.join(problems)}")
                    failed = failed or bool(problems)
    finally:
        networks.close()
        shutil.rmtree(folder)
    sys.exit(1 if failed else 0)


main()
