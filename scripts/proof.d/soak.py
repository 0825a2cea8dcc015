"""The clients of scripts/soak, each in a thread, and the summary."""

import collections
import glob
import json
import os
import random
import signal
import sys
import threading
import time

from conformance import SHAPES
from gateways import Connection, Workspace, question, request_bytes
from raw_provider import reset

# What the simulator does for a token, and the decisions that may follow.
KINDS = [
    ("", "13800138000", "allow"), ("", "13900138000", "allow"), ("", "13800009001", "deny"), ("", "13800009002", "review"),
    ("sim:delay=50ms", "13800138000", "allow"), ("sim:drip=20ms", "13800138000", "allow"),
    ("sim:reset=before", "13800138000", "review"), ("sim:reset=after", "13800138000", "review"),
    ("sim:body=html", "13800138000", "review"), ("sim:body=truncated", "13800138000", "review"),
    ("sim:body=huge", "13800138000", "review"), ("sim:http=502", "13800138000", "review"),
]
RULES = 'rule "r" { map_result = { match = allow "revision %d", mismatch = deny, default = review "ask_for_sms" } }\n'


class Soak:
    def __init__(self, work, seconds):
        self.work = work
        self.log = work.file("decisions.log")
        self.rules = work.write("rules.lua", RULES % 0)
        self.simulator = work.simulator()
        self.gateway = work.gateway(
            self.simulator.url, "--decision-log", self.log, "--decision-log-size", "2MiB", "--decision-log-files", "1000",
            # Short, so that the memory of decisions has its full size after the warm-up.
            "--token-guard", "3s", "--idle-time", "5s", "--head-time", "2s", rules=self.rules,
        )
        self.end = time.monotonic() + seconds
        self.lock = threading.Lock()
        self.counts = collections.Counter()
        self.failures = []
        # The trace ids in replies that are no repetition, one for each run; and the number of replies with a decision.
        self.runs = collections.Counter()
        self.decisions = 0
        self.latencies = []
        self.number = 0
        self.reloads = 0

    def goes_on(self):
        return time.monotonic() < self.end

    def unique(self):
        with self.lock:
            self.number += 1
            return self.number

    def count(self, what, number=1):
        with self.lock:
            self.counts[what] += number

    def fail(self, what):
        with self.lock:
            self.counts["failures"] += 1
            if len(self.failures) < 20:
                self.failures.append(what)

    def note(self, reply, expected, kind, took=None):
        """Checks the reply to a valid request."""
        trace_id = reply.fields.get("x-moondial-trace-id")
        with self.lock:
            self.counts[kind] += 1
            if reply.status == 200 and trace_id:
                self.decisions += 1
                if not reply.is_replayed:
                    self.runs[trace_id] += 1
                else:
                    self.counts["replayed"] += 1
                if took is not None:
                    self.latencies.append(took)
        if reply.status != 200 or reply.fields.get("x-moondial-decision") != expected:
            self.fail(f"{kind}: expected {expected}, got {reply}")

    # MARK: Clients

    def good(self):
        connection, last = None, None
        while self.goes_on():
            prefix, phone, expected = random.choice(KINDS[:4] if random.random() < 0.8 else KINDS)
            number = self.unique()
            token = f"token-{number}"
            if prefix:
                # The delay is part of the token, so each delay gives a different token.
                directive = prefix if "delay" in prefix or "drip" in prefix else f"{prefix},delay={number % 20}ms"
                token = f"{directive},id={number}" if "body=" not in prefix and "reset" not in prefix else directive
            elif last and random.random() < 0.05:
                token, phone, expected = last
            path = random.choice(["/v1/web/verify", "/v1/web/h5/verify", "/v1/decide"])
            try:
                connection = connection or Connection(self.gateway, 20)
                start = time.monotonic()
                reply = connection.ask(token, phone, f"order-{number}", path)
                self.note(reply, expected, "good", None if prefix else time.monotonic() - start)
            except (OSError, EOFError) as error:
                # An idle connection is closed after a while.
                self.fail(f"good: {error!r}")
                connection = None
            if not prefix:
                last = (token, phone, expected)
            if random.random() < 0.02 and connection:
                connection.close()
                connection = None
            time.sleep(0.004)

    def slow(self):
        while self.goes_on():
            number = self.unique()
            data = question(f"token-{number}", exid=f"order-{number}")
            try:
                with Connection(self.gateway, 20) as connection:
                    for index in range(0, len(data), 12):
                        connection.send(data[index : index + 12])
                        time.sleep(0.03)
                    self.note(connection.reply(), "allow", "slow")
            except (OSError, EOFError) as error:
                self.fail(f"slow: {error!r}")

    def broken(self):
        while self.goes_on():
            number = self.unique()
            data = question(f"token-{number}", exid=f"gone-{number}")
            way = random.randrange(6)
            try:
                connection = Connection(self.gateway, 10)
                if way == 0:
                    connection.send(data[: random.randrange(1, len(data))])
                elif way == 1:
                    connection.send(data[: random.randrange(1, len(data))])
                    reset(connection.socket)
                elif way == 2:
                    connection.send(os.urandom(random.randrange(1, 5000)))
                    connection.replies_until_end()
                elif way == 3:
                    # Hangs up while the request is being decided, or before.
                    connection.send(question(f"sim:delay={number % 100 + 50}ms", exid=f"gone-{number}"))
                    self.count("requests whose reply was not read")
                    time.sleep(random.random() / 20)
                    reset(connection.socket)
                elif way == 4:
                    connection.send(data)
                    self.count("requests whose reply was not read")
                    reset(connection.socket)
                else:
                    # A head that never ends.
                    for byte in data[:100]:
                        connection.send(bytes([byte]))
                        time.sleep(0.03)
                connection.close()
            except (OSError, EOFError):
                pass
            self.count("broken")
            time.sleep(0.02)

    def hostile(self):
        shapes = list(SHAPES.values())
        while self.goes_on():
            way = random.randrange(20)
            try:
                with Connection(self.gateway, 20) as connection:
                    if way == 0:
                        self.pipeline(connection)
                    elif way < 5:
                        data = question(f"wrong-{self.unique()}").replace(b"Authorization: Basic N", b"Authorization: Basic X")
                        connection.send(data)
                        status = connection.reply().status
                        if status != 401:
                            self.fail(f"hostile: wrong credentials were answered with {status}")
                    elif way == 5:
                        connection.send(b"GET /" + b"x" * 100_000)
                        connection.replies_until_end()
                    elif way == 6:
                        connection.send(request_bytes("POST", "/v1/decide", b"[" * 16_000))
                        connection.reply()
                    else:
                        statuses, data = random.choice(shapes)
                        connection.send(data)
                        replies = [reply.status for reply in connection.replies_until_end()]
                        if len(replies) > 1 or any(status not in statuses for status in replies):
                            self.fail(f"hostile: {data[:200]!r} was answered with {replies}")
            except (OSError, EOFError):
                pass
            self.count("hostile")
            time.sleep(0.02)

    def pipeline(self, connection):
        names = [f"order-{self.unique()}" for _ in range(1000)]
        sender = threading.Thread(target=connection.send, args=(b"".join(question(f"token-{name}", exid=name) for name in names),))
        sender.start()
        for name in names:
            reply = connection.reply()
            self.note(reply, "allow", "pipelined")
            if reply.status == 200 and reply.json["exID"] != name:
                self.fail(f"pipelined: {name} got {reply}")
        sender.join()

    def operator(self):
        number = 0
        while self.goes_on():
            number += 1
            self.work.write("rules.lua", RULES % number)
            if number % 5 == 0 and os.path.exists(self.log):
                os.rename(self.log, f"{self.log}-moved-{number}")
            self.gateway.process.send_signal(signal.SIGHUP)
            time.sleep(0.5)
            try:
                reply = self.gateway.administration("/-/reload", "POST")
                if reply.status != 200:
                    self.fail(f"reload: {reply}")
                for path in ["/healthz", "/readyz", "/metrics", "/-/rules"]:
                    reply = self.gateway.administration(path)
                    if reply.status != 200:
                        self.fail(f"{path}: {reply}")
            except (OSError, EOFError) as error:
                self.fail(f"administration: {error!r}")
            self.reloads += 2
            time.sleep(0.5)


def main():
    seconds = float(sys.argv[1])
    with Workspace() as work:
        soak = Soak(work, seconds)
        clients = [soak.good] * 6 + [soak.slow] * 3 + [soak.broken] * 3 + [soak.hostile] * 2 + [soak.operator]
        threads = [threading.Thread(target=client, daemon=True) for client in clients]
        for thread in threads:
            thread.start()
        time.sleep(seconds / 3)
        # Redaction remembers up to 2^20 tokens: its memory grows until then.
        while soak.number < 1_100_000 and time.monotonic() < soak.end - seconds / 3:
            time.sleep(0.2)
        warm = max(soak.gateway.resident_kib for _ in range(5) if time.sleep(0.2) is None)
        for thread in threads:
            thread.join(seconds + 60)
        final = soak.gateway.resident_kib
        return summary(soak, seconds, warm, final)


def summary(soak, seconds, warm, final):
    status = 0

    def line(text, holds):
        nonlocal status
        print(f"{'ok' if holds else 'failed'}: {text}", flush=True)
        if not holds:
            status = 1

    time.sleep(3)  # Runs whose caller has hung up end.
    metrics = soak.gateway.metrics()

    def metric(family, **labels):
        return int(sum(
            value for name, value in metrics.items()
            if name.partition("{")[0] == family and all(f'{key}="{label}"' in name for key, label in labels.items())
        ))

    exit_status = soak.gateway.end()
    traces, gone, torn = collections.Counter(), 0, 0
    files = glob.glob(soak.log + "*")
    for path in files:
        with open(path, "rb") as file:
            for text in file:
                try:
                    record = json.loads(text)
                except ValueError:
                    torn += 1
                    continue
                if record["request"].get("exID", "").startswith("gone-"):
                    gone += 1
                else:
                    traces[record["trace_id"]] += 1
    counts, unread = soak.counts, soak.counts["requests whose reply was not read"]
    latencies = sorted(soak.latencies) or [0]
    print(
        f"{seconds:.0f} s: {counts['good']} good requests, {counts['slow']} slow, {counts['pipelined']} pipelined, "
        f"{counts['replayed']} answered from memory, {counts['broken']} broken and {counts['hostile']} hostile connections, "
        f"{soak.reloads} reloads, {len(files)} log files; p50 {1000 * latencies[len(latencies) // 2]:.1f} ms, "
        f"p99 {1000 * latencies[int(len(latencies) * 0.99)]:.1f} ms, longest {1000 * latencies[-1]:.1f} ms"
    )
    for failure in soak.failures:
        print(f"      {failure}")
    line(f"{counts['failures']} failures that are not the client's", counts["failures"] == 0)
    line(f"exit status {exit_status} after SIGTERM", exit_status == 0)
    growth = final - warm
    line(f"resident memory {warm} KiB after the warm-up, {final} KiB at the end", growth < max(8192, warm // 5))
    missing = len(set(soak.runs) - set(traces))
    surplus = len(set(traces) - set(soak.runs))
    repeated = sum(1 for number in traces.values() if number != 1)
    line(
        f"{sum(soak.runs.values())} runs, {sum(traces.values())} lines: {missing} runs without a line, {surplus} lines "
        f"without a run, {repeated} runs with more lines than one, {torn} torn lines",
        not missing and not surplus and not repeated and not torn and max(soak.runs.values(), default=1) == 1,
    )
    line(f"{gone} lines of {unread} requests whose callers hung up", gone <= unread)
    decided = sum(metric("moondial_requests_total", decision=decision) for decision in ("allow", "deny", "review"))
    line(
        f"{decided} decisions in metrics, {soak.decisions} received", soak.decisions <= decided <= soak.decisions + unread
    )
    written = metric("moondial_decision_log_records_written_total")
    line(f"{written} records in metrics, {sum(traces.values()) + gone} lines", written == sum(traces.values()) + gone)
    line(f"{metric('moondial_runs_in_flight')} runs in flight in metrics at the end", metric("moondial_runs_in_flight") == 0)
    failed = metric("moondial_reloads_total", result="failure")
    line(f"{failed} failed reloads in metrics", failed == 0)
    return status


if __name__ == "__main__":
    sys.exit(main())
