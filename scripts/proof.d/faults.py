"""The faults of scripts/faults, each a function whose failed expectations are collected."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time

import store_faults
from gateways import Connection, Expectations, Neighbours, Skipped, Workspace, await_that, log_lines, question
from raw_provider import RawProvider

FAULTS = []


def fault(name):
    def register(function):
        FAULTS.append((name, function))
        return function

    return register


def record_of(log, trace_id):
    """The record of a run; it is written soon after the reply."""
    found = []

    def is_there():
        found[:] = [record for record in log_lines(log)[0] if record.get("trace_id") == trace_id]
        return found

    await_that(is_there, 3)
    return found


def check_answer(expect, log, reply, kind, delivered, decision="review"):
    """An attempt without a verdict: HTTP 200, a decision, and one record that says what may have been delivered."""
    expect.equal("HTTP status", reply.status, 200)
    if reply.status != 200:
        return
    expect.equal("decision", reply.json["decision"], decision)
    records = record_of(log, reply.json["trace_id"])
    expect.equal("number of records", len(records), 1)
    for answer, name in [(reply.json, "the reply"), *((record, "the record") for record in records)]:
        attempts = answer["attempts"]
        expect.equal(f"attempts in {name}", len(attempts), 1)
        if attempts:
            error = attempts[0]["error"] or {}
            expect.equal(f"kind of error in {name}", error.get("kind"), kind)
            expect.equal(f"delivered in {name}", attempts[0]["delivered"], delivered)


def check_neighbours(expect, neighbours, slowest=None):
    expect.true("no neighbour has asked", neighbours.asked > 0)
    if neighbours.failures:
        expect.true(
            f"{len(neighbours.failures)} of {neighbours.asked} requests of neighbours failed: {neighbours.failures[0]}",
            False,
        )
    if slowest is not None:
        expect.true(f"a neighbour waited {neighbours.slowest:.3f} s", neighbours.slowest <= slowest)


def check_recovery(expect, gateway):
    reply = gateway.ask(f"recovered-{time.monotonic_ns()}")
    expect.true(f"afterwards: {reply}", reply.status == 200 and reply.json["decision"] == "allow")
    expect.equal("/readyz afterwards", gateway.administration("/readyz").status, 200)


# MARK: The provider


@fault("upstream refuses connections")
def refused(work, expect):
    with socket.create_server(("127.0.0.1", 0)) as reserved:
        port = reserved.getsockname()[1]
    log = work.file("decisions.log")
    gateway = work.gateway(f"http://127.0.0.1:{port}", "--decision-log", log)
    check_answer(expect, log, gateway.ask("refused"), "connect_refused", "no")
    expect.equal("code", gateway.ask("refused", path="/v1/web/verify").json["code"], 9002)
    expect.equal("/readyz meanwhile", gateway.administration("/readyz").status, 200)
    work.simulator(port=port)
    expect.equal("the same token afterwards", gateway.ask("refused").json["decision"], "allow")


@fault("upstream is restarted")
def restarted(work, expect):
    first = work.simulator()
    log = work.file("decisions.log")
    gateway = work.gateway(first.url, "--decision-log", log)
    for index in range(20):
        gateway.ask(f"before-{index}")
    first.end(signal.SIGKILL)
    work.simulator(name="second", port=first.port)
    for index in range(20):
        reply = gateway.ask(f"after-{index}")
        expect.true(f"request {index} after the restart: {reply}", reply.json["decision"] == "allow")


def faulty_request(name, token, kind, delivered, seconds=None):
    """A fault of one request, while other requests go to the same provider through the same gateway."""

    @fault(name)
    def run(work, expect):
        provider = RawProvider()
        log = work.file("decisions.log")
        gateway = work.gateway(provider.url, "--decision-log", log, "--timeout", "1s")
        with Neighbours(gateway) as neighbours:
            for index in range(10 if seconds is None else 2):
                start = time.monotonic()
                reply = gateway.ask(f"{token}-{index}")
                check_answer(expect, log, reply, kind, delivered)
                if seconds:
                    took = time.monotonic() - start
                    expect.true(f"the reply came after {took:.2f} s", seconds - 0.1 <= took <= seconds + 0.5)
        check_neighbours(expect, neighbours)
        expect.equal("requests that were sent again", len(provider.asked) - len(set(provider.asked)), 0)
        again = gateway.ask(f"{token}-0")
        expect.true("the same token is not answered from memory", again.is_replayed)
        check_recovery(expect, gateway)


faulty_request("upstream resets after reading", "reset", "reset", "maybe")
faulty_request("upstream closes after reading", "close", "reset", "maybe")
faulty_request("upstream stalls", "stall", "response_timeout", "maybe", seconds=1)
faulty_request("upstream answers garbage", "garbage", "bad_reply", "maybe")
faulty_request("upstream speaks another protocol", "greeting", "bad_reply", "maybe")
faulty_request("reply ends within the head", "halfhead", "reset", "maybe")
faulty_request("reply ends within the body", "halfbody", "reset", "maybe")
faulty_request("reply ends within the chunks", "halfchunk", "reset", "maybe")
faulty_request("reply has two lengths", "twolengths", "bad_reply", "maybe")
faulty_request("reply has a huge head", "hugehead", "bad_reply", "maybe")
faulty_request("reply is all interim replies", "interim", "bad_reply", "maybe")


@fault("upstream answers twice")
def twice(work, expect):
    provider = RawProvider()
    gateway = work.gateway(provider.url, "--workers", "1")
    for index in range(20):
        gateway.ask(f"twice-{index}")
        reply = gateway.ask(f"plain-{index}")
        expect.equal("content of the next reply", reply.json["content"], "verify consistent")


@fault("upstream resets before reading")
def reset_before(work, expect):
    provider = RawProvider()
    log = work.file("decisions.log")
    gateway = work.gateway(provider.url, "--decision-log", log)
    provider.resets_new_connections = True
    for index in range(10):
        reply = gateway.ask(f"unread-{index}")
        expect.equal("HTTP status", reply.status, 200)
        attempt = reply.json["attempts"][0]
        # Microseconds decide whether the request was sent before the reset came, so both results are right.
        possible = {"reset": "maybe", "connect_refused": "no"}
        expect.equal("delivered", attempt["delivered"], possible.get(attempt["error"]["kind"]))
        expect.equal("number of records", len(record_of(log, reply.json["trace_id"])), 1)
    provider.resets_new_connections = False
    check_recovery(expect, gateway)


def faulty_body(name, token, kind, delivered):
    @fault(name)
    def run(work, expect):
        log = work.file("decisions.log")
        gateway = work.gateway(work.simulator().url, "--decision-log", log)
        with Neighbours(gateway) as neighbours:
            check_answer(expect, log, gateway.ask(token), kind, delivered)
        check_neighbours(expect, neighbours)
        check_recovery(expect, gateway)


faulty_body("reply is half of the JSON", "sim:body=truncated", "bad_reply", "maybe")
faulty_body("reply is empty", "sim:body=empty", "bad_reply", "maybe")
faulty_body("reply is a web page with status 502", "sim:http=502,body=html", "http_status", "maybe")
faulty_body("reply is a match with status 502", "sim:http=502", "http_status", "yes")
faulty_body("reply is larger than accepted", "sim:body=huge", "bad_reply", "maybe")
faulty_body("reply belongs to another request", "sim:exid=other", "bad_reply", "maybe")


@fault("account is blocked")
def blocked(work, expect):
    log = work.file("decisions.log")
    gateway = work.gateway(work.simulator().url, "--decision-log", log, "--breaker-interval", "1s")
    expect.equal("first code", gateway.ask("blocked-1", phone="13800009014").json["code"], 9014)
    reply = gateway.ask("blocked-2")
    expect.equal("reason of the next request", reply.json["reason"], "account_blocked")
    expect.equal("attempts of the next request", reply.json["attempts"], [])
    expect.true("the breaker is not in /readyz", "9014" in gateway.administration("/readyz").text)
    expect.equal("breaker in metrics", gateway.metric("moondial_breaker_open"), 1)
    time.sleep(1.1)
    expect.equal("the probe", gateway.ask("blocked-3").json["decision"], "allow")
    expect.equal("breaker in metrics afterwards", gateway.metric("moondial_breaker_open"), 0)
    check_recovery(expect, gateway)


@fault("certificate has expired")
def expired(work, expect):
    def certificate(name, days):
        key, chain = work.file(name + ".key"), work.file(name + ".pem")
        common = ["-subj", f"/CN={name}"]
        request = work.file(name + ".csr")
        extensions = work.write("extensions", "subjectAltName=IP:127.0.0.1\n")
        subprocess.run(
            ["openssl", "req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", request, *common],
            check=True, capture_output=True,
        )
        subprocess.run(
            ["openssl", "x509", "-req", "-in", request, "-signkey", key, "-out", chain, "-days", str(days),
             "-extfile", extensions],
            check=True, capture_output=True,
        )
        return chain, key

    old, new = certificate("old", -1), certificate("new", 1)
    trusted = work.file("trusted.pem")
    with open(trusted, "w") as file:
        for chain, _ in (old, new):
            with open(chain) as part:
                file.write(part.read())
    first = work.simulator("--tls-cert", old[0], "--tls-key", old[1])
    log = work.file("decisions.log")
    gateway = work.gateway(first.url, "--decision-log", log, "--ca-file", trusted)
    check_answer(expect, log, gateway.ask("expired"), "tls", "no")
    expect.equal("/readyz meanwhile", gateway.administration("/readyz").status, 200)
    first.end()
    work.simulator("--tls-cert", new[0], "--tls-key", new[1], name="second", port=first.port)
    expect.equal("the same token afterwards", gateway.ask("expired").json["decision"], "allow")


# MARK: Rules

HOSTILE_RULES = """
rule "hostile" {
  pre_check = function(req)
    if req.exid == "loop" then
      while true do end
    elseif req.exid == "stubborn loop" then
      while true do pcall(function() while true do end end) end
    elseif req.exid == "pattern" then
      return string.find(string.rep("a", 60000), string.rep("a?", 2000) .. string.rep("a", 2000) .. "b")
    elseif req.exid == "allocate" then
      local all = {}
      while true do all[#all + 1] = string.rep("x", 10000) .. #all end
    elseif req.exid == "recurse" then
      local function deeper() return 1 + deeper() end
      return deeper()
    elseif req.exid == "raise" then
      error("a fault of the rule")
    elseif req.exid == "raise a table" then
      error({})
    elseif req.exid == "nonsense" then
      return 42
    elseif req.exid == "stall" then
      -- The last key takes seconds. The others take few milliseconds.
      local t, step = {}, (1 << 17) - 1
      for i = 1, (1 << 16) + 1 do t[i * step] = true end
    end
  end,
  map_result = { match = allow, mismatch = deny, default = review "ask_for_sms" },
}
"""


def hostile_rule(name, exid, reasons, repeat=5, kills=None, lost=False):
    @fault(name)
    def run(work, expect):
        work.write("moondial.yaml", "limits:\n  table_keys: 1048576\n")
        log = work.file("decisions.log")
        rules = work.write("hostile.lua", HOSTILE_RULES)
        gateway = work.gateway(work.simulator().url, "--decision-log", log, rules=rules)
        with Neighbours(gateway) as neighbours:
            for index in range(repeat):
                start = time.monotonic()
                reply = gateway.ask(f"{exid.replace(' ', '-')}-{index}", exid=exid)
                took = time.monotonic() - start
                expect.equal("HTTP status", reply.status, 200)
                if reply.status != 200:
                    continue
                expect.equal("decision", reply.json["decision"], "review")
                expect.true(f"reason is {reply.json['reason']}", reply.json["reason"] in reasons)
                expect.equal("attempts", reply.json["attempts"], [])
                expect.true(f"it took {took:.2f} s", took < 0.6)
                records = record_of(log, reply.json["trace_id"])
                expect.equal("number of records", len(records), 1)
                time.sleep(0.3)
        check_neighbours(expect, neighbours)
        if kills:
            expect.equal("kills in metrics", gateway.metric("moondial_kills_total", reason=kills), repeat)
        if lost:
            count = gateway.metric("moondial_lost_lua_states_total")
            expect.true(f"{count} lost Lua states in metrics", count >= 1)
        check_recovery(expect, gateway)


hostile_rule("rule loops", "loop", ["rule_timeout"], kills="timeout")
hostile_rule("rule loops within pcall", "stubborn loop", ["rule_timeout"], kills="timeout")
hostile_rule("rule matches a pattern without end", "pattern", ["rule_timeout", "rule_error"])
hostile_rule("rule allocates without end", "allocate", ["rule_memory"], kills="memory")
hostile_rule("rule recurses without end", "recurse", ["rule_error", "rule_memory", "rule_limit", "rule_timeout"])
hostile_rule("rule raises", "raise", ["rule_error"])
hostile_rule("rule raises a table", "raise a table", ["rule_error"])
hostile_rule("rule answers nonsense", "nonsense", ["rule_error"])
hostile_rule("rule loses the Lua state", "stall", ["rule_timeout"], repeat=3, lost=True)


@fault("SIGHUP storm")
def storm(work, expect):
    log = work.file("decisions.log")
    rules = work.write("rules.lua", 'rule "r" { map_result = { match = allow "first" } }\n')
    gateway = work.gateway(work.simulator().url, "--decision-log", log, rules=rules)
    with Neighbours(gateway) as neighbours:
        for _ in range(500):
            gateway.process.send_signal(signal.SIGHUP)
            time.sleep(0.002)
        work.write("rules.lua", 'rule "r" { map_result = { match = allow "second" } }\n')
        threads = [
            threading.Thread(target=lambda: [gateway.administration("/-/reload", "POST") for _ in range(10)])
            for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        reply = gateway.administration("/-/reload", "POST")
        expect.equal("status of the last reload", reply.status, 200)
    check_neighbours(expect, neighbours, slowest=1)
    failed = gateway.metric("moondial_reloads_total", result="failure")
    expect.true(f"{failed:.0f} reloads count as failed, though no file was broken", failed == 0)
    expect.equal("reason by the new rules", gateway.ask("after").json["reason"], "second")
    records, torn = log_lines(log)
    expect.equal("torn lines", torn, 0)
    expect.true(
        f"{len(records)} records for {neighbours.asked + 1} runs",
        await_that(lambda: len(log_lines(log)[0]) == neighbours.asked + 1, 3),
    )
    check_recovery(expect, gateway)


@fault("reload of broken rules")
def broken_rules(work, expect):
    good = 'rule "r" { map_result = { match = allow "good" } }\n'
    rules = work.write("rules.lua", good)
    gateway = work.gateway(work.simulator().url, rules=rules)
    revision = gateway.administration("/-/rules").json["revision"]
    with Neighbours(gateway) as neighbours:
        for broken in ['rule "r" {', 'rule "r" { pre_chek = 1 }', "while true do end", 'error("no")', None]:
            if broken is None:
                os.remove(rules)
            else:
                work.write("rules.lua", broken)
            reply = gateway.administration("/-/reload", "POST")
            expect.equal(f"status of the reload of {broken!r}", reply.status, 422)
            expect.true(f"no problem in {reply}", reply.json and reply.json.get("problem"))
            ready = gateway.administration("/readyz")
            expect.equal("/readyz meanwhile", ready.status, 200)
            expect.true("the problem is not in /readyz", "failed" in ready.json.get("last_reload", ""))
            expect.equal("last reload in metrics", gateway.metric("moondial_last_reload_successful"), 0)
    check_neighbours(expect, neighbours, slowest=1)
    expect.equal("revision", gateway.administration("/-/rules").json["revision"], revision)
    work.write("rules.lua", good.replace("good", "better"))
    expect.equal("status of a good reload", gateway.administration("/-/reload", "POST").status, 200)
    expect.equal("reason afterwards", gateway.ask("after").json["reason"], "better")
    expect.equal("last reload in metrics afterwards", gateway.metric("moondial_last_reload_successful"), 1)


# MARK: The decision log


def full_disk(name, overflow):
    @fault(name)
    def run(work, expect):
        if os.geteuid() != 0:
            raise Skipped("only root can mount a small file system")
        disk = work.file("disk")
        os.mkdir(disk)
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", disk], capture_output=True, text=True
        )
        if mounted.returncode != 0:
            raise Skipped(f"no tmpfs: {mounted.stderr.strip()}")
        try:
            check_full_disk(work, expect, disk, overflow)
        finally:
            for process in work.processes:
                process.kill()
                process.wait()
            subprocess.run(["umount", disk], check=True)


def check_full_disk(work, expect, disk, overflow):
    log = os.path.join(disk, "decisions.log")
    gateway = work.gateway(work.simulator().url, "--decision-log", log, "--decision-log-overflow", overflow)
    filler = os.path.join(disk, "filler")
    with open(filler, "wb") as file:
        file.write(b"x" * (64 << 10))
    decided, refused, slow = [], [], []

    def ask_slowly():
        slow.append(gateway.ask("sim:delay=1s", exid="in flight"))

    thread = threading.Thread(target=ask_slowly)
    thread.start()
    # 64 KiB hold about 85 records, so the disk is full before the last one.
    for index in range(130):
        reply = gateway.ask(f"full-{index}", exid=f"order-{index}")
        (decided if reply.status == 200 else refused).append((index, reply))
        if overflow == "block" and len(refused) > 20:
            break
    thread.join()
    expect.equal("status of the request in flight", slow[0].status, 200)
    expect.equal("/healthz meanwhile", gateway.administration("/healthz").status, 200)
    if overflow == "block":
        expect.true("no request was refused", bool(refused))
        for _, reply in refused[:1]:
            expect.equal("status of a refused request", reply.status, 503)
            expect.true("no Retry-After", "retry-after" in reply.fields)
        expect.equal("/readyz meanwhile", gateway.administration("/readyz").status, 503)
    else:
        expect.equal("requests refused", len(refused), 0)
    # More than was missing: a spill file and the log need room for the same records for a moment.
    subprocess.run(["mount", "-o", "remount,size=1m", disk], check=True)
    ready = await_that(lambda: gateway.administration("/readyz").status == 200, 10)
    expect.true("not ready 10 s after there was space again", ready)
    if refused:
        index = refused[0][0]
        again = gateway.ask(f"full-{index}", exid=f"order-{index}")
        expect.true(f"a refused token afterwards: {again}", again.status == 200 and not again.is_replayed)
        decided.append((index, again))
    expect.equal("status after SIGTERM", gateway.end(), 0)
    records, torn = log_lines(log)
    expect.equal("torn lines", torn, 0)
    logged = [record["request"]["exID"] for record in records if "decision" in record]
    gap = sum(record["gap"] for record in records if "gap" in record)
    if overflow == "drop":
        expect.equal("records and gaps", len(logged) + gap, len(decided) + 1)
    else:
        expected = sorted([f"order-{index}" for index, _ in decided] + ["in flight"])
        missing = len(set(expected) - set(logged))
        expect.true(
            f"{missing} of {len(expected)} decisions are not in the log, which has {len(logged)}", sorted(logged) == expected
        )


full_disk("disk of the decision log is full, block", "block")
full_disk("disk of the decision log is full, spill", "spill")
full_disk("disk of the decision log is full, drop", "drop")


@fault("kill -9 and restart")
def killed(work, expect):
    simulator = work.simulator()
    log = work.file("decisions.log")
    gateway = work.gateway(simulator.url, "--decision-log", log)
    answered = []

    def ask(name):
        try:
            with Connection(gateway) as connection:
                for index in range(10_000):
                    answered.append(connection.ask(f"{name}-{index}").json["trace_id"])
        except (OSError, EOFError):
            pass

    threads = [threading.Thread(target=ask, args=(f"killed-{index}",)) for index in range(8)]
    for thread in threads:
        thread.start()
    time.sleep(1)
    gateway.end(signal.SIGKILL)
    for thread in threads:
        thread.join()
    with open(log, "rb") as file:
        before = file.read()
    again = work.gateway(simulator.url, "--decision-log", log, name="again")
    after = [again.ask(f"after-{index}").json["trace_id"] for index in range(5)]
    expect.equal("status after SIGTERM", again.end(), 0)
    records, torn = log_lines(log)
    with open(log, "rb") as file:
        expect.true("the log was not continued", file.read().startswith(before))
    expect.true(f"{torn} torn lines", torn <= 1)
    logged = {record["trace_id"] for record in records}
    expect.equal("records after the restart that are missing", [id for id in after if id not in logged], [])
    lost = [id for id in answered if id not in logged]
    print(f"      {len(answered)} answers before kill -9, {len(lost)} of them not in the log, {torn} torn lines")


# MARK: Ends


@fault("drain with a request in flight")
def drained(work, expect):
    log = work.file("decisions.log")
    gateway = work.gateway(work.simulator().url, "--decision-log", log, "--drain-delay", "500ms")
    replies = []
    thread = threading.Thread(target=lambda: replies.append(gateway.ask("sim:delay=2s")))
    thread.start()
    time.sleep(0.3)
    idle = Connection(gateway)
    gateway.process.send_signal(signal.SIGTERM)
    ready = await_that(lambda: gateway.administration("/readyz").status == 503, 0.4)
    expect.true("/readyz does not say no", ready)
    expect.equal("a request within the drain delay", gateway.ask("late").status, 200)
    time.sleep(0.8)
    try:
        Connection(gateway).close()
        expect.true("a new connection was accepted after the drain delay", False)
    except OSError:
        pass
    expect.true("an idle connection stays open", idle.has_ended(1))
    expect.equal("/healthz meanwhile", gateway.administration("/healthz").status, 200)
    thread.join()
    expect.equal("status of the request in flight", replies[0].status, 200)
    expect.equal("decision of the request in flight", replies[0].json["decision"], "allow")
    expect.equal("exit status", gateway.process.wait(10), 0)
    expect.equal("records", len(log_lines(log)[0]), 2)


@fault("drain that takes too long")
def cut_off(work, expect):
    log = work.file("decisions.log")
    gateway = work.gateway(work.simulator().url, "--decision-log", log, "--drain-timeout", "1s")
    thread = threading.Thread(target=lambda: attempt(gateway, "sim:delay=8s"))
    thread.start()
    time.sleep(0.3)
    start = time.monotonic()
    expect.equal("exit status", gateway.end(seconds=5), 124)
    took = time.monotonic() - start
    expect.true(f"it took {took:.1f} s", 0.9 <= took <= 2.5)
    thread.join()
    records = log_lines(log)[0]
    expect.equal("delivered", [record["attempts"][0]["delivered"] for record in records], ["maybe"])


@fault("second SIGTERM")
def second(work, expect):
    gateway = work.gateway(work.simulator().url)
    thread = threading.Thread(target=lambda: attempt(gateway, "sim:delay=8s"))
    thread.start()
    time.sleep(0.3)
    gateway.process.send_signal(signal.SIGTERM)
    time.sleep(0.3)
    expect.equal("exit status after the first", gateway.process.poll(), None)
    start = time.monotonic()
    status = gateway.end(seconds=5)
    took = time.monotonic() - start
    expect.true(f"exit status is {status}", status in (143, -signal.SIGTERM))
    expect.true(f"it took {took:.1f} s", took < 0.5)
    thread.join()


def attempt(gateway, token):
    try:
        return gateway.ask(token)
    except (OSError, EOFError):
        return None


@fault("callers hang up")
def hang_up(work, expect):
    provider = RawProvider()
    log = work.file("decisions.log")
    gateway = work.gateway(provider.url, "--decision-log", log, "--timeout", "1s")
    with Neighbours(gateway) as neighbours:
        for index in range(50):
            with Connection(gateway) as connection:
                connection.send(question(f"stall-{index}"))
                time.sleep(0.01)
    check_neighbours(expect, neighbours)
    # Their requests were delivered, so their runs continue to the end.
    stalled = lambda: [r for r in log_lines(log)[0] if (r["attempts"] or [{}])[0].get("delivered") == "maybe"]
    expect.true(f"{len(stalled())} records of 50", await_that(lambda: len(stalled()) == 50, 3))
    expect.equal("runs in flight", gateway.metric("moondial_runs_in_flight"), 0)
    check_recovery(expect, gateway)


def main():
    wanted = sys.argv[1:]
    status = 0
    for name, run in FAULTS + store_faults.FAULTS:
        if wanted and not any(part in name for part in wanted):
            continue
        expect = Expectations()
        with Workspace() as work:
            try:
                run(work, expect)
            except Skipped as reason:
                print(f"skipped: {name}: {reason}", flush=True)
                continue
            except Exception as error:  # An unexpected error fails this fault only.
                expect.failed.append(f"{type(error).__name__}: {error}")
        if not expect.failed:
            print(f"ok: {name}", flush=True)
        else:
            status = 1
            for problem in dict.fromkeys(expect.failed):
                print(f"failed: {name}: {problem}", flush=True)
    return status


if __name__ == "__main__":
    sys.exit(main())
