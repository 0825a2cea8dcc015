"""The checks of scripts/conformance."""

import collections
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time

from gateways import (
    APP_KEY, BASIC, MASTER_SECRET, Connection, Expectations, Workspace, await_that, log_lines, question, request_bytes,
)

CHECKS = []
BODY = b'{"token":"smuggled","phone":"13800138000","exID":"x"}'
HEAD = (
    f"POST /v1/decide HTTP/1.1\r\nHost: gateway\r\nAuthorization: {BASIC}\r\nContent-Type: application/json\r\n".encode()
)
LENGTH = b"Content-Length: %d\r\n" % len(BODY)
CHUNKED = b"%x\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY)
CHUNKED_CODING = b"Transfer-Encoding: chunked\r\n"


class Check(Expectations):
    def __init__(self, work):
        super().__init__()
        self.work = work
        self.simulator = work.simulator()
        self.log = work.file("decisions.log")
        self.notes = []

    def gateway(self, *arguments, **options):
        return self.work.gateway(self.simulator.url, "--decision-log", self.log, *arguments, **options)


def check(name):
    def register(function):
        CHECKS.append((name, function))
        return function

    return register


# MARK: Requests that two readers could understand differently

# Each must be refused with one of the statuses, nothing after it be read, and nothing be run.
SHAPES = {
    "length and chunks": ([400], HEAD + LENGTH + CHUNKED_CODING + b"\r\n" + CHUNKED),
    "chunks and length": ([400], HEAD + CHUNKED_CODING + LENGTH + b"\r\n" + CHUNKED),
    "two lengths": ([400], HEAD + LENGTH + b"Content-Length: 3\r\n\r\n" + BODY),
    "the same length twice": ([400], HEAD + LENGTH + LENGTH + b"\r\n" + BODY),
    "a list of lengths": ([400], HEAD + b"Content-Length: %d, %d\r\n\r\n" % (len(BODY), len(BODY)) + BODY),
    "length with a sign": ([400], HEAD + b"Content-Length: +%d\r\n\r\n" % len(BODY) + BODY),
    "negative length": ([400], HEAD + b"Content-Length: -1\r\n\r\n" + BODY),
    "hexadecimal length": ([400], HEAD + b"Content-Length: 0x10\r\n\r\n" + BODY),
    "empty length": ([400], HEAD + b"Content-Length: \r\n\r\n" + BODY),
    "length of 30 digits": ([400, 413], HEAD + b"Content-Length: " + b"9" * 30 + b"\r\n\r\n" + BODY),
    "space before the colon": ([400], HEAD + b"Content-Length : %d\r\n\r\n" % len(BODY) + BODY),
    "chunks with a space before the colon": ([400], HEAD + b"Transfer-Encoding : chunked\r\n\r\n" + CHUNKED),
    "chunked twice": ([400, 501], HEAD + b"Transfer-Encoding: chunked, chunked\r\n\r\n" + CHUNKED),
    "two codings": ([400, 501], HEAD + CHUNKED_CODING + b"Transfer-Encoding: identity\r\n\r\n" + CHUNKED),
    "unknown coding": ([400, 501], HEAD + b"Transfer-Encoding: xchunked\r\n\r\n" + CHUNKED),
    "coding after a vertical tab": ([400, 501], HEAD + b"Transfer-Encoding: \x0bchunked\r\n\r\n" + CHUNKED),
    "chunks in HTTP/1.0": ([400, 501], HEAD.replace(b"/1.1", b"/1.0") + CHUNKED_CODING + b"\r\n" + CHUNKED),
    "folded field": ([400, 501], HEAD + b"Transfer-Encoding:\r\n chunked\r\n\r\n" + CHUNKED),
    "folded first field": ([400], HEAD.replace(b"Host:", b" Host:") + LENGTH + b"\r\n" + BODY),
    "bare LF between fields": ([400], HEAD + b"X: y\n" + LENGTH + b"\r\n" + BODY),
    "bare LF everywhere": ([400], (HEAD + LENGTH + b"\r\n").replace(b"\r\n", b"\n") + BODY),
    "bare LF after the request line": ([400], HEAD.replace(b"1.1\r\n", b"1.1\n") + LENGTH + b"\r\n" + BODY),
    "bare CR in a field": ([400], HEAD + b"X: a\rb\r\n" + LENGTH + b"\r\n" + BODY),
    "zero byte in a field": ([400], HEAD + b"X: a\0b\r\n" + LENGTH + b"\r\n" + BODY),
    "zero byte in a name": ([400], HEAD + b"X\0Y: a\r\n" + LENGTH + b"\r\n" + BODY),
    "field without a colon": ([400], HEAD + b"nothing\r\n" + LENGTH + b"\r\n" + BODY),
    "field without a name": ([400], HEAD + b": x\r\n" + LENGTH + b"\r\n" + BODY),
    "two hosts": ([400], HEAD + b"Host: other\r\n" + LENGTH + b"\r\n" + BODY),
    "no host": ([400], HEAD.replace(b"Host: gateway\r\n", b"") + LENGTH + b"\r\n" + BODY),
    "host with a space": ([400], HEAD.replace(b"Host: gateway", b"Host: a b") + LENGTH + b"\r\n" + BODY),
    "two authorizations": ([400], HEAD + b"Authorization: Basic eDp5\r\n" + LENGTH + b"\r\n" + BODY),
    "chunk size with a sign": ([400], HEAD + CHUNKED_CODING + b"\r\n+" + CHUNKED),
    "chunk size with 0x": ([400], HEAD + CHUNKED_CODING + b"\r\n0x" + CHUNKED),
    "chunk size with a space": ([400], HEAD + CHUNKED_CODING + b"\r\n " + CHUNKED),
    "chunk size with bare LF": ([400], HEAD + CHUNKED_CODING + b"\r\n" + CHUNKED.replace(b"\r\n", b"\n", 1)),
    "chunk longer than it says": ([400], HEAD + CHUNKED_CODING + b"\r\n5\r\n" + BODY + b"\r\n0\r\n\r\n"),
    "chunk size of 17 digits": ([400, 413], HEAD + CHUNKED_CODING + b"\r\n1" + b"0" * 16 + b"\r\n" + BODY),
    "chunk extension without end": ([400, 431], HEAD + CHUNKED_CODING + b"\r\n1;" + b"x" * 40_000),
    "trailer with bare LF": ([400], HEAD + CHUNKED_CODING + b"\r\n" + CHUNKED[:-2] + b"X: y\n\r\n"),
    "unknown version": ([505], HEAD.replace(b"/1.1", b"/2.0") + LENGTH + b"\r\n" + BODY),
    "version with a space": ([400], HEAD.replace(b"HTTP/1.1", b"HTTP/1.1 ") + LENGTH + b"\r\n" + BODY),
    "two spaces": ([400], HEAD.replace(b"POST ", b"POST  ") + LENGTH + b"\r\n" + BODY),
    "tab as a space": ([400], HEAD.replace(b"POST ", b"POST\t") + LENGTH + b"\r\n" + BODY),
    "target without a slash": ([400], HEAD.replace(b"/v1/decide", b"v1/decide") + LENGTH + b"\r\n" + BODY),
    "fragment in the target": ([400], HEAD.replace(b"/v1/decide", b"/v1/decide#x") + LENGTH + b"\r\n" + BODY),
    "HTTP/0.9": ([400], b"GET /openapi.json\r\n\r\n"),
    "TLS": ([400], b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 200),
    "HTTP/2": ([400, 505], b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    "huge field": ([431], HEAD + b"X: " + b"x" * 20_000 + b"\r\n\r\n"),
    "many fields": ([431], HEAD + b"X: y\r\n" * 5_000 + b"\r\n"),
    "huge target": ([414, 431], b"GET /" + b"x" * 20_000 + b" HTTP/1.1\r\n\r\n"),
    "huge length": ([413], HEAD + b"Content-Length: 1000000\r\n\r\n"),
    "huge chunk": ([413], HEAD + CHUNKED_CODING + b"\r\nfffff\r\n"),
    "unknown expectation": ([417], HEAD + b"Expect: 200-ok\r\n" + LENGTH + b"\r\n" + BODY),
}


@check("requests that are refused")
def refused(t):
    gateway = t.gateway()
    for name, (statuses, data) in SHAPES.items():
        with Connection(gateway) as connection:
            try:
                connection.send(data + question("after-" + name.replace(" ", "-")))
            except ConnectionError:
                pass
            replies = connection.replies_until_end()
            t.true(f"{name}: {replies}", len(replies) == 1 and replies[0].status in statuses)
    t.equal("runs", len(log_lines(t.log)[0]), 0)
    t.equal("upstream calls", gateway.metric("moondial_upstream_calls_total"), 0)


@check("requests that are accepted")
def accepted(t):
    gateway = t.gateway()
    token = (b"accepted-%d" % number for number in range(1000))

    def bodied(framing=None, head=HEAD, chunks=None):
        body = BODY.replace(b"smuggled", next(token))
        if chunks:
            return head + CHUNKED_CODING + b"\r\n" + chunks(body)
        return head + (framing or b"Content-Length: %d\r\n") % len(body) + b"\r\n" + body

    shapes = {
        "plain": bodied(),
        "names in capitals": bodied(b"CONTENT-LENGTH: %d\r\n"),
        "no space after the colon": bodied(b"Content-Length:%d\r\n"),
        "tabs around a value": bodied(b"Content-Length:\t%d \t\r\n"),
        "empty lines before": b"\r\n\r\n" + bodied(),
        "absolute form": bodied(head=HEAD.replace(b" /v1", b" http://gateway/v1")),
        "chunks": bodied(chunks=lambda body: b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)),
        "chunks of one byte": bodied(chunks=lambda body: b"".join(b"1\r\n%c\r\n" % c for c in body) + b"0\r\n\r\n"),
        "chunk extension": bodied(chunks=lambda body: b'%x;a="b"\r\n%s\r\n0\r\n\r\n' % (len(body), body)),
        "trailers": bodied(chunks=lambda body: b"%x\r\n%s\r\n0\r\nX: y\r\n\r\n" % (len(body), body)),
        "chunk size in capitals with zeros": bodied(chunks=lambda body: b"00%X\r\n%s\r\n0\r\n\r\n" % (len(body), body)),
        "charset": bodied(head=HEAD.replace(b"json\r\n", b"json; charset=utf-8\r\n")),
        "empty host": bodied(head=HEAD.replace(b"Host: gateway", b"Host:")),
    }
    with Connection(gateway) as connection:
        for name, data in shapes.items():
            connection.send(data)
            reply = connection.reply()
            t.true(f"{name}: {reply}", reply.status == 200 and reply.json["decision"] == "allow")
    # One byte at a time.
    with Connection(gateway) as connection:
        for byte in bodied():
            connection.send(bytes([byte]))
        t.equal("byte by byte", connection.reply().status, 200)


@check("methods and targets")
def methods(t):
    gateway = t.gateway()
    auth = f"Authorization: {BASIC}"
    cases = [
        ("OPTIONS", "*", [200, 204, 404, 405]),
        ("OPTIONS", "/v1/decide", [200, 204, 405]),
        ("GET", "/v1/decide", [405]),
        ("GET", "/v1/web/verify", [405]),
        ("PUT", "/v1/web/h5/verify", [405]),
        ("TRACE", "/v1/decide", [405]),
        ("GET", "/nothing", [404]),
        ("GET", "/metrics", [404]),
        ("GET", "/-/rules", [404]),
        ("POST", "/-/drain", [404]),
        ("GET", "/openapi.json", [200]),
        ("HEAD", "/openapi.json", [200]),
        ("GET", "http://gateway/openapi.json", [200]),
        ("POST", "/openapi.json", [405]),
        ("CONNECT", "gateway:80", [400, 405]),
        ("GET", "*", [400]),
    ]
    for method, target, statuses in cases:
        with Connection(gateway) as connection:
            reply = connection.request(method, target, headers=[auth])
            t.true(f"{method} {target}: {reply.status}", reply.status in statuses)
            if reply.status == 405:
                t.true(f"{method} {target}: no Allow", "allow" in reply.fields)
            if method == "HEAD":
                t.true("HEAD: no Content-Length", int(reply.fields.get("content-length", 0)) > 0)
                # If the request had a body, the following bytes would be taken for it.
                t.equal("a GET after HEAD", connection.request("GET", "/openapi.json").status, 200)
    # Paths that normalise to another one must not reach the provider with the gateway's credentials.
    before = gateway.metric("moondial_upstream_calls_total")
    for target in ["/v2/../v1/web/verify", "/v2/%2e%2e/v1/web/verify", "/v2/./../v1/web/verify", "/v2//../v1/web/verify",
                   "/v2/%2E./v1/web/verify", "/v2/..%2fv1/web/verify", "/v2/..\\v1/web/verify"]:
        with Connection(gateway) as connection:
            body = '{"token":"around-the-rules","phone":"13800138000"}'
            reply = connection.request("POST", target, body, [auth, "Content-Type: application/json"])
            calls = gateway.metric("moondial_upstream_calls_total")
            t.true(f"{target} was passed to the provider", calls == before)
            before = calls


@check("HTTP/1.0")
def http10(t):
    gateway = t.gateway()
    data = question("old").replace(b"HTTP/1.1", b"HTTP/1.0").replace(b"Host: gateway\r\n", b"")
    with Connection(gateway) as connection:
        connection.send(data)
        reply = connection.reply()
        t.equal("decision", reply.status == 200 and reply.json["decision"], "allow")
        t.true("chunks for HTTP/1.0", "transfer-encoding" not in reply.fields)
        t.true("the connection stays open", connection.has_ended())


@check("Expect: 100-continue")
def expect_continue(t):
    gateway = t.gateway()
    body = BODY.replace(b"smuggled", b"expected")
    with Connection(gateway) as connection:
        connection.send(HEAD + b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(body))
        t.equal("interim status", connection.reply().status, 100)
        connection.send(body)
        t.equal("status", connection.reply().status, 200)
        connection.send(question("next"))
        t.equal("status of the next request", connection.reply().status, 200)
    with Connection(gateway) as connection:
        connection.send(HEAD + b"Expect: 100-continue\r\nContent-Length: 1000000\r\n\r\n")
        t.equal("status for a body that is too large", connection.reply().status, 413)
    with Connection(gateway) as connection:
        connection.send(HEAD.replace(BASIC.encode(), b"Basic eDp5") + b"Expect: 100-continue\r\nContent-Length: 9\r\n\r\n")
        first = connection.reply().status
        if first == 100:
            t.notes.append("a body is asked for before wrong credentials are refused")


@check("half-closed connections")
def half_closed(t):
    gateway = t.gateway()
    with Connection(gateway) as connection:
        connection.send(question("sim:delay=300ms"))
        connection.socket.shutdown(socket.SHUT_WR)
        t.equal("replies", [reply.status for reply in connection.replies_until_end()], [200])
    with Connection(gateway) as connection:
        connection.send(question("half-1") + question("half-2") + question("half-3"))
        connection.socket.shutdown(socket.SHUT_WR)
        t.equal("pipelined replies", [reply.status for reply in connection.replies_until_end()], [200] * 3)
    with Connection(gateway) as connection:
        connection.send(question("half-4")[:-5])
        connection.socket.shutdown(socket.SHUT_WR)
        t.true("half a request keeps the connection open", connection.has_ended(3))


@check("pipelining of 1000 requests")
def pipelining(t):
    gateway = t.gateway()
    count = 1000
    with Connection(gateway, 30) as connection:
        data = b"".join(question(f"piped-{number}", exid=f"order-{number}") for number in range(count))
        sender = threading.Thread(target=connection.send, args=(data,))
        sender.start()
        replies = [connection.reply() for _ in range(count)]
        sender.join()
    t.equal("statuses", collections.Counter(reply.status for reply in replies), {200: count})
    order = [reply.json.get("exID") for reply in replies]
    t.equal("replies in order", order, [f"order-{number}" for number in range(count)])


@check("slow heads and bodies")
def slow(t):
    gateway = t.gateway("--head-time", "1s", "--body-time", "1s", "--idle-time", "2s", "--write-time", "1s")
    whole = question("slow")
    cases = {"head": (whole[:30], b"X", 408, 1), "body": (whole[:-20], b" ", 408, 1), "nothing": (b"", b"", None, 2)}
    for name, (begin, drip, status, seconds) in cases.items():
        with Connection(gateway) as connection:
            start = time.monotonic()
            connection.send(begin)
            connection.socket.settimeout(0.2)
            replies = []
            while time.monotonic() - start < 5:
                try:
                    connection.send(drip)
                    replies.append(connection.reply().status)
                    break
                except TimeoutError:
                    continue
                except (EOFError, ConnectionError):
                    break
            took = time.monotonic() - start
            t.equal(f"slow {name}", replies, [status] if status else [])
            t.true(f"slow {name} took {took:.1f} s", seconds - 0.1 <= took <= seconds + 1)
    with Connection(gateway) as connection:
        # Replies that nobody reads: 100,000 of them have 1 GB.
        connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        before, start, has_ended = gateway.resident_kib, time.monotonic(), False
        connection.socket.settimeout(1)
        while not has_ended and time.monotonic() - start < 5:
            try:
                connection.send(request_bytes("GET", "/openapi.json") * 1000)
            except TimeoutError:
                continue
            except ConnectionError:
                has_ended = True
        t.true("a connection on which no reply is read stays open", has_ended)
        growth = gateway.resident_kib - before
        t.true(f"unread replies have taken {growth} KiB", growth < 4096)


@check("GET /v1/auth with a body that never comes")
def auth_body(t):
    gateway = t.gateway("--auth")
    with Connection(gateway, 3) as connection:
        connection.send(
            f"GET /v1/auth HTTP/1.1\r\nHost: x\r\nAuthorization: {BASIC}\r\nX-Moondial-Phone: 13800138000\r\n"
            "X-Moondial-Token: subrequest\r\nContent-Length: 500\r\n\r\n"
        )
        t.equal("status", connection.reply().status, 200)


# MARK: Programs of others


@check("nginx with auth_request")
def nginx(t):
    gateway = t.gateway("--auth")
    folder = t.work.file("nginx")
    os.mkdir(folder)
    os.chmod(t.work.path, 0o755)
    with open(os.path.join(folder, "page.html"), "w") as file:
        file.write("the page\n")
    with socket.create_server(("127.0.0.1", 0)) as reserved:
        port = reserved.getsockname()[1]
    temporary = "".join(f"    {kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    configuration = t.work.write("nginx.conf", f"""
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
{temporary}
    upstream gateway {{ server 127.0.0.1:{gateway.port}; keepalive 16; }}
    server {{
        listen 127.0.0.1:{port};
        location / {{
            auth_request /check;
            auth_request_set $decision $upstream_http_x_moondial_decision;
            add_header X-Decision $decision always;
            root {folder};
        }}
        location = /check {{
            internal;
            proxy_pass http://gateway/v1/auth;
            proxy_http_version 1.1;
            proxy_pass_request_body off;
            proxy_set_header Connection "";
            proxy_set_header Content-Length "";
            proxy_set_header Authorization "{BASIC}";
            proxy_set_header X-Moondial-Phone $http_x_phone;
            proxy_set_header X-Moondial-Token $http_x_token;
        }}
    }}
}}
""")
    t.work.start(["nginx", "-p", folder, "-e", f"{folder}/error.log", "-c", configuration], "nginx-process")

    def answers():
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return True
        except OSError:
            return False

    t.true("nginx did not start", await_that(answers))

    class Place:
        host = "127.0.0.1"

    Place.port = port
    cases = [
        ("13800138000", "allowed", 200, "allow"), ("13800009001", "denied", 403, "deny"),
        ("13800009002", "reviewed", 401, "review"), ("13800138000", "allowed", 200, "allow"),
        ("13800138001", "allowed", 401, "review"),
    ]
    for phone, token, status, decision in cases:
        with Connection(Place) as connection:
            reply = connection.request("GET", "/page.html", headers=[f"X-Phone: {phone}", f"X-Token: {token}"])
            t.equal(f"status for {phone} with {token}", reply.status, status)
            t.equal(f"decision for {phone} with {token}", reply.fields.get("x-decision"), decision)
            if status == 200:
                t.equal("page", reply.text, "the page\n")
    # A POST, whose body nginx does not announce to the gateway: many of them on one connection to the gateway.
    with Connection(Place) as connection:
        for number in range(50):
            headers = ["X-Phone: 13800138000", f"X-Token: posted-{number}"]
            reply = connection.request("POST", "/page.html", "x" * 100, headers)
            t.true(f"POST {number}: {reply.status}", reply.status in (200, 405))
    t.equal("billed calls", gateway.metric("moondial_billed_calls_total", billed="yes"), 2 + 50)
    missing = None
    with Connection(Place) as connection:
        missing = connection.request("GET", "/page.html").status
    t.equal("status without phone and token", missing, 401)


@check("promtool check metrics")
def promtool(t):
    gateway = t.gateway()
    for token, phone in [("one", "13800138000"), ("two", "13800009001"), ("sim:reset=after", "13800138000")]:
        gateway.ask(token, phone)
    text = gateway.administration("/metrics")
    t.true(f"Content-Type {text.fields['content-type']}", text.fields["content-type"].startswith("text/plain; version=0.0.4"))
    accept = "Accept: application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5"
    open_metrics = gateway.administration("/metrics", headers=[accept])
    t.true("no OpenMetrics", open_metrics.fields["content-type"].startswith("application/openmetrics-text"))
    t.true("no # EOF at the end", open_metrics.text.endswith("# EOF\n"))
    families = set(re.findall(r"# TYPE (\S+) counter", open_metrics.text))
    samples = set(re.findall(r"^(\w+)", "\n".join(l for l in open_metrics.text.splitlines() if l[:1] != "#"), re.M))
    t.equal("counters without _total", [name for name in families if name + "_total" not in samples], [])
    t.equal("families named _total", [name for name in families if name.endswith("_total")], [])
    # promtool reads only Prometheus' own format. OpenMetrics differs only in the names of some families.
    plain = "\n".join(line for line in open_metrics.text.splitlines() if line != "# EOF") + "\n"
    for family in families:
        plain = re.sub(rf"^(# \w+) {family} ", rf"\1 {family}_total ", plain, flags=re.M)
    for family in re.findall(r"# TYPE (\S+) info", plain):
        plain = re.sub(rf"^(# \w+) {family} ", rf"\1 {family}_info ", plain, flags=re.M)
    plain = re.sub(r"^(# TYPE \S+) info$", r"\1 gauge", plain, flags=re.M)
    for name, data in [("text", text.text), ("OpenMetrics", plain)]:
        result = subprocess.run(["promtool", "check", "metrics"], input=data, capture_output=True, text=True)
        problems = (result.stdout + result.stderr).strip()
        t.true(f"{name}: {problems}", result.returncode == 0 and not problems)


@check("Prometheus scrapes both formats")
def prometheus(t):
    gateway = t.gateway()
    gateway.ask("scraped")
    with socket.create_server(("127.0.0.1", 0)) as reserved:
        port = reserved.getsockname()[1]
    configuration = t.work.write("prometheus.yml", f"""
global: {{ scrape_interval: 1s }}
scrape_configs:
  - job_name: gateway
    static_configs: [ {{ targets: [ '127.0.0.1:{gateway.admin.port}' ] }} ]
""")
    t.work.start(
        ["prometheus", f"--config.file={configuration}", f"--web.listen-address=127.0.0.1:{port}",
         f"--storage.tsdb.path={t.work.file('tsdb')}"], "prometheus",
    )

    class Place:
        host = "127.0.0.1"

    Place.port = port

    def ask(query):
        try:
            with Connection(Place) as connection:
                reply = connection.request("GET", f"/api/v1/query?query={query}")
                return [float(result["value"][1]) for result in json.loads(reply.body)["data"]["result"]]
        except (OSError, EOFError, ValueError, KeyError):
            return None

    t.true(f"up is {ask('up')}", await_that(lambda: ask("up") == [1.0], 20))
    found = lambda: ask("sum(moondial_requests_total)")
    t.true(f"requests are {found()}", await_that(lambda: found() == [1.0], 10))


# A schema cannot say that a body of more than 16 KiB, or one that is nested too deep, is refused.
SCHEMATHESIS = """
[checks.negative_data_rejection]
expected-statuses = ["400", "401", "403", "404", "405", "406", "409", "413", "415", "422", "428", "429", "5xx"]

[checks.positive_data_acceptance]
expected-statuses = ["2xx", "3xx", "401", "403", "404", "409", "413", "429", "5xx"]
"""


@check("schemathesis")
def schemathesis(t):
    program = os.environ.get("SCHEMATHESIS")
    if not program:
        folder = t.work.file("venv")
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([f"{folder}/bin/pip", "install", "--quiet", "schemathesis==4.*"], check=True)
        program = f"{folder}/bin/schemathesis"
    t.work.write("schemathesis.toml", SCHEMATHESIS)
    gateway = t.gateway("--auth")
    with open(t.work.file("openapi.json"), "wb") as file:
        with Connection(gateway) as connection:
            file.write(connection.request("GET", "/openapi.json").body)
    result = subprocess.run(
        [program, "run", t.work.file("openapi.json"), "--url", gateway.url, "--auth", f"{APP_KEY}:{MASTER_SECRET}",
         "--max-examples", os.environ.get("EXAMPLES", "100"), "--no-color", "--continue-on-failure", "--seed", "1",
         "--generation-database", "none"],
        cwd=t.work.path, capture_output=True, text=True,
    )
    if result.returncode != 0:
        t.failed.append("\n" + result.stdout + result.stderr)
    t.equal("exit status of the gateway", gateway.end(), 0)


CURL = ["curl", "--silent", "--insecure", "-X", "POST", "-H", "Content-Type: application/json", "-u", f"{APP_KEY}:{MASTER_SECRET}"]
PYTHON = """
import base64, json, sys, urllib.request
base, key, secret, token, phone = sys.argv[1:]
request = urllib.request.Request(
    base + "/v1/web/verify",
    data=json.dumps({"token": token, "phone": phone, "exID": "1234566"}).encode(),
    headers={
        "Content-Type": "application/json",
        "Authorization": "Basic " + base64.b64encode((key + ":" + secret).encode()).decode(),
    },
)
try:
    with urllib.request.urlopen(request, timeout=10) as response:
        reply = json.load(response)
except urllib.error.HTTPError as error:
    reply = json.load(error)
print(reply["code"], reply["content"], reply.get("exID"))
"""
PHP = """<?php
[, $base, $key, $secret, $token, $phone] = $argv;
$curl = stream_context_create(["http" => [
    "method" => "POST", "ignore_errors" => true, "timeout" => 10,
    "header" => "Content-Type: application/json\\r\\nAuthorization: Basic " . base64_encode("$key:$secret"),
    "content" => json_encode(["token" => $token, "phone" => $phone, "exID" => "1234566"]),
]]);
$reply = json_decode(file_get_contents("$base/v1/web/verify", false, $curl), true);
echo $reply["code"], " ", $reply["content"], " ", $reply["exID"] ?? "None", "\\n";
"""


@check("clients of the provider that know no gateway")
def clients(t):
    gateway = t.gateway()
    python, php = t.work.write("client.py", PYTHON), t.work.write("client.php", PHP)

    def curl(base, key, secret, token, phone):
        body = json.dumps({"token": token, "phone": phone, "exID": "1234566"})
        command = [*CURL[:-1], f"{key}:{secret}", f"{base}/v1/web/verify", "-d", body]
        reply = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
        return f"{reply['code']} {reply['content']} {reply.get('exID')}"

    def script(*command):
        def ask(*arguments):
            return subprocess.run([*command, *arguments], capture_output=True, text=True).stdout.strip()

        return ask

    programs = {"curl": curl, "Python": script(sys.executable, python)}
    if shutil.which("php"):
        programs["PHP"] = script("php", php)
    else:
        t.notes.append("no php")
    cases = [
        ("match", MASTER_SECRET, "13800138000"), ("mismatch", MASTER_SECRET, "13800009001"),
        ("failure", MASTER_SECRET, "13800009003"), ("wrong secret", "wrong", "13800138000"),
    ]
    for name, ask in programs.items():
        for case, secret, phone in cases:
            token = f"{name}-{case}".replace(" ", "-")
            direct = ask(t.simulator.url, APP_KEY, secret, token, phone)
            behind = ask(gateway.url, APP_KEY, secret, token, phone)
            t.true(f"{name}, {case}: no answer", re.match(r"90\d\d ", behind))
            # The gateway echoes the exID with failures too, which the provider does not.
            t.equal(f"{name}, {case}", behind.replace("1234566", "None"), direct.replace("1234566", "None"))
    # The provider's documentation sends the phone as a number, and an exID can be empty.
    for body in ['{"token":"as-a-number","phone":13800138000}', '{"token":"empty","phone":"13800138000","exID":""}']:
        found = [json.loads(subprocess.run([*CURL, f"{url}/v1/web/verify", "-d", body], capture_output=True).stdout)
                 for url in (t.simulator.url, gateway.url)]
        for reply in found:
            reply.pop("id", None)
        t.equal(f"reply to {body}", found[1], found[0])


def main():
    wanted = sys.argv[1:]
    status = 0
    for name, run in CHECKS:
        if wanted and not any(part in name for part in wanted):
            continue
        with Workspace() as work:
            t = Check(work)
            try:
                run(t)
            except Exception as error:  # An unexpected error fails this check only.
                t.failed.append(f"{type(error).__name__}: {error}")
        for note in t.notes:
            print(f"note: {name}: {note}", flush=True)
        if not t.failed:
            print(f"ok: {name}", flush=True)
        else:
            status = 1
            for problem in t.failed:
                print(f"failed: {name}: {problem}", flush=True)
    return status


if __name__ == "__main__":
    sys.exit(main())
