"""The faults of scripts/faults that hit the store of a gateway: a file, or Redis."""

import contextlib
import os
import random
import socket
import sqlite3
import subprocess
import threading
import time

from gateways import Neighbours, Skipped, await_that

FAULTS = []

# Rules that count, with the host's guards off: their reason says how the store answered.
RULES = """
rule "count" {
  pre_check = function(req)
    local count, err = moondial.store.count({ "phone", req.phone, req.exid }, { limit = 100000, window_s = 3600 })
    if not count then return review(err.kind) end
  end,
  map_result = { match = allow "match" },
}
rule "keep" {
  pre_check = function(req)
    if not (req.context and req.context.keep) then return end
    local kept, err = moondial.store.set({ "kept", req.exid }, string.rep("x", 16000))
    if not kept then return review(err.kind) end
  end,
}
"""


def fault(name):
    def register(function):
        FAULTS.append((name, function))
        return function

    return register


def start_gateway(work, store, *arguments):
    rules = work.write("rules.lua", RULES)
    return work.gateway(
        work.simulator().url, "--store", store, "--token-guard", "false", *arguments, rules=rules)


def check_while_away(expect, gateway, kinds, slowest, times=20):
    """Each answer is review with the kind of the error, and comes soon."""
    for number in range(times):
        start = time.monotonic()
        reply = gateway.ask(f"away-{time.monotonic_ns()}", exid=f"away-{number}")
        took = time.monotonic() - start
        expect.equal("HTTP status meanwhile", reply.status, 200)
        answer = reply.json or {}
        expect.equal("decision meanwhile", answer.get("decision"), "review")
        expect.true(f"the reason meanwhile is {answer.get('reason')!r}", answer.get("reason") in kinds)
        expect.true(f"an answer took {took:.3f} s", took < slowest)
    ready = gateway.administration("/readyz")
    expect.true(f"/readyz says nothing of the store: {ready}", "store" in ready.text)
    expect.equal("/healthz meanwhile", gateway.administration("/healthz").status, 200)


def start_working_gateway(work, expect, store):
    gateway = start_gateway(work, store)
    expect.equal("decision before", gateway.ask("before", exid="before").json["decision"], "allow")
    return gateway


def check_back(expect, gateway):
    def is_back():
        replies = [gateway.ask(f"back-{time.monotonic_ns()}", exid=f"back-{number}") for number in range(20)]
        return all(reply.status == 200 and reply.json["decision"] == "allow" for reply in replies)

    expect.true("it does not come back without a restart", await_that(is_back, 20))
    expect.equal("/readyz afterwards", gateway.administration("/readyz").status, 200)
    with Neighbours(gateway) as neighbours:
        time.sleep(0.5)
    expect.true(f"afterwards: {neighbours.failures[:1]}", neighbours.asked > 0 and not neighbours.failures)


@contextlib.contextmanager
def mounted(work, name, *options):
    if os.geteuid() != 0:
        raise Skipped("only root can mount a file system")
    folder = work.file(name)
    os.mkdir(folder)
    done = subprocess.run(["mount", "-t", "tmpfs", *options, "tmpfs", folder], capture_output=True, text=True)
    if done.returncode != 0:
        raise Skipped(f"no tmpfs: {done.stderr.strip()}")
    try:
        yield folder
    finally:
        for process in work.processes:
            process.kill()
            process.wait()
        subprocess.run(["umount", folder], check=True)


# MARK: A file


@fault("the store's disk is full")
def full_disk(work, expect):
    with mounted(work, "disk", "-o", "size=12m") as disk:
        gateway = start_working_gateway(work, expect, f"sqlite:{disk}/store")
        filler = os.path.join(disk, "filler")
        with open(filler, "wb") as file:
            file.write(b"x" * (8 << 20))
        for number in range(300):
            reply = gateway.ask(f"keep-{number}", exid=f"keep-{number}", context={"keep": True})
            if reply.json["decision"] != "allow":
                break
        expect.equal("the reason on a full disk", reply.json["reason"], "store_full")
        expect.equal("HTTP status on a full disk", reply.status, 200)
        with contextlib.suppress(OSError):
            with open(os.path.join(disk, "rest"), "wb", buffering=0) as file:
                while file.write(b"x" * 512):
                    pass
        check_while_away(expect, gateway, {"store_full"}, slowest=1)
        os.remove(filler)
        check_back(expect, gateway)


@fault("the store's file system is read-only")
def read_only(work, expect):
    with mounted(work, "disk") as disk:
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        gateway = start_gateway(work, f"sqlite:{disk}/store")
        check_while_away(expect, gateway, {"store_unavailable"}, slowest=1)
        subprocess.run(["mount", "-o", "remount,rw", disk], check=True)
        check_back(expect, gateway)


@fault("another process locks the store's file for long")
def locked(work, expect):
    path = work.file("store")
    gateway = start_working_gateway(work, expect, f"sqlite:{path}")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    check_while_away(expect, gateway, {"store_timeout"}, slowest=1)
    other.execute("ROLLBACK")
    check_back(expect, gateway)


@fault("the store's file is damaged, and then moved away")
def damaged(work, expect):
    path = work.file("store")
    with open(path, "wb") as file:
        file.write(b"no database " * 1000)
    gateway = start_gateway(work, f"sqlite:{path}")
    check_while_away(expect, gateway, {"store_unavailable"}, slowest=1)
    os.rename(path, path + ".old")
    check_back(expect, gateway)


# MARK: Redis


class Redis:
    def __init__(self, work):
        self.socket = work.file("redis")
        self.process = work.start(
            ["redis-server", "--port", "0", "--unixsocket", self.socket, "--save", "", "--dir", work.path], "redis")
        if not await_that(lambda: os.path.exists(self.socket), 60):
            raise RuntimeError("redis-server did not start")

    def command(self, *words):
        subprocess.run(["redis-cli", "-s", self.socket, *words], check=True, capture_output=True)


@fault("Redis has no memory left")
def redis_full(work, expect):
    redis = Redis(work)
    gateway = start_working_gateway(work, expect, f"redis+unix://{redis.socket}")
    redis.command("CONFIG", "SET", "maxmemory-policy", "noeviction")
    redis.command("CONFIG", "SET", "maxmemory", "1")
    check_while_away(expect, gateway, {"store_full"}, slowest=1)
    redis.command("CONFIG", "SET", "maxmemory", "0")
    check_back(expect, gateway)


@fault("Redis is paused")
def redis_paused(work, expect):
    redis = Redis(work)
    gateway = start_working_gateway(work, expect, f"redis+unix://{redis.socket}")
    redis.command("CLIENT", "PAUSE", "3000", "ALL")
    check_while_away(expect, gateway, {"store_timeout", "store_unavailable"}, slowest=1)
    check_back(expect, gateway)


class SlowNetwork:
    """A proxy to Redis that delays each piece of data."""

    def __init__(self, target):
        self.target = target
        self.delay = 0.0
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            near, _ = self.server.accept()
            far = socket.socket(socket.AF_UNIX)
            try:
                far.connect(self.target)
            except OSError:
                near.close()
                continue
            for source, sink in [(near, far), (far, near)]:
                threading.Thread(target=self.copy, args=(source, sink), daemon=True).start()

    def copy(self, source, sink):
        with contextlib.suppress(OSError):
            # Pieces end anywhere, also within a reply.
            while data := source.recv(random.randint(1, 200) if self.delay else 65536):
                if self.delay:
                    time.sleep(self.delay)
                sink.sendall(data)
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


@fault("the network to Redis is slow")
def slow_network(work, expect):
    redis = Redis(work)
    network = SlowNetwork(redis.socket)
    gateway = start_gateway(work, f"redis://127.0.0.1:{network.port}")
    check_back(expect, gateway)
    network.delay = 0.3
    check_while_away(expect, gateway, {"store_timeout", "store_unavailable"}, slowest=1)
    network.delay = 0.0
    check_back(expect, gateway)
