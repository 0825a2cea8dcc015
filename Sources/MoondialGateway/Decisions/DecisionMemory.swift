// SPDX-License-Identifier: MIT

import NIOConcurrencyHelpers
package import NIOCore
import TextFormats

/// Remembers which requests are being decided and which decisions were made, so that a request that comes again is not
/// run again: by token for the token guard, by `Idempotency-Key` for idempotent requests.
///
/// Shared by all event loops. Names of requests are kept as keyed hashes only.
package final class DecisionMemory: Sendable {
    /// The name of a request, as a keyed hash.
    package struct Key: Hashable, Sendable {
        fileprivate let high: UInt64
        fileprivate let low: UInt64

        // The key is a hash, so half of it is enough.
        package func hash(into hasher: inout Hasher) { hasher.combine(low) }
    }

    /// How a request is treated.
    package enum Admission: Sendable {
        /// The request must be run, and its result passed to ``finish(_:with:keeps:now:)``.
        case fresh
        /// Another request with the same name is being run: the waiter gets its decision.
        case joined
        /// The request was decided before.
        case recorded(RecordedDecision)
        /// The name was used with other content.
        case conflict
    }

    /// What is remembered of a request that was decided.
    package enum Keeping: Sendable {
        /// A later request with the name gets the decision.
        case decision
        /// A later request with the name is run, and must have the same content.
        case name
        case nothing
    }

    /// The result of a request that was being run.
    package enum Answer: Sendable {
        case decided(RecordedDecision)
        /// The request was not run.
        case rejected(Rejection)
    }

    /// A closure that is called on its event loop with the result of the request that is being run.
    package struct Waiter: Sendable {
        let eventLoop: any EventLoop
        let body: @Sendable (Answer) -> Void

        package init(eventLoop: any EventLoop, body: @escaping @Sendable (Answer) -> Void) {
            self.eventLoop = eventLoop
            self.body = body
        }
    }

    private struct Running {
        let fingerprint: Key
        var waiters: [Waiter] = []
    }

    private struct Recorded {
        let fingerprint: Key
        /// Nil if only the name is remembered.
        let decision: RecordedDecision?
        let end: NIODeadline
    }

    /// Decisions in two generations: the older one is dropped as a whole, so that decisions need not be sorted by time.
    private struct Shard {
        var running: [Key: Running] = [:]
        var current: [Key: Recorded] = [:]
        var previous: [Key: Recorded] = [:]
        var nextGeneration = NIODeadline.uptimeNanoseconds(0)

        mutating func keep(_ recorded: Recorded, as key: Key, now: NIODeadline, lifetime: TimeAmount, maximum: Int) {
            if now >= nextGeneration || current.count >= maximum {
                previous = current
                current = [:]
                nextGeneration = now + lifetime
            }
            current[key] = recorded
        }
    }

    private static let shardCount = 16

    private let secrets = (high: UInt64.random(in: 0...UInt64.max), low: UInt64.random(in: 0...UInt64.max))
    private let lifetime: TimeAmount
    private let maximumPerGeneration: Int
    private let shards: [NIOLockedValueBox<Shard>]

    /// - Parameters:
    ///   - lifetime: How long a decision is kept. The default is 11 minutes: no token lives longer than ten.
    ///   - maximum: About how many decisions are kept at most; when there are more, the oldest are forgotten. The default
    ///     is 1,000,000.
    package init(lifetime: TimeAmount = .minutes(11), maximum: Int = 1_000_000) {
        self.lifetime = lifetime
        maximumPerGeneration = max(1, maximum / 2 / Self.shardCount)
        shards = (0..<Self.shardCount).map { _ in NIOLockedValueBox(Shard()) }
    }

    /// The key for the two parts of a name, or for content; the default of the second part is empty. Different parts give
    /// different keys.
    ///
    /// The key is two SipHashes with random keys of this process, so that an attacker cannot find two names with one
    /// key.
    package func key(of first: String, _ second: String = "") -> Key {
        var (high, low) = (Hasher(), Hasher())
        high.combine(secrets.high)
        low.combine(secrets.low)
        func combine(_ part: String) {
            part.withBytes { bytes in
                high.combine(bytes.count)
                high.combine(bytes: UnsafeRawBufferPointer(bytes))
                low.combine(bytes.count)
                low.combine(bytes: UnsafeRawBufferPointer(bytes))
            }
        }
        combine(first)
        combine(second)
        return Key(
            high: UInt64(bitPattern: Int64(high.finalize())), low: UInt64(bitPattern: Int64(low.finalize())))
    }

    /// Admits a request. `waiter` is called only for ``Admission/joined``.
    package func admit(_ key: Key, fingerprint: Key, now: NIODeadline, waiter: () -> Waiter) -> Admission {
        shard(of: key).withLockedValue { shard in
            if let running = shard.running[key] {
                guard running.fingerprint == fingerprint else { return .conflict }
                shard.running[key]?.waiters.append(waiter())
                return .joined
            }
            if let recorded = shard.current[key] ?? shard.previous[key], recorded.end > now {
                guard recorded.fingerprint == fingerprint else { return .conflict }
                if let decision = recorded.decision { return .recorded(decision) }
            }
            shard.running[key] = Running(fingerprint: fingerprint)
            return .fresh
        }
    }

    /// Whether others wait for the decision of a request that is being run.
    package func hasWaiters(_ key: Key) -> Bool {
        shard(of: key).withLockedValue { $0.running[key]?.waiters.isEmpty == false }
    }

    /// Takes the result of a request that was admitted as fresh. Requests that wait get the result.
    package func finish(_ key: Key, with answer: Answer, keeps: Keeping, now: NIODeadline) {
        let waiters = shard(of: key).withLockedValue { shard -> [Waiter] in
            guard let running = shard.running.removeValue(forKey: key) else { return [] }
            if keeps != .nothing, case .decided(let decision) = answer {
                let recorded = Recorded(
                    fingerprint: running.fingerprint, decision: keeps == .decision ? decision : nil,
                    end: now + lifetime)
                shard.keep(recorded, as: key, now: now, lifetime: lifetime, maximum: maximumPerGeneration)
            }
            return running.waiters
        }
        for waiter in waiters { waiter.eventLoop.execute { waiter.body(answer) } }
    }

    private func shard(of key: Key) -> NIOLockedValueBox<Shard> {
        shards[Int(truncatingIfNeeded: key.low % UInt64(Self.shardCount))]
    }
}
