"""Starts gateways and providers, and asks them: shared by scripts/soak, scripts/faults, scripts/conformance, scripts/load and scripts/fleet."""

import base64
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

# The credentials in the provider's documentation, which the simulator and a gateway in front of it accept.
APP_KEY = "7d431e42dfa6a6d693ac2d04"
MASTER_SECRET = "5e987ac6d2e04d95a9d8f0d1"
BASIC = "Basic " + base64.b64encode(f"{APP_KEY}:{MASTER_SECRET}".encode()).decode()
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
MAPPING = os.path.join(ROOT, "examples", "mapping.lua")
MOONDIAL = os.path.abspath(os.environ["MOONDIAL"])


class Workspace:
    """A folder for files, and the processes that were started in it. Leaving it ends and removes both."""

    def __init__(self):
        self.path = tempfile.mkdtemp(prefix="moondial-proof-")
        self.processes = []
        self.write("moondial.yaml", "{}\n")

    def __enter__(self):
        return self

    def __exit__(self, *error):
        for process in self.processes:
            if process.poll() is None:
                process.kill()
                process.wait()
        shutil.rmtree(self.path, ignore_errors=True)

    def file(self, name):
        return os.path.join(self.path, name)

    def write(self, name, text):
        """Replaces the file as a whole, so that no reader sees half of it."""
        path = self.file(name)
        with open(path + ".new", "w") as file:
            file.write(text)
        os.replace(path + ".new", path)
        return path

    def start(self, command, name):
        with open(self.file(name + ".out"), "wb") as out, open(self.file(name + ".err"), "wb") as err:
            environment = {key: value for key, value in os.environ.items() if not key.startswith("MOONDIAL_")}
            environment.update(NO_COLOR="1", XDG_CONFIG_HOME=self.path, XDG_STATE_HOME=self.path)
            process = subprocess.Popen(
                command, cwd=self.path, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=err
            )
        self.processes.append(process)
        return process

    def simulator(self, *arguments, name="simulator", port=0):
        process = self.start([MOONDIAL, "simulate", "--port", str(port), *arguments], name)
        address = await_line(process, self.file(name + ".out"), r"listening on (\S+)")
        return Server(process, address)

    def gateway(self, upstream, *arguments, rules=MAPPING, name="gateway", port=0):
        command = [MOONDIAL, "serve", "--rules", rules, "--port", str(port), "--base-url", upstream, *arguments]
        process = self.start(command, name)
        out = self.file(name + ".out")
        url = await_line(process, out, r"listening on (\S+)")
        admin = await_line(process, out, r"admin on (\S+)")
        return Gateway(process, url, admin)


def await_line(process, path, pattern, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with open(path) as file:
            if found := re.search(pattern + r"\n", file.read()):
                return found[1]
        if process.poll() is not None:
            break
        time.sleep(0.01)
    with open(path[: -len("out")] + "err") as file:
        raise RuntimeError(f"{process.args[1]} did not start: {file.read()}")


def await_that(condition, seconds=10):
    """Whether the condition came true in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return bool(condition())


class Server:
    def __init__(self, process, url):
        self.process = process
        self.url = url
        found = re.fullmatch(r"https?://([^:/]+):(\d+)/?", url)
        self.host, self.port = found[1], int(found[2])

    @property
    def resident_kib(self):
        with open(f"/proc/{self.process.pid}/status") as file:
            return int(re.search(r"VmRSS:\s+(\d+)", file.read())[1])

    @property
    def processor_seconds(self):
        with open(f"/proc/{self.process.pid}/stat") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def end(self, number=signal.SIGTERM, seconds=60):
        """The exit status; None if the process did not end in time."""
        self.process.send_signal(number)
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None


class Gateway(Server):
    def __init__(self, process, url, admin):
        super().__init__(process, url)
        self.admin = Server(process, admin)

    def ask(self, token, phone="13800138000", exid="order", path="/v1/decide", timeout=30, **members):
        """The reply to one request on a connection of its own."""
        with Connection(self, timeout) as connection:
            return connection.ask(token, phone, exid, path, **members)

    def administration(self, path, method="GET", headers=()):
        with Connection(self.admin, 30) as connection:
            return connection.request(method, path, headers=headers)

    def metrics(self):
        """Samples by name with labels, as they stand in the text."""
        samples = {}
        for line in self.administration("/metrics").text.splitlines():
            if line and not line.startswith("#"):
                name, value = line.rsplit(" ", 1)
                samples[name] = float(value)
        return samples

    def metric(self, family, **labels):
        """The sum of all samples of a family that have these labels."""
        wanted = [f'{name}="{value}"' for name, value in labels.items()]
        return sum(
            value
            for name, value in self.metrics().items()
            if name.partition("{")[0] == family and all(label in name for label in wanted)
        )


class Reply:
    def __init__(self, status, fields, body):
        self.status = status
        self.fields = fields
        self.body = body

    @property
    def text(self):
        return self.body.decode("utf-8", "replace")

    @property
    def json(self):
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    @property
    def is_replayed(self):
        return self.fields.get("x-moondial-replayed") == "true"

    def __repr__(self):
        return f"HTTP {self.status} {self.text[:300]}"


class Connection:
    """A connection to a server, on which requests can be sent that are no requests."""

    def __init__(self, server, timeout=10, host=None):
        self.server = server
        self.socket = socket.create_connection((host or server.host, server.port), timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()

    def close(self):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data.encode() if isinstance(data, str) else data)

    def _more(self):
        data = self.socket.recv(65536)
        if not data:
            raise EOFError("the connection ended")
        self.buffer += data

    def reply(self, is_head=False):
        """The next reply, interim ones included. Raises EOFError at the end of the connection."""
        while b"\r\n\r\n" not in self.buffer:
            self._more()
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        lines = head.decode("latin-1").split("\r\n")
        status = int(lines[0].split(" ")[1])
        fields = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            fields[name.lower()] = value.strip()
        length = 0 if is_head or status < 200 or status in (204, 304) else int(fields.get("content-length", 0))
        while len(self.buffer) < length:
            self._more()
        body, self.buffer = self.buffer[:length], self.buffer[length:]
        return Reply(status, fields, body)

    def replies_until_end(self):
        """All replies up to the end of the connection."""
        replies = []
        try:
            while True:
                replies.append(self.reply())
        except (EOFError, ConnectionError):
            return replies

    def has_ended(self, seconds=3):
        """Whether the server closes the connection, after whatever it still sends."""
        self.socket.settimeout(seconds)
        try:
            while self.socket.recv(65536):
                pass
            return True
        except ConnectionError:
            return True
        except TimeoutError:
            return False

    def request(self, method, path, body=None, headers=()):
        self.send(request_bytes(method, path, body, headers))
        return self.reply(is_head=method == "HEAD")

    def ask(self, token, phone="13800138000", exid="order", path="/v1/decide", **members):
        self.send(question(token, phone, exid, path, **members))
        return self.reply()


def request_bytes(method, path, body=None, headers=()):
    lines = [f"{method} {path} HTTP/1.1", "Host: gateway", *headers]
    body = body.encode() if isinstance(body, str) else body
    if body is not None:
        lines.append(f"Content-Length: {len(body)}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + (body or b"")


def question(token, phone="13800138000", exid="order", path="/v1/decide", headers=(), **members):
    """The bytes of a request for a decision."""
    body = json.dumps({"token": token, "phone": phone, "exID": exid, **members})
    return request_bytes(
        "POST", path, body, (f"Authorization: {BASIC}", "Content-Type: application/json", *headers)
    )


class Neighbours:
    """Callers that ask for decisions all the time, while something happens to others. `failures` holds what went wrong."""

    def __init__(self, gateway, count=4, token="neighbour", pause=0.005):
        self.gateway = gateway
        self.asked = 0
        self.slowest = 0.0
        self.failures = []
        self.lock = threading.Lock()
        self.stopped = threading.Event()
        self.threads = [
            threading.Thread(target=self._run, args=(f"{token}-{time.monotonic_ns()}-{index}", pause), daemon=True)
            for index in range(count)
        ]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *error):
        self.stopped.set()
        for thread in self.threads:
            thread.join(30)

    def _run(self, token, pause):
        connection, number = None, 0
        while not self.stopped.is_set():
            number += 1
            start = time.monotonic()
            try:
                connection = connection or Connection(self.gateway, 20)
                reply = connection.ask(f"{token}-{number}", exid=f"{token}-{number}")
                problem = None
                if reply.status != 200 or reply.json.get("decision") != "allow":
                    problem = repr(reply)
            except (OSError, EOFError) as error:
                problem = repr(error)
                connection = None
            with self.lock:
                self.asked += 1
                self.slowest = max(self.slowest, time.monotonic() - start)
                if problem:
                    self.failures.append(problem)
            time.sleep(pause)


def log_lines(path):
    """The records in a decision log and its older files, and how many lines are no JSON."""
    records, torn = [], 0
    folder, name = os.path.split(path)
    for entry in os.listdir(folder):
        if entry == name or re.fullmatch(re.escape(name) + r"\.\d+", entry):
            with open(os.path.join(folder, entry), "rb") as file:
                for line in file.read().split(b"\n"):
                    if line:
                        try:
                            records.append(json.loads(line))
                        except ValueError:
                            torn += 1
    return records, torn


def percentile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * share))] if values else float("nan")


class Skipped(Exception):
    """A fault that cannot be tried on this machine."""


class Expectations:
    """Messages about results that were not as expected."""

    def __init__(self):
        self.failed = []

    def equal(self, what, found, expected):
        if found != expected:
            self.failed.append(f"{what} is {found!r}, expected {expected!r}")

    def true(self, what, condition):
        if not condition:
            self.failed.append(what)
