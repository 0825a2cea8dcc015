// SPDX-License-Identifier: MIT

import HTTP1
import JSON
import MoondialRules
import MoondialStore
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import StoreTesting
import Testing

@testable import MoondialGateway

/// Gateways that share a store decide once for each token.
@Suite("Decisions shared by gateways", .timeLimit(.minutes(10))) struct SharedDecisionsTests {
    private static func sharing(
        _ engine: any StoreEngine, _ change: @escaping @Sendable (inout GatewayConfiguration) -> Void = { _ in }
    ) -> @Sendable (inout GatewayConfiguration) -> Void {
        { configuration in
            configuration.sharesStore = true
            configuration.service.store.engine = engine
            change(&configuration)
        }
    }

    /// Two gateways with one store.
    private static func pair(
        _ gate: AttemptGate, _ body: @escaping @Sendable (GatewayFixture, GatewayFixture) async throws -> Void
    ) async throws {
        let engine = MemoryStoreEngine()
        try await GatewayFixture.run(gate: gate, configure: sharing(engine)) { first in
            try await GatewayFixture.run(gate: gate, configure: sharing(engine)) { second in
                try await body(first, second)
            }
        }
    }

    @Test func decisionOfAnotherGatewayIsReplayed() async throws {
        let gate = AttemptGate()
        gate.open()
        try await Self.pair(gate) { first, second in
            let decided = try await first.verify("STsid-1", exID: "order-1")
            let replayed = try await second.verify("STsid-1", exID: "order-2")
            #expect(replayed.fields["x-moondial-replayed"] == "true")
            #expect(replayed.json["id"] == decided.json["id"])
            #expect(replayed.json["code"] == 9000)
            #expect(replayed.json["exID"] == "order-2")
            #expect(replayed.fields["x-moondial-trace-id"] == decided.fields["x-moondial-trace-id"])
            #expect(try await second.verify("STsid-1", phone: "13800138001").decision == "review token_reused")
            #expect(gate.arrivals == 1)
        }
    }

    @Test func decisionInFlightAtAnotherGatewayIsAwaited() async throws {
        let gate = AttemptGate()
        try await Self.pair(gate) { first, second in
            async let one = first.verify("STsid-1")
            await gate.arrival(of: 1)
            async let two = second.verify("STsid-1")
            async let three = second.verify("STsid-1")
            // The second gateway sees the claim of the first before the decision.
            #expect(try await second.verify("STsid-1", phone: "13800138001").decision == "review token_reused")
            gate.open()
            let replies = try await [one, two, three]
            #expect(replies.map { $0.json["code"] } == [9000, 9000, 9000])
            #expect(Set(replies.map { $0.json["id"]?.integerValue }).count == 1)
            #expect(gate.arrivals == 1)
        }
    }

    @Test func tokenThatIsStillUnusedMayBeSentByAnotherGateway() async throws {
        let gate = AttemptGate()
        gate.open()
        try await Self.pair(gate) { first, second in
            let decisions = [
                try await first.verify("sim:code=9012").decision, try await second.verify("sim:code=9012").decision,
            ]
            #expect(decisions == ["review code_9012", "review code_9012"])
            #expect(gate.arrivals == 2)
        }
    }

    @Test func idempotencyKeysAreSharedByGateways() async throws {
        let gate = AttemptGate()
        gate.open()
        try await Self.pair(gate) { first, second in
            let fields = ["Idempotency-Key: key-1"]
            let one = try await first.verify("STsid-1", fields: fields)
            let two = try await second.verify("STsid-1", fields: fields)
            #expect(two.json["id"] == one.json["id"])
            #expect(try await second.verify("STsid-2", fields: fields).status == 422)
            #expect(gate.arrivals == 1)
        }
    }

    @Test(arguments: [
        (CallGuardSettings.OnStoreError.review, "review store_unavailable"), (.skip, "allow match"),
    ])
    func settingDecidesWhenTheStoreIsUnavailable(
        _ setting: CallGuardSettings.OnStoreError, decision: String
    ) async throws {
        let gate = AttemptGate()
        gate.open()
        let change: @Sendable (inout GatewayConfiguration) -> Void = { $0.onClaimError = setting }
        try await GatewayFixture.run(gate: gate, configure: Self.sharing(AbsentStoreEngine(), change)) { gateway in
            let got = try await gateway.verify("STsid-1").decision
            #expect(got == decision)
            #expect(gate.arrivals == (setting == .skip ? 1 : 0))
            let readiness = try await gateway.admin("/readyz").json
            #expect(readiness["store"]?.objectValue?["state"] == "store_unavailable")
            let metrics = try await gateway.admin("/metrics").text
            #expect(metrics.contains("moondial_store_answers 0"))
        }
    }

    @Test func tokenIsNotSentIfReplicasDoNotConfirmItsClaim() async throws {
        let gate = AttemptGate()
        gate.open()
        let change: @Sendable (inout GatewayConfiguration) -> Void = { $0.claimReplicas = 1 }
        try await GatewayFixture.run(gate: gate, configure: Self.sharing(MemoryStoreEngine(), change)) { gateway in
            let decision = try await gateway.verify("STsid-1").decision
            #expect(decision == "review store_unavailable")
            #expect(gate.arrivals == 0)
        }
    }

    @Test func claimThatWaitsForReplicasDelaysNoOtherCall() async throws {
        let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
        let order: [String] = try await eventLoop.flatSubmit {
            var settings = StoreSettings()
            settings.engine = SilentReplicaEngine()
            let access = StoreAccess(
                settings, timeout: .seconds(600), on: eventLoop)
            var options = SharedDecisions.Options(
                instance: InstanceID(), lifetime: .minutes(11), patience: .hours(1))
            options.replicas = 1
            let shared = SharedDecisions(access, options, on: eventLoop)
            let name = shared.name("token", ["t"], content: ["p"])
            let promise = eventLoop.makePromise(of: [String].self)
            var order: [String] = []
            shared.claim(name) { claim in
                order.append(Self.text(claim))
                promise.succeed(order)
            }
            access.store.perform(.get(name.key), deadline: .distantFuture) { result in
                if case .success(.value(_?)) = result { order.append("claim seen") }
                shared.close()
            }
            return promise.futureResult
        }.get()
        #expect(order == ["claim seen", "unavailable"])
    }

    // MARK: - Claims

    private static let decision = RecordedDecision(
        reviewBecause: .tokenReused, traceID: TraceID(rawValue: 7), revision: "r")

    /// Calls `body` with the claims of two gateways, an owner and another. `ownerIsAlive` registers the owner.
    private static func claims<Value: Sendable>(
        ownerIsAlive: Bool, in engine: any StoreEngine = MemoryStoreEngine(),
        _ body: @escaping @Sendable (SharedDecisions, SharedDecisions, EventLoopPromise<Value>) -> Void
    ) async throws -> Value {
        let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
        return try await eventLoop.flatSubmit {
            var settings = StoreSettings()
            settings.engine = engine
            let access = StoreAccess(
                settings, timeout: .seconds(600), on: eventLoop)
            func shared(_ instance: InstanceID) -> SharedDecisions {
                SharedDecisions(
                    access, .init(instance: instance, lifetime: .minutes(11), patience: .hours(1)), on: eventLoop)
            }
            let owner = InstanceID()
            if ownerIsAlive { InstanceRegistry(owner, access, on: eventLoop) { JSONObject() }.start {} }
            let promise = eventLoop.makePromise(of: Value.self)
            body(shared(owner), shared(InstanceID()), promise)
            return promise.futureResult
        }.get()
    }

    private static func text(_ claim: SharedDecisions.Claim) -> String {
        switch claim {
        case .fresh: "fresh"
        case .recorded(let decision): "recorded \(decision.traceID)"
        case .conflict: "conflict"
        case .lost: "lost"
        case .unavailable: "unavailable"
        }
    }

    @Test func claimOfAnEndedGatewayIsLost() async throws {
        let text: String = try await Self.claims(ownerIsAlive: false) { owner, other, promise in
            let name = owner.name("token", ["t"], content: ["p"])
            owner.claim(name) { _ in other.claim(name) { promise.succeed(Self.text($0)) } }
        }
        #expect(text == "lost")
    }

    @Test func claimOfALivingGatewayIsAwaited() async throws {
        let text: String = try await Self.claims(ownerIsAlive: true) { owner, other, promise in
            let name = owner.name("token", ["t"], content: ["p"])
            owner.claim(name) { _ in
                other.claim(name) { promise.succeed(Self.text($0)) }
                owner.finish(name, with: Self.decision)
            }
        }
        #expect(text == "recorded 0000000000000007")
    }

    @Test func releasedClaimGoesToTheNextGateway() async throws {
        let text: String = try await Self.claims(ownerIsAlive: true) { owner, other, promise in
            let name = owner.name("token", ["t"], content: ["p"])
            owner.claim(name) { _ in
                other.claim(name) { promise.succeed(Self.text($0)) }
                owner.finish(name, with: nil)
            }
        }
        #expect(text == "fresh")
    }

    @Test(arguments: [false, true])
    func decisionIsWrittenAgainAfterAStoreError(executes: Bool) async throws {
        let engine = FaultyStoreEngine(MemoryStoreEngine(), failures: 3, executes: executes) { command in
            guard case .set(let key, _, _) = command else { return false }
            return key.name.hasPrefix("token:")
        }
        let text: String = try await Self.claims(ownerIsAlive: true, in: engine) { owner, other, promise in
            let name = owner.name("token", ["t"], content: ["p"])
            owner.claim(name) { _ in
                owner.finish(name, with: Self.decision)
                other.claim(name) { claim in
                    // Keeps the owner alive until here: a gateway that has ended writes nothing.
                    withExtendedLifetime(owner) { promise.succeed(Self.text(claim)) }
                }
            }
        }
        #expect(text == "recorded 0000000000000007")
        #expect(executes || engine.count == 4)
    }

    @Test func claimIsReleasedOnce() async throws {
        let engine = FaultyStoreEngine(MemoryStoreEngine(), failures: 1, executes: true) { command in
            if case .delete = command { true } else { false }
        }
        let texts: [String] = try await Self.claims(ownerIsAlive: true, in: engine) { owner, other, promise in
            let name = owner.name("token", ["t"], content: ["p"])
            owner.claim(name) { _ in
                owner.finish(name, with: nil) {
                    other.claim(name) { first in
                        other.finish(name, with: Self.decision) {
                            owner.claim(name) { promise.succeed([Self.text(first), Self.text($0)]) }
                        }
                    }
                }
            }
        }
        #expect(texts == ["fresh", "recorded 0000000000000007"])
        #expect(engine.count == 1)
    }

    // MARK: - Keys

    @Test func gatewayWithAnotherMasterSecretReportsIt() async throws {
        let engine = MemoryStoreEngine()
        try await GatewayFixture.run(configure: Self.sharing(engine) { $0.service.store.hashKey = [1] }) { first in
            #expect(try await first.admin("/readyz").json["store"]?.objectValue?["key"] == nil)
            try await GatewayFixture.run(configure: Self.sharing(engine) { $0.service.store.hashKey = [2] }) { second in
                let readiness = try await second.admin("/readyz")
                #expect(readiness.status == 200)
                #expect(readiness.json["store"]?.objectValue?["key"] == "another master secret")
                let isReported = second.events.withLockedValue { events in
                    events.contains { if case .storeKey(agrees: false) = $0 { true } else { false } }
                }
                #expect(isReported)
                // The gateway decides nevertheless.
                #expect(try await second.verify("STsid-1").decision == "allow match")
            }
        }
    }

    @Test func ownClaimIsTakenAgain() async throws {
        let text: String = try await Self.claims(ownerIsAlive: true) { owner, _, promise in
            let name = owner.name("token", ["t"], content: ["p"])
            owner.claim(name) { _ in owner.claim(name) { promise.succeed(Self.text($0)) } }
        }
        #expect(text == "fresh")
    }

    @Test func claimWithOtherContentIsAConflict() async throws {
        let text: String = try await Self.claims(ownerIsAlive: true) { owner, other, promise in
            owner.claim(owner.name("token", ["t"], content: ["p"])) { _ in
                other.claim(other.name("token", ["t"], content: ["q"])) { promise.succeed(Self.text($0)) }
            }
        }
        #expect(text == "conflict")
    }

    @Test func decisionIsReadFromTheStoreUnchanged() throws {
        let stored = Self.decision.stored
        let back = try #require(RecordedDecision(stored: stored))
        #expect(back.stored == stored)
        #expect(RecordedDecision(stored: ["decision": "allow"]) == nil)
        #expect(RecordedDecision(stored: 5) == nil)
    }
}
