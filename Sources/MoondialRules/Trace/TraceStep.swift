// SPDX-License-Identifier: MIT

package import JSON
package import MoondialStore
package import NumberVerification

/// A part of a run with its duration: a hook with its answer, an attempt with its reply, or an event without duration.
package struct TraceStep: Sendable {
    /// Since the start of the run.
    package let start: Duration
    /// Zero for an event without duration, and for a step that has not ended.
    package private(set) var duration: Duration
    /// The hook in which it happened, or that led to it. Nil when the machine itself acted.
    package let place: HookPlace?
    package private(set) var kind: Kind

    package enum Kind: Sendable {
        /// The answer is nil when the hook has not answered, or was cancelled.
        case hook(attempt: Int?, HookAnswer?)
        /// The attempt is nil while it is in flight.
        case attempt(number: Int, Endpoint, isRaw: Bool, Attempt?)
        case refusal(Guard, Endpoint, isRaw: Bool)
        /// A call of `moondial.store`. The result is nil while the call waits, and when the run ended before the
        /// answer.
        case store(function: String, name: String, Result<StoreReply, StoreError>?)
        case log(String, fields: JSONObject)
        case decision(Decision, DecisionReason)
    }
}

extension Trace {
    /// The steps of the run, in the order of their beginnings.
    package var steps: [TraceStep] {
        var steps: [TraceStep] = []
        steps.reserveCapacity(events.count)
        /// The step that an event began, by the index of the event.
        var begun: [Int: Int] = [:]
        /// The indices of the attempts' steps, by the number of the attempt less one.
        var attempts: [Int] = []
        for (index, event) in events.enumerated() {
            switch event.kind {
            case .runBegan, .runEnded: break
            case .hookCalled(let attempt):
                begun[index] = steps.count
                steps.append(TraceStep(event, .hook(attempt: attempt, nil)))
            case .hookAnswered(let answer, let call):
                if let step = begun[call] { steps[step].end(at: event.time, answer) }
            case .attemptBegan(let number, let endpoint, let raw):
                attempts.append(steps.count)
                steps.append(TraceStep(event, .attempt(number: number, endpoint, isRaw: raw != nil, nil)))
            case .attemptEnded(let number, let attempt):
                steps[attempts[number - 1]].end(at: event.time, attempt)
            case .refused(let reason, let endpoint, let isRaw):
                steps.append(TraceStep(event, .refusal(reason, endpoint, isRaw: isRaw)))
            case .storeCalled(let function, let name):
                begun[index] = steps.count
                steps.append(TraceStep(event, .store(function: function, name: name, nil)))
            case .storeAnswered(let result, let call):
                if let step = begun[call] { steps[step].end(at: event.time, result) }
            case .logged(let message, let fields):
                steps.append(TraceStep(event, .log(message, fields: fields)))
            case .decided(let decision, let why):
                steps.append(TraceStep(event, .decision(decision, why)))
            }
        }
        return steps
    }
}

extension TraceStep {
    fileprivate init(_ event: TraceEvent, _ kind: Kind) {
        self.init(start: event.time, duration: .zero, place: event.place, kind: kind)
    }

    fileprivate mutating func end(at time: Duration, _ answer: HookAnswer?) {
        guard case .hook(let attempt, _) = kind else { return }
        duration = time - start
        kind = .hook(attempt: attempt, answer)
    }

    fileprivate mutating func end(at time: Duration, _ result: Result<StoreReply, StoreError>) {
        guard case .store(let function, let name, _) = kind else { return }
        duration = time - start
        kind = .store(function: function, name: name, result)
    }

    fileprivate mutating func end(at time: Duration, _ attempt: Attempt) {
        guard case .attempt(let number, let endpoint, let isRaw, _) = kind else { return }
        duration = time - start
        kind = .attempt(number: number, endpoint, isRaw: isRaw, attempt)
    }
}
