"""Answers verifications with replies of all kinds, and compares moondial's result of each with its promises.

Each reply is one `Case` of reply_cases.py: what the server writes, and the verdict, `delivered`, kind of error and code
that must come of it. A match is expected only from a well-formed reply with code 9000, under HTTP 2xx, that names no
other request. The server finds the case by the token, so that one process can send all requests, many at a time.
"""

import base64
import json
import re
import socket
import struct
import threading
import time

from moondial import VERBOSE, Workspace, ending, finish, lua_string
from reply_cases import CLOSE, PLAIN, RESET, Pause, all_cases, reply

APP_KEY = "0123456789abcdef01234567"
SECRET = "fedcba9876543210fedcba98"
PHONE = "13800138000"
AT_ONCE = 40

# MARK: The server


class Server:
    """Answers each request with the reply that its token names."""

    def __init__(self, cases):
        self.cases = cases
        self.requests = {}
        self.surprises = []
        self.lock = threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.settimeout(30)
        try:
            with connection:
                while (request := self.read(connection)) is not None and self.answer(connection, request):
                    pass
        except OSError:
            pass  # The client closes connections that it cannot use any more.

    def read(self, connection):
        """The body of the next request, or nothing at the end."""
        data = b""
        while b"\r\n\r\n" not in data:
            more = connection.recv(65536)
            if not more:
                return None
            data += more
        head, body = data.split(b"\r\n\r\n", 1)
        length = int(re.search(rb"\r\nContent-Length: (\d+)", head).group(1))
        while len(body) < length:
            body += connection.recv(65536)
        credentials = b"\r\nAuthorization: Basic " + base64.b64encode(f"{APP_KEY}:{SECRET}".encode())
        if not head.startswith(b"POST /v1/web/verify HTTP/1.1\r\n") or credentials not in head or len(body) != length:
            self.surprises.append(f"a request is not as it should be: {head[:60]!r}")
        return json.loads(body)

    def answer(self, connection, request):
        """Whether the connection stays open."""
        number = int(request["token"].rsplit("-", 1)[1])
        with self.lock:
            self.requests[number] = self.requests.get(number, 0) + 1
        for part in self.cases[number].bytes_for(request.get("exID")):
            if isinstance(part, Pause):
                time.sleep(part.seconds)
            elif part == CLOSE:
                connection.shutdown(socket.SHUT_WR)
                connection.settimeout(1)
                while connection.recv(65536):
                    pass
                return False
            elif part == RESET:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                return False
            else:
                connection.sendall(part)
        return True


# MARK: The client

SCRIPT = """
local function try(case)
  local ok, result = pcall(verify, "%s", case.token, case.exid, {timeout_ms = case.timeout})
  if not ok then
    print(moondial.json.encode {number = case.number, raised = tostring(result)})
    return
  end
  local attempt = result.attempts[1]
  print(moondial.json.encode {
    number = case.number, decision = result.decision, attempts = #result.attempts, verdict = attempt.verdict, code = attempt.code,
    delivered = attempt.delivered, billed = attempt.billed, status = attempt.http_status, id = attempt.id, exid = attempt.exid,
    kind = attempt.error and attempt.error.kind, message = attempt.error and attempt.error.message,
  })
end

local function run(cases, from, to)
  local calls = {}
  for number = from, to do calls[#calls + 1] = function() try(cases[number]) end end
  moondial.all(calls)
end
""" % PHONE


def token(number):
    return f"STsid-invented-token-{number:04d}"


def script(cases):
    lines = [SCRIPT, "local cases = {}"]
    for number, case in enumerate(cases):
        exid = "nil" if case.exid is None else lua_string(case.exid.encode())
        lines.append(
            f"cases[{number + 1}] = {{number = {number}, token = {lua_string(token(number).encode())}, exid = {exid}, timeout = {case.timeout}}}"
        )
    late = sum(case.is_late for case in cases)
    starts = [*range(0, len(cases) - late, AT_ONCE), len(cases) - late, len(cases)]
    lines += [f"run(cases, {start + 1}, {end})" for start, end in zip(starts, starts[1:])]
    return "\n".join(lines)


def billed(case):
    """What an attempt must say about billing."""
    if case.delivered != "yes":
        return "maybe"
    return True if case.code in (9000, 9001) else "maybe" if case.code == 9099 else False


def differences(case, result):
    """Which parts of a result are not as the case says."""
    decisions = {"match": "allow", "mismatch": "deny", "unknown": "review"}
    wanted = {
        "decision": decisions[case.verdict],
        "attempts": 1,
        "verdict": case.verdict,
        "delivered": case.delivered,
        "kind": case.kind,
        "code": case.code,
        "billed": billed(case),
    }
    return [
        f"{name} {result.get(name)!r} instead of {value!r}"
        for name, value in wanted.items()
        if result.get(name) != value
    ]


def run_cases(cases, surprises):
    server = Server(cases)
    environment = {"MOONDIAL_APP_KEY": APP_KEY, "MOONDIAL_MASTER_SECRET": SECRET}
    with Workspace() as workspace:
        path = workspace.write("replies.lua", script(cases))
        status, out, err = workspace.run(
            "run", "--base-url", f"http://127.0.0.1:{server.port}", path, environment=environment
        )
    server.listener.close()
    results = {}
    for line in out.decode(errors="replace").splitlines():
        result = json.loads(line)
        results[result["number"]] = result
    if status != 0:
        surprises.append(f"moondial {ending(status)}: {err.decode(errors='replace')[:500]}")
    for number, case in enumerate(cases):
        result = results.get(number)
        if result is None or "raised" in result:
            surprises.append(f"{case.name}: no result: {result}")
            continue
        if VERBOSE:
            print(f"replies: {case.name}: {result['verdict']}, {result.get('kind')}: {result.get('message')}")
        if found := differences(case, result):
            surprises.append(f"{case.name}: {', '.join(found)}; {result.get('message')}")
        if server.requests.get(number) != 1:
            surprises.append(f"{case.name}: {server.requests.get(number, 0)} requests instead of 1")
        if case.name == "body: id above 2^53" and result["id"] != 9007199254740993:
            surprises.append(f"{case.name}: the id became {result['id']}")
    surprises += server.surprises
    check_secrets("run", out + err, surprises)


def check_secrets(name, printed, surprises):
    """No output holds the secret, in any form, or a token."""
    pair = base64.b64encode(f"{APP_KEY}:{SECRET}".encode()).rstrip(b"=")
    for secret in (SECRET.encode(), pair, b"STsid-invented", PHONE.encode()):
        if secret in printed:
            surprises.append(f"{name}: the output holds {secret!r}")


# MARK: Servers that do not wait for a request


class Greeter:
    """Does something with each connection at once, without reading a request."""

    def __init__(self, data, end):
        self.data, self.end, self.kept = data, end, []
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
                connection.sendall(self.data)
            except OSError:
                return
            if self.end == RESET:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            if self.end:
                connection.close()
            else:
                self.kept.append(connection)


def closed_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def run_connections(surprises):
    """Each in a process of `moondial verify`, which also shows the exit status. Returns how many there are.

    No client can tell a reply that was written too early from one that came fast, so a match before the request may be taken,
    unless it names another request.
    """
    other = reply(b'{"code":9000,"exID":"order-43"}')
    cases = [
        ("nothing listens", closed_port(), {"no"}, {"connect_refused"}, {69}),
        ("closed at once", Greeter(b"", CLOSE).port, {"no", "maybe"}, None, {69, 124}),
        ("reset at once", Greeter(b"", RESET).port, {"no", "maybe"}, None, {69, 124}),
        ("silent", Greeter(b"", None).port, {"maybe"}, {"response_timeout"}, {124}),
        ("a greeting of SSH", Greeter(b"SSH-2.0-OpenSSH_9.2\r\n", None).port, {"no", "maybe"}, None, {69, 124}),
        (
            "408 before the request",
            Greeter(b"HTTP/1.1 408 Late\r\nContent-Length: 0\r\n\r\n", CLOSE).port,
            {"no", "maybe"},
            None,
            {69, 124},
        ),
        ("a match before the request", Greeter(reply(PLAIN), None).port, {"no", "maybe", "yes"}, None, {0, 69, 124}),
        (
            "a match before the request, then the end",
            Greeter(reply(PLAIN), CLOSE).port,
            {"no", "maybe", "yes"},
            None,
            {0, 69, 124},
        ),
        ("a match of another request before the request", Greeter(other, None).port, {"no", "maybe"}, None, {69, 124}),
    ]
    environment = {"MOONDIAL_APP_KEY": APP_KEY, "MOONDIAL_MASTER_SECRET": SECRET}
    for name, port, delivered, kinds, statuses in cases:
        with Workspace() as workspace:
            status, out, err = workspace.run(
                "verify",
                "--base-url",
                f"http://127.0.0.1:{port}",
                "--json",
                "--timeout",
                "1s",
                "--phone",
                PHONE,
                "--token",
                token(0),
                environment=environment,
                seconds=20,
            )
        check_secrets(name, out + err, surprises)
        try:
            result = json.loads(out)
            attempt = result["attempts"][0]
        except (ValueError, IndexError):
            surprises.append(f"{name}: moondial {ending(status)}: {out[:200]!r} {err[:200]!r}")
            continue
        kind = (attempt["error"] or {}).get("kind")
        if VERBOSE:
            print(f"replies: {name}: status {status}, {attempt['delivered']}, {kind}")
        if (
            (status == 0) != (result["decision"] == "allow")
            or status not in statuses
            or attempt["delivered"] not in delivered
            or kinds
            and kind not in kinds
        ):
            surprises.append(f"{name}: {result['decision']}, status {status}, delivered {attempt['delivered']}, {kind}")
    return len(cases)


def main():
    surprises = []
    # Late replies must not meet the request of another case, so these cases come last, all at once.
    cases = sorted(all_cases(), key=lambda case: case.is_late)
    assert 0 < sum(case.is_late for case in cases) <= AT_ONCE
    names = [case.name for case in cases]
    assert len(set(names)) == len(names), [name for name in names if names.count(name) > 1]
    run_cases(cases, surprises)
    connections = run_connections(surprises)
    verdicts = {verdict: sum(case.verdict == verdict for case in cases) for verdict in ("match", "mismatch", "unknown")}
    finish(
        "replies",
        f"{len(cases)} replies and {connections} connections",
        surprises,
        f"{verdicts['match']} matches",
        f"{verdicts['mismatch']} mismatches",
        f"{verdicts['unknown']} without a verdict",
    )


main()
