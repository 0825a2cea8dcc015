// SPDX-License-Identifier: MIT

import JSON
package import MoondialRules
import MoondialStore
package import NIOCore
import NumberVerification

/// Shares decisions between gateways that use one store: one gateway decides on a request, and the others get its
/// decision.
///
/// Before a gateway decides, it claims the request in the store. A gateway that finds the claim of another one waits
/// for the decision. It never decides itself, since the token may have been sent. When the owner of the claim has
/// ended, the decision is lost. Used on one event loop.
package final class SharedDecisions {
    /// How requests are shared.
    package struct Options: Sendable {
        /// The name of this process.
        package var instance: InstanceID
        /// How long a decision is kept.
        package var lifetime: TimeAmount
        /// How long to wait for the decision of another gateway.
        package var patience: TimeAmount
        /// The number of replicas of the store that must have a claim before the token is sent. The default is 0.
        package var replicas = 0
        /// What happens to a request when the store does not answer. The default is review.
        package var onStoreError = CallGuardSettings.OnStoreError.review

        /// Whether claims wait for replicas. Such a call delays all calls behind it on its connection, so a separate
        /// connection to the store is opened for claims.
        fileprivate var waitsForReplicas: Bool { replicas > 0 }

        package init(instance: InstanceID, lifetime: TimeAmount, patience: TimeAmount) {
            self.instance = instance
            self.lifetime = lifetime
            self.patience = patience
        }
    }

    /// The name of a request in the store, and a hash of the request's content.
    package struct Name: Sendable, Hashable {
        let key: StoreKey
        let content: String
    }

    /// The result of claiming a request.
    package enum Claim: Sendable {
        /// This gateway must decide, and pass the decision to ``SharedDecisions/finish(_:with:completion:)``.
        case fresh
        case recorded(RecordedDecision)
        /// The name was used with other content.
        case conflict
        /// The gateway that was deciding has ended, or is not in the store any more.
        case lost
        /// The store does not answer.
        case unavailable
    }

    /// How long the store may take to answer about one claim. It is longer than the limit for the calls of rules: if a disk
    /// stalls for a moment, the requests of that moment are not all sent to review.
    private static let claimTime = TimeAmount.milliseconds(500)
    private static let firstPause = TimeAmount.milliseconds(5)
    private static let longestPause = TimeAmount.milliseconds(100)
    /// The pauses between two attempts to write a decision to the store.
    private static let firstRetryPause = TimeAmount.milliseconds(50)
    private static let longestRetryPause = TimeAmount.seconds(5)
    /// The maximum number of decisions that wait for another attempt, so that memory stays bounded while the store
    /// fails.
    private static let maximumRetries = 10_000
    /// How often the claim is read before the gateway that holds it is looked up.
    private static let looksBeforeOwnerCheck = 4

    private let access: StoreAccess
    private let options: Options
    private let eventLoop: any EventLoop
    private var retries = 0

    /// - Parameters:
    ///   - access: The store of the event loop.
    ///   - options: The same for all event loops of the process, except for the lifetime.
    ///   - eventLoop: The event loop of the store.
    package init(_ access: StoreAccess, _ options: Options, on eventLoop: any EventLoop) {
        self.access = options.waitsForReplicas ? access.openedAgain(on: eventLoop) : access
        self.options = options
        self.eventLoop = eventLoop
    }

    /// Closes the store if it was opened for claims alone. Claims that wait for an answer get ``Claim/unavailable``.
    package func close() {
        if options.waitsForReplicas { access.store.close() }
    }

    /// The name under which a request is claimed, with a hash of its content.
    func name(_ kind: PendingDecision.Claim.Kind, of request: DecisionRequest) -> Name {
        switch kind {
        case .token:
            let verification = request.run.verification
            return name(
                kind.rawValue, [request.caller.appKey, verification.token.reveal()],
                content: [verification.phone.submitted])
        case .idempotency:
            guard let idempotency = request.idempotency else { preconditionFailure("a claim by key has a key") }
            return name(
                kind.rawValue, [request.caller.name, idempotency.key], content: [idempotency.path, idempotency.body])
        }
    }

    /// The name of a request of this kind, and of its content. Different parts give different names.
    func name(_ kind: String, _ parts: [String], content: [String]) -> Name {
        Name(key: access.names.own(kind, parts), content: access.names.hash(of: content))
    }

    /// Claims a request. The completion is called once, in this call or later.
    package func claim(_ name: Name, completion: @escaping (Claim) -> Void) {
        Claiming(name: name, deadline: eventLoop.now + options.patience, completion: completion).ask(self)
    }

    /// Writes the decision on a request that was claimed. Nil releases the claim: nothing was sent. The completion is
    /// called when the store has answered or does not answer; the default does nothing.
    ///
    /// If the store does not accept a decision, it is written again, with growing pauses, until the claim expires.
    /// Until then, other gateways may treat the decision as lost. A release is tried only once: if no answer comes, the
    /// claim may have been released, and another gateway may hold it by now.
    package func finish(
        _ name: Name, with decision: RecordedDecision?, completion: @escaping () -> Void = {}
    ) {
        guard let decision else {
            return access.store.perform(.delete(name.key), deadline: .now() + .seconds(1)) { _ in completion() }
        }
        let entry = Entry(content: name.content, state: .decided(decision))
        write(
            .set(name.key, value: entry.bytes, lifetime: lifetime), until: eventLoop.now + options.lifetime,
            pause: Self.firstRetryPause, completion)
    }

    private func write(
        _ decision: StoreCommand, until end: NIODeadline, pause: TimeAmount, _ completion: @escaping () -> Void
    ) {
        access.store.perform(decision, deadline: .now() + .seconds(1)) { [self] result in
            completion()
            guard case .failure(let error) = result, error.kind.isRetryable, eventLoop.now + pause < end,
                retries < Self.maximumRetries
            else { return }
            retries += 1
            eventLoop.assumeIsolated().scheduleTask(in: pause) { [weak self] in
                self?.retries -= 1
                self?.write(decision, until: end, pause: min(pause + pause, Self.longestRetryPause)) {}
            }
        }
    }

    private var lifetime: StoreLifetime? { StoreLifetime(.nanoseconds(options.lifetime.nanoseconds)) }

    /// What happens to a request whose claim could not be made.
    package var onStoreError: CallGuardSettings.OnStoreError { options.onStoreError }

    // MARK: - Claiming

    /// One claim that waits for an answer of the store.
    private final class Claiming {
        private let name: Name
        private let deadline: NIODeadline
        private let completion: (Claim) -> Void
        private var looks = 0

        init(name: Name, deadline: NIODeadline, completion: @escaping (Claim) -> Void) {
            self.name = name
            self.deadline = deadline
            self.completion = completion
        }

        func ask(_ shared: SharedDecisions) {
            let entry = Entry(content: name.content, state: .running(shared.options.instance))
            perform(.add(name.key, value: entry.bytes, lifetime: shared.lifetime), shared) { [self] result in
                switch result {
                case .success(.flag(true)): replicate(shared)
                case .success(.flag(false)): look(shared)
                default: completion(.unavailable)
                }
            }
        }

        private func replicate(_ shared: SharedDecisions) {
            guard shared.options.waitsForReplicas else { return completion(.fresh) }
            perform(.waitForReplicas(shared.options.replicas), shared, within: shared.access.timeout) { [self] result in
                if case .success(.flag(true)) = result { return completion(.fresh) }
                // The claim is this gateway's own, and nothing was sent.
                shared.finish(name, with: nil)
                completion(.unavailable)
            }
        }

        private func look(_ shared: SharedDecisions) {
            looks += 1
            perform(.get(name.key), shared) { [self] result in
                switch result {
                case .success(.value(nil)): ask(shared)
                case .success(.value(let bytes?)):
                    guard let entry = Entry(bytes) else { return completion(.lost) }
                    guard entry.content == name.content else { return completion(.conflict) }
                    found(entry.state, shared)
                default: completion(.unavailable)
                }
            }
        }

        private func found(_ state: Entry.State, _ shared: SharedDecisions) {
            switch state {
            case .decided(let decision): completion(.recorded(decision))
            // The claim is this process's own, which is not deciding on this name: an earlier claim or release was
            // executed, but the store's answer came too late.
            case .running(shared.options.instance): completion(.fresh)
            case .running where shared.eventLoop.now >= deadline: completion(.lost)
            case .running(let owner): looks > looksBeforeOwnerCheck ? lookFor(owner, shared) : pause(shared)
            }
        }

        private func lookFor(_ owner: InstanceID, _ shared: SharedDecisions) {
            perform(.get(InstanceRegistry.key(of: owner, in: shared.access.names.namespace)), shared) { [self] result in
                switch result {
                case .success(.value(nil)): completion(.lost)
                case .success: pause(shared)
                case .failure: completion(.unavailable)
                }
            }
        }

        private func pause(_ shared: SharedDecisions) {
            let doubled = firstPause.nanoseconds << Int64(min(looks, 10))
            shared.eventLoop.assumeIsolated().scheduleTask(in: min(.nanoseconds(doubled), longestPause)) { [self] in
                look(shared)
            }
        }

        private func perform(
            _ command: StoreCommand, _ shared: SharedDecisions, within time: TimeAmount = SharedDecisions.claimTime,
            _ completion: @escaping (Result<StoreReply, StoreError>) -> Void
        ) {
            shared.access.store.perform(command, deadline: .now() + time, completion: completion)
        }
    }
}

extension SharedDecisions {
    /// The entry of a request in the store.
    fileprivate struct Entry {
        enum State {
            case running(InstanceID)
            case decided(RecordedDecision)
        }

        let content: String
        let state: State

        init(content: String, state: State) {
            self.content = content
            self.state = state
        }

        /// Nil for bytes that are not the entry of a gateway of this version.
        init?(_ bytes: [UInt8]) {
            guard case .object(let object)? = try? JSONValue.parse(bytes),
                case .string(let content)? = object["content"]
            else { return nil }
            self.content = content
            if case .string(let text)? = object["by"], let instance = InstanceID(text) {
                state = .running(instance)
            } else if let stored = object["decision"], let decision = RecordedDecision(stored: stored) {
                state = .decided(decision)
            } else {
                return nil
            }
        }

        var bytes: [UInt8] {
            let object: JSONObject =
                switch state {
                case .running(let instance): ["content": .string(content), "by": .string(instance.description)]
                case .decided(let decision): ["content": .string(content), "decision": decision.stored]
                }
            return JSONValue.object(object).bytes
        }
    }
}
