"""The loads of scripts/load: requests that come at a given rate, whether or not those before them were answered."""

import asyncio
import collections
import os
import signal
import socket
import sys
import time

from gateways import MAPPING, Workspace, await_that, percentile, question

# A reply at once at /, and after one second with the base path /slow.
UPSTREAM = """
daemon off;
worker_processes 2;
pid %(folder)s/nginx.pid;
error_log %(folder)s/error.log;
load_module /usr/lib/nginx/modules/ndk_http_module.so;
load_module /usr/lib/nginx/modules/ngx_http_lua_module.so;
worker_rlimit_nofile 20000;
events { worker_connections 8192; }
http {
    access_log off;
    client_body_temp_path %(folder)s/b; proxy_temp_path %(folder)s/p; fastcgi_temp_path %(folder)s/f;
    uwsgi_temp_path %(folder)s/u; scgi_temp_path %(folder)s/s;
    default_type application/json;
    keepalive_requests 100000000;
    server {
        listen 127.0.0.1:%(port)d backlog=4096 reuseport;
        location / { return 200 '{"id":117270465679982593,"code":9000,"content":"verify consistent","exID":"order"}'; }
        location /slow/ {
            content_by_lua_block {
                ngx.sleep(1)
                local body = '{"id":117270465679982593,"code":9000,"content":"verify consistent","exID":"order"}'
                ngx.header.content_length = #body
                ngx.print(body)
            }
        }
    }
}
"""
BUSY = """
rule "busy" {
  pre_check = function(req)
    local n = 0
    for i = 1, %d do n = n + i %% 7 end
  end,
}
"""


class Caller(asyncio.Protocol):
    """One connection, one request at a time."""

    def __init__(self, load):
        self.load = load
        self.data = b""
        self.started = None

    def connection_made(self, transport):
        self.transport = transport

    def ask(self, started):
        self.started = started
        self.load.number += 1
        self.transport.write(question(f"load-{id(self.load)}-{self.load.number}"))

    def data_received(self, data):
        self.data += data
        head = self.data.find(b"\r\n\r\n")
        if head < 0:
            return
        at = self.data.find(b"Content-Length: ")
        length = int(self.data[at + 16 : self.data.find(b"\r", at)])
        if len(self.data) < head + 4 + length:
            return
        status, decision = self.data[9:12].decode(), b'"decision":"allow"' in self.data
        self.data, started, self.started = self.data[head + 4 + length :], self.started, None
        self.load.answered(self, status if status != "200" or decision else "200 without allow", started)

    def connection_lost(self, error):
        if self.started is not None:
            self.load.lost(self)
        elif self in self.load.free:
            self.load.free.remove(self)


class Load:
    """Requests at a rate. Latencies count from the moment at which a request was due."""

    def __init__(self, gateway, connections):
        self.gateway = gateway
        self.connections = connections
        self.open = 0
        self.free = collections.deque()
        self.number = 0
        self.latencies = collections.defaultdict(list)
        self.not_sent = 0
        self.repeats = False

    def answered(self, caller, status, started):
        now = time.monotonic()
        self.latencies[status].append(now - started)
        if self.repeats:
            caller.ask(now)
        else:
            self.free.append(caller)

    def lost(self, caller):
        self.open -= 1
        self.latencies["lost"].append(time.monotonic() - caller.started)

    async def connect(self, count):
        loop = asyncio.get_running_loop()
        while self.open < count:
            batch = min(100, count - self.open)
            made = await asyncio.gather(*(
                loop.create_connection(lambda: Caller(self), self.gateway.host, self.gateway.port) for _ in range(batch)
            ))
            self.free.extend(protocol for _, protocol in made)
            self.open += batch

    async def at_rate(self, rate, seconds):
        await self.connect(self.connections)
        start, due = time.monotonic(), 0
        while (elapsed := time.monotonic() - start) < seconds:
            while due < elapsed * rate:
                if self.free:
                    self.free.popleft().ask(start + due / rate)
                else:
                    self.not_sent += 1
                due += 1
            await asyncio.sleep(0.001)
        await self.settle()

    async def settle(self, seconds=20):
        end = time.monotonic() + seconds
        while len(self.free) < self.open and time.monotonic() < end:
            await asyncio.sleep(0.02)

    def closed_loop(self, connections, seconds):
        """Lets each connection send its next request when it has its reply."""

        async def run():
            await self.connect(connections)
            self.repeats = True
            while self.free:
                self.free.popleft().ask(time.monotonic())
            await asyncio.sleep(seconds)
            self.repeats = False
            await self.settle()

        asyncio.run(run())

    def text(self):
        parts = []
        for status, values in sorted(self.latencies.items()):
            figures = ", ".join(f"p{100 * share:g} {1000 * percentile(values, share):.1f}" for share in (0.5, 0.99, 0.999))
            parts.append(f"{len(values)} × {status} ({figures}, longest {1000 * max(values):.1f} ms)")
        if self.not_sent:
            parts.append(f"{self.not_sent} not sent, because {self.connections} connections were busy")
        return "; ".join(parts)


STATUS = 0


def line(text, holds):
    global STATUS
    print(f"{'ok' if holds else 'failed'}: {text}", flush=True)
    if not holds:
        STATUS = 1


def start_upstream(work):
    with socket.create_server(("127.0.0.1", 0)) as reserved:
        port = reserved.getsockname()[1]
    folder = work.file("upstream")
    os.mkdir(folder)
    configuration = work.write("nginx.conf", UPSTREAM % {"folder": folder, "port": port})
    work.start(["nginx", "-p", folder, "-e", f"{folder}/error.log", "-c", configuration], "upstream")

    def answers():
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return True
        except OSError:
            return False

    if not await_that(answers):
        raise RuntimeError("nginx did not start")
    return f"http://127.0.0.1:{port}"


def overload(work, seconds):
    upstream = start_upstream(work)
    for store in ("memory", "sqlite:" + work.file("store.db")):
        print(f"      with the store {store.partition(':')[0]}:", flush=True)
        overload_with(work, upstream, store, seconds)


def overload_with(work, upstream, store, seconds):
    rules = work.write("busy.lua", BUSY % 100_000)
    gateway = work.gateway(
        upstream, "--rules", MAPPING, "--workers", "1", "--store", store, "--decision-log", work.file("log"), rules=rules
    )
    if os.cpu_count() > 1:
        os.sched_setaffinity(gateway.process.pid, {0})
        for thread in os.listdir(f"/proc/{gateway.process.pid}/task"):
            os.sched_setaffinity(int(thread), {0})
        os.sched_setaffinity(0, set(range(1, os.cpu_count())))
    # What it serves when more comes, since this script slows it down on a machine whose processors share a core.
    settling = max(5, seconds / 4)
    load = Load(gateway, 10)
    load.closed_loop(10, settling)
    rate = len(load.latencies["200"]) / settling
    load = Load(gateway, 2000)
    asyncio.run(load.at_rate(1.5 * rate, settling))
    capacity = len(load.latencies["200"]) / settling
    print(f"      capacity {capacity:.0f} requests a second, with one worker", flush=True)
    # Until nothing is refused any more.
    asyncio.run(Load(gateway, 2000).at_rate(capacity / 2, settling))
    found = {}
    for share in (0.8, 3.0):
        load, before = Load(gateway, 2000), gateway.processor_seconds
        asyncio.run(load.at_rate(capacity * share, seconds))
        spent = gateway.processor_seconds - before
        print(f"      {100 * share:.0f} %: {load.text()}; {spent:.1f} s of processor time", flush=True)
        found[share] = load
    gateway.end()
    calm, busy = found[0.8].latencies["200"], found[3.0].latencies["200"]
    ratio = percentile(busy, 0.99) / percentile(calm, 0.99)
    line(f"p99 of accepted requests at 300 % is {ratio:.1f} times that at 80 %", ratio <= 2)
    line(f"{100 * len(busy) / seconds / capacity:.0f} % of the capacity is used at 300 %", len(busy) / seconds > 0.7 * capacity)
    refused = sum(len(values) for status, values in found[0.8].latencies.items() if status != "200")
    line(f"{refused} requests refused at 80 %", refused == 0)
    other = sum(len(values) for status, values in found[3.0].latencies.items() if status not in ("200", "503"))
    line(f"{other} requests answered with neither 200 nor 503, or lost", other == 0)


def flight(work, seconds):
    count = 5000
    # All requests come at once, and none may be refused.
    gateway = work.gateway(start_upstream(work) + "/slow", "--decision-log", work.file("log"))
    load = Load(gateway, count)

    async def run():
        warm = Load(gateway, 100)
        await warm.connect(100)
        for _ in range(3):
            while warm.free:
                warm.free.popleft().ask(time.monotonic())
            await warm.settle()
        idle = gateway.resident_kib
        await load.connect(count)
        connected = gateway.resident_kib
        rounds = []
        for _ in range(3):
            start, peak = time.monotonic(), 0
            for caller in list(load.free):
                caller.ask(time.monotonic())
            load.free.clear()
            while len(load.free) < load.open and time.monotonic() - start < 60:
                await asyncio.sleep(0.05)
                peak = max(peak, gateway.resident_kib)
            rounds.append((time.monotonic() - start, peak))
        return idle, connected, rounds

    idle, connected, rounds = asyncio.run(run())
    peak = max(peak for _, peak in rounds)
    print(f"      resident memory: {idle} KiB before, {connected} KiB with {count} idle connections, {peak} KiB at most", flush=True)
    print(f"      rounds took {', '.join(f'{took:.2f} s' for took, _ in rounds)}: {load.text()}", flush=True)
    first = (rounds[0][1] - idle) / count
    each = (peak - idle) / count
    line(f"{first:.1f} KiB for each request in flight in the first round, {each:.1f} KiB in any", each <= 16)
    good = len(load.latencies["200"])
    line(f"{good} of {3 * count} requests with {count} in flight were decided", good == 3 * count)


def reload(work, seconds):
    gateway = work.gateway(start_upstream(work), "--decision-log", work.file("log"))
    rate, found = 1000, {}
    asyncio.run(Load(gateway, 200).at_rate(rate, 2))
    for name in ("quiet", "reloaded"):
        load = Load(gateway, 400)

        async def run():
            task = asyncio.create_task(load.at_rate(rate, seconds))
            while not task.done():
                if name == "reloaded":
                    gateway.process.send_signal(signal.SIGHUP)
                await asyncio.sleep(1)
            await task

        asyncio.run(run())
        print(f"      {rate} requests/s, {name}: {load.text()}", flush=True)
        found[name] = load
    failed = sum(len(values) for status, values in found["reloaded"].latencies.items() if status != "200")
    line(f"{failed} requests failed while the rules were reloaded each second", failed == 0)
    quiet, busy = (percentile(found[name].latencies["200"], 0.99) for name in ("quiet", "reloaded"))
    line(f"p99 {1000 * busy:.1f} ms with reloads, {1000 * quiet:.1f} ms without", busy <= 1.5 * quiet + 0.005)


def main():
    arguments = sys.argv[1:]
    seconds = float(arguments.pop(0)) if arguments and arguments[0].replace(".", "").isdigit() else 20
    for run in (flight, reload, overload):
        if not arguments or run.__name__ in arguments:
            print(f"{run.__name__}:", flush=True)
            with Workspace() as work:
                run(work, seconds)
    return STATUS


if __name__ == "__main__":
    sys.exit(main())
