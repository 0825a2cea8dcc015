"""The callers of scripts/fleet, and the summary."""

import collections
import concurrent.futures
import json
import os
import random
import subprocess
import sys
import threading
import time

from gateways import MOONDIAL, Expectations, Workspace, await_that, percentile

GATEWAYS = 4
CALLERS = 24


class Fleet:
    """Gateways with one store on Redis, in front of a simulator that takes each token once."""

    def __init__(self, work):
        self.work = work
        self.socket = work.file("redis")
        work.start(["redis-server", "--port", "0", "--unixsocket", self.socket, "--save", "", "--dir", work.path], "redis")
        if not await_that(lambda: os.path.exists(self.socket), 60):
            raise RuntimeError("redis-server did not start")
        self.store = f"redis+unix://{self.socket}"
        work.write("moondial.yaml", "limits:\n  store_time: 5s\n")
        self.simulator = work.simulator("--provider-rules")
        self.gateways = [None] * GATEWAYS
        self.started = 0
        for place in range(GATEWAYS):
            self.start(place)
        self.lock = threading.Lock()
        self.latencies = []
        self.failures = []

    def start(self, place):
        self.started += 1
        self.gateways[place] = self.work.gateway(
            self.simulator.url, "--store", self.store, "--workers", "1", "--overload-delay", "1h",
            "--config", self.work.file("moondial.yaml"), name=f"gateway-{self.started}",
        )

    def fail(self, text):
        with self.lock:
            self.failures.append(text)

    def ask(self, number, place):
        """The reply to a request; when its gateway ends, another one is asked."""
        # The simulator takes 9xxx at the end of a number for the code that is wanted.
        token, phone = f"fleet-token-{number:08d}", f"139{number // 9000:04d}{number % 9000:04d}"
        start = time.monotonic()
        while True:
            try:
                reply = self.gateways[place % GATEWAYS].ask(token, phone, exid=f"order-{number}", timeout=60)
            except (OSError, EOFError, IndexError):
                place += 1
                continue
            if reply.status == 503:
                time.sleep(0.05)
                continue
            with self.lock:
                self.latencies.append(time.monotonic() - start)
            return reply

    def three_at_once(self, number, pool):
        """The answers to the three callers of a token, as (decision, reason, id, whether it is the answer of another run)."""
        places = random.sample(range(GATEWAYS), 3)
        return [pool.submit(self.ask, number, place) for place in places]

    def round(self, numbers, check):
        with concurrent.futures.ThreadPoolExecutor(CALLERS) as pool:
            pending = collections.deque()
            for number in numbers:
                pending.append((number, self.three_at_once(number, pool)))
                while len(pending) > CALLERS:
                    self.finish(*pending.popleft(), check)
            while pending:
                self.finish(*pending.popleft(), check)

    def finish(self, number, futures, check):
        replies = [future.result() for future in futures]
        answers = [(reply.json or {}) for reply in replies]
        problem = check(answers, replies)
        if problem:
            self.fail(f"token {number}: {problem}: {replies}")


def same_match(answers, replies):
    if any(answer.get("decision") != "allow" or answer.get("code") != 9000 for answer in answers):
        return "a caller got no match"
    if len({answer["id"] for answer in answers}) != 1:
        return "the callers got different verdicts"
    if sum(not reply.is_replayed for reply in replies) != 1:
        return "not one of three was run"
    return None


class Survivors:
    """The correct answers while gateways are killed: a match or a lost verdict, but never 9003 for a token sent twice."""

    def __init__(self):
        self.lost = 0
        self.lock = threading.Lock()

    def __call__(self, answers, replies):
        for answer in answers:
            if answer.get("code") == 9003:
                return "the token was sent twice"
            is_lost = answer.get("reason") == "verdict_lost"
            if answer.get("code") != 9000 and not is_lost:
                return "an answer is neither a match nor a lost verdict"
        with self.lock:
            self.lost += any(answer.get("reason") == "verdict_lost" for answer in answers)
        return None


def main():
    count = int(sys.argv[1])
    with Workspace() as work:
        fleet = Fleet(work)
        expectations = Expectations()
        start = time.monotonic()
        fleet.round(range(count), same_match)
        took = time.monotonic() - start
        print(f"{count} tokens, each sent three times at once through different gateways: {count * 3 / took:.0f} requests/s, "
              f"p99 {percentile(fleet.latencies, 0.99) * 1000:.1f} ms")

        ended = threading.Event()
        kills = 0

        def kill():
            nonlocal kills
            while not ended.wait(1):
                place = random.randrange(GATEWAYS)
                fleet.gateways[place].process.kill()
                fleet.gateways[place].process.wait()
                fleet.start(place)
                kills += 1

        killer = threading.Thread(target=kill)
        killer.start()
        survivors = Survivors()
        fleet.round(range(count, count * 2), survivors)
        ended.set()
        killer.join()
        print(f"{count} more while {kills} gateways ended by kill -9: {survivors.lost} verdicts lost, none sent twice")

        listed = subprocess.run(
            [MOONDIAL, "fleet", "--json", "--store", fleet.store], capture_output=True, text=True, cwd=work.path
        )
        gateways = [json.loads(line) for line in listed.stdout.splitlines()]
        alive = {gateway.process.pid for gateway in fleet.gateways}
        expectations.true("moondial fleet lists all gateways", alive <= {gateway["pid"] for gateway in gateways})
        expectations.equal("the status of moondial fleet", listed.returncode, 0)
        for problem in fleet.failures[:5] + expectations.failed:
            print(f"FAILED: {problem}")
        sys.exit(1 if fleet.failures or expectations.failed else 0)


main()
