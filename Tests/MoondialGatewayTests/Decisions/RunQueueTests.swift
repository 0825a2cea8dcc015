// SPDX-License-Identifier: MIT

import MoondialGateway
import NIOCore
import Testing

/// The clock of these tests is a number. They simulate an event loop that serves one request in `service`, while others
/// arrive at given times.
struct RunQueueTests {
    private final class Request {
        let since: NIODeadline

        init(since: NIODeadline) { self.since = since }
    }

    /// The results of the requests.
    private struct Load {
        var waits: [TimeAmount] = []
        var refused = 0
        var givenUp = 0

        var longestOf99Percent: TimeAmount {
            waits.sorted().dropLast(waits.count / 100).last ?? .zero
        }
    }

    private static let delay = TimeAmount.milliseconds(5)

    /// Simulates requests that arrive at these times, until all are served or refused. Each waits `claiming` before it is
    /// queued.
    private func load(_ arrivals: [NIODeadline], service: TimeAmount, claiming: TimeAmount = .zero) -> Load {
        var queue = RunQueue<Request>(delay: Self.delay)
        var coming = CircularBuffer<NIODeadline>()
        var load = Load()
        var now = start
        var next = 0
        while next < arrivals.count || !coming.isEmpty || !queue.isEmpty {
            let events = [arrivals.dropFirst(next).first, coming.first].compactMap(\.self)
            if queue.isEmpty, let first = events.min() { now = max(now, first) }
            while next < arrivals.count, arrivals[next] <= now {
                next += 1
                let isTaken = queue.admits(now: now)
                while queue.removeOverdue(now: now) != nil { load.givenUp += 1 }
                if isTaken {
                    queue.announce()
                    coming.append(now + claiming)
                } else {
                    load.refused += 1
                }
            }
            while let time = coming.first, time <= now {
                coming.removeFirst()
                queue.append(Request(since: time), announced: time - claiming, now: time)
            }
            guard let request = queue.next(now: now) else { continue }
            load.waits.append(now - request.since)
            now = now + service
        }
        return load
    }

    private func times(every interval: TimeAmount, for time: TimeAmount) -> [NIODeadline] {
        (0..<Int(time.nanoseconds / interval.nanoseconds)).map { start + interval * $0 }
    }

    private let start = NIODeadline.uptimeNanoseconds(1_000_000_000)

    @Test(arguments: [TimeAmount.microseconds(200), .milliseconds(1), .milliseconds(10)])
    func acceptedRequestsWaitBrieflyAtThreeTimesTheCapacity(service: TimeAmount) {
        let interval = TimeAmount.nanoseconds(service.nanoseconds / 3)
        let load = load(times(every: interval, for: .seconds(20)), service: service)
        #expect(load.longestOf99Percent <= max(Self.delay, service * RunQueue<Request>.fewest) + service)
        let capacity = Int(20_000_000_000 / service.nanoseconds)
        #expect(load.waits.count > capacity * 95 / 100)
        // Requests that arrived before the queue detected the overload.
        let ofPatience = Int(2 * RunQueue<Request>.patience.nanoseconds / interval.nanoseconds)
        #expect(load.givenUp <= ofPatience)
    }

    @Test func requestsThatAreBeingClaimedAreCounted() {
        let service = TimeAmount.milliseconds(1)
        let arrivals = times(every: .nanoseconds(service.nanoseconds / 3), for: .seconds(20))
        let load = load(arrivals, service: service, claiming: .milliseconds(20))
        #expect(load.longestOf99Percent <= max(Self.delay, service * RunQueue<Request>.fewest) + service)
        #expect(load.waits.count > 20_000 * 95 / 100)
    }

    @Test func storeThatIsTheBottleneckIsSparedToo() {
        // The store takes a millisecond for each request, and the event loop next to nothing.
        var queue = RunQueue<Request>(delay: Self.delay)
        var asked = CircularBuffer<NIODeadline>()
        var free = start
        var times: [TimeAmount] = []
        for arrival in self.times(every: .microseconds(333), for: .seconds(20)) {
            while let first = asked.first, max(free, first) + .milliseconds(1) <= arrival {
                free = max(free, asked.removeFirst()) + .milliseconds(1)
                queue.append(Request(since: first), announced: first, now: free)
                _ = queue.next(now: free)
                if first > start + .seconds(5) { times.append(free - first) }
            }
            guard queue.admits(now: arrival) else { continue }
            queue.announce()
            asked.append(arrival)
        }
        #expect(queue.isOverloaded)
        #expect(times.max() ?? .zero <= RunQueue<Request>.longestAnnouncement * 2)
        #expect(times.count > 14_000)
    }

    @Test(arguments: [50, 80, 95])
    func noRequestIsRefusedBelowTheCapacity(percent: Int) {
        let service = TimeAmount.milliseconds(1)
        let interval = TimeAmount.nanoseconds(service.nanoseconds * 100 / Int64(percent))
        let load = load(times(every: interval, for: .seconds(20)), service: service)
        #expect(load.refused == 0)
        #expect(load.givenUp == 0)
    }

    @Test func burstOfThousandsOfRequestsIsServed() {
        // Two seconds of work within a third of a second, and a few further requests all the time.
        let crowd = times(every: .microseconds(66), for: .milliseconds(330))
        let others = times(every: .milliseconds(20), for: .seconds(5))
        let load = load((crowd + others).sorted(), service: .microseconds(400))
        #expect(load.refused == 0)
        #expect(load.givenUp == 0)
        #expect(load.waits.count == crowd.count + others.count)
    }

    @Test func noRequestIsRefusedAfterTheEventLoopWasBlocked() {
        // A rule was stopped after half a second, while requests came at 80 % of the capacity.
        let held = start + .milliseconds(1500)
        let arrivals = times(every: .microseconds(1250), for: .seconds(20)).map { time in
            time < held || time > held + .milliseconds(500) ? time : held + .milliseconds(500)
        }
        let load = load(arrivals, service: .milliseconds(1))
        #expect(load.refused == 0)
        #expect(load.givenUp == 0)
    }

    @Test func newestRequestIsServedFirstOnceTheOldestWaitedTooLong() {
        var queue = RunQueue<Request>(delay: Self.delay)
        let requests = (0..<20).map { _ in Request(since: start) }
        for request in requests { queue.append(request, now: start) }
        #expect(queue.next(now: start) === requests[0])
        let later = start + Self.delay + .nanoseconds(1)
        for expected in requests[(RunQueue<Request>.fewest + 1)...].reversed() {
            #expect(queue.next(now: later) === expected)
        }
        // With so few requests, the oldest is first again.
        #expect(queue.count == RunQueue<Request>.fewest)
        #expect(queue.next(now: later) === requests[1])
    }

    @Test func crowdThatDoesNotGrowIsServedInOrder() {
        // 500 callers, each of whom asks again 50 ms after the answer, which takes 0.2 ms: a round takes 100 ms.
        var queue = RunQueue<Request>(delay: Self.delay)
        let service = TimeAmount.microseconds(200)
        var asking = CircularBuffer(repeating: start, count: 500)
        var now = start
        var waits: [TimeAmount] = []
        while now < start + .seconds(10) {
            if queue.isEmpty, let first = asking.first { now = max(now, first) }
            while let first = asking.first, first <= now {
                queue.append(Request(since: asking.removeFirst()), now: first)
            }
            guard let request = queue.next(now: now) else { continue }
            if now > start + .seconds(1) { waits.append(now - request.since) }
            now = now + service
            asking.append(now + .milliseconds(50))
        }
        #expect(waits.count > 40_000)
        #expect(waits.max() ?? .zero <= .milliseconds(60))
    }

    @Test func queueLeavesOverloadWhenTheLoadFalls() {
        var queue = RunQueue<Request>(delay: Self.delay)
        var now = start
        for _ in 0..<3000 {
            now = now + .milliseconds(1)
            for _ in 0..<3 where queue.admits(now: now) { queue.append(Request(since: now), now: now) }
            while queue.removeOverdue(now: now) != nil {}
            _ = queue.next(now: now)
        }
        #expect(queue.isOverloaded)
        // Half the load that could be served.
        for _ in 0..<2000 {
            now = now + .milliseconds(1)
            if queue.admits(now: now) { queue.append(Request(since: now), now: now) }
            while queue.removeOverdue(now: now) != nil {}
            _ = queue.next(now: now)
            _ = queue.next(now: now)
        }
        #expect(!queue.isOverloaded)
    }

    @Test func removedRequestIsNotServed() {
        var queue = RunQueue<Request>(delay: Self.delay)
        let (first, second) = (Request(since: start), Request(since: start))
        queue.append(first, now: start)
        queue.append(second, now: start)
        queue.remove(first)
        #expect(queue.next(now: start) === second)
        #expect(queue.next(now: start) == nil)
    }

    @Test func requestIsRemovedAfterTheLongestWait() {
        var queue = RunQueue<Request>(delay: Self.delay)
        let request = Request(since: start)
        queue.append(request, now: start)
        #expect(queue.removeFirst(waitingFor: .seconds(1), now: start + .seconds(1)) == nil)
        #expect(queue.removeFirst(waitingFor: .seconds(1), now: start + .milliseconds(1001)) === request)
    }
}
