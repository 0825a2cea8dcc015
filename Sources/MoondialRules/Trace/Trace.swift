// SPDX-License-Identifier: MIT

import JSON
import MoondialStore
import NumberVerification

/// The record of one run: one stream of typed events.
///
/// Recording stores small values and makes no text. Readers, such as the waterfall, JSON and counts, use ``events`` or
/// ``steps``, and pass texts through ``redactor`` before they leave the process.
package struct Trace: Sendable {
    /// What happened, in the order in which it happened. Unredacted.
    package private(set) var events: [TraceEvent] = []
    /// How many log lines and refusals of raw attempts were too many to be kept.
    package private(set) var droppedEvents = 0

    private let context: RunContext
    private var attempts: [AttemptRecord] = []
    // How much more hooks may add, by logging, by calls of the store and by refused attempts.
    private var logLinesLeft: Int
    private var logBytesLeft: Int
    private var refusalsLeft = 100
    private var storeCallsLeft: Int

    init(_ context: RunContext) {
        self.context = context
        logLinesLeft = context.settings.limits.logLines
        logBytesLeft = context.settings.limits.logBytes
        storeCallsLeft = context.settings.limits.storeCalls
        // The beginning, three hooks, an attempt, a decision and the end.
        events.reserveCapacity(12)
    }
}

// MARK: - Recording

extension Trace {
    mutating func begin(now: Duration) {
        add(.runBegan(context), now: now)
    }

    mutating func end(now: Duration) {
        add(.runEnded, now: now)
    }

    /// Begins the call of a hook and returns the number to pass to ``finishHook(_:answer:now:)``.
    mutating func startHook(_ place: HookPlace, now: Duration) -> Int {
        let asksAboutAttempt = place.hook == .fallback || place.hook == .mapResult
        let attempt = asksAboutAttempt ? attempts.lastIndex { !$0.isRaw }.map { $0 + 1 } : nil
        add(.hookCalled(attempt: attempt), by: place, now: now)
        return events.count - 1
    }

    /// The answer is nil when the run cancelled the hook.
    mutating func finishHook(_ call: Int, answer: HookAnswer?, now: Duration) {
        guard case .hookCalled = events[call].kind else { preconditionFailure("event \(call) is no call of a hook") }
        add(.hookAnswered(answer, call: call), by: events[call].place, now: now)
    }

    /// Starts an attempt with the request of the run, or with the raw one of a hook, and returns its number from 1.
    mutating func startAttempt(
        at endpoint: Endpoint, raw: VerificationRequest?, by place: HookPlace?, now: Duration
    ) -> Int {
        let number = attempts.count + 1
        add(.attemptBegan(number: number, endpoint, raw: raw), by: place, now: now)
        attempts.append(AttemptRecord(endpoint: endpoint, raw: raw, start: now, state: .inFlight))
        return number
    }

    /// A second end of an attempt is dropped: the attempt was cancelled before.
    mutating func finishAttempt(_ number: Int, _ attempt: Attempt, now: Duration) {
        guard attempts[number - 1].isInFlight else { return }
        attempts[number - 1].state = .ended(attempt)
        add(.attemptEnded(number: number, attempt), now: now)
    }

    /// Ends the attempts that are still in flight. `delivered` is what is known about the attempt of the run itself;
    /// raw attempts count as perhaps delivered.
    mutating func abandonAttempts(delivered: Delivered = .maybe, now: Duration) {
        for index in attempts.indices where attempts[index].isInFlight {
            abandonAttempt(index + 1, delivered: attempts[index].isRaw ? .maybe : delivered, now: now)
        }
    }

    /// Ends one attempt, with what is known about its delivery. No effect when the attempt has ended.
    mutating func abandonAttempt(_ number: Int, delivered: Delivered, now: Duration) {
        let record = attempts[number - 1]
        let attempt = Attempt.cancelled(at: record.endpoint, delivered: delivered, elapsed: now - record.start)
        finishAttempt(number, attempt, now: now)
    }

    mutating func refuse(_ reason: Guard, endpoint: Endpoint, isRaw: Bool, for place: HookPlace?, now: Duration) {
        if isRaw {
            guard refusalsLeft > 0 else {
                droppedEvents += 1
                return
            }
            refusalsLeft -= 1
        }
        add(.refused(reason, endpoint, isRaw: isRaw), by: place, now: now)
    }

    /// Whether a line of that size would be kept.
    func hasRoom(forLineOf bytes: Int) -> Bool { logLinesLeft > 0 && bytes <= logBytesLeft }

    /// The size of a line for the limit, in bytes.
    static func lineSize(_ message: String, _ fields: JSONObject) -> Int {
        message.utf8.count + (fields.isEmpty ? 0 : JSONValue.object(fields).bytes.count)
    }

    /// Once a line was dropped, all later lines are dropped too, so that the kept lines have no gaps.
    mutating func log(
        _ message: String, fields: JSONObject, placeBytes: Int, by place: HookPlace, now: Duration
    ) -> RunMachine.LogReception {
        let bytes = Self.lineSize(message, fields) + placeBytes
        guard hasRoom(forLineOf: bytes) else {
            defer { logLinesLeft = -1 }
            droppedEvents += 1
            return .dropped(isFirst: logLinesLeft >= 0)
        }
        logLinesLeft -= 1
        logBytesLeft -= bytes
        add(.logged(message, fields: fields), by: place, now: now)
        return .kept
    }

    /// Begins a call of the store and returns the number to pass to ``finishStoreCall(_:_:now:)``; nil when the run has
    /// made all calls that it may.
    mutating func startStoreCall(_ function: String, name: String, by place: HookPlace?, now: Duration) -> Int? {
        guard storeCallsLeft > 0 else { return nil }
        storeCallsLeft -= 1
        add(.storeCalled(function: function, name: name), by: place, now: now)
        return events.count - 1
    }

    /// Without `now`, the call was answered at once.
    mutating func finishStoreCall(_ call: Int, _ result: Result<StoreReply, StoreError>, now: Duration?) {
        let (place, begin) = (events[call].place, events[call].time)
        add(.storeAnswered(result, call: call), by: place, now: now ?? begin)
    }

    mutating func decide(_ decision: Decision, why: DecisionReason, by place: HookPlace?, now: Duration) {
        add(.decided(decision, why), by: place, now: now)
    }

    private mutating func add(_ kind: TraceEvent.Kind, by place: HookPlace? = nil, now: Duration) {
        events.append(TraceEvent(time: now, place: place, kind: kind))
    }
}

// MARK: - Queries of the machine

extension Trace {
    var attemptCount: Int { attempts.count }

    /// The number of attempts of the run itself, without raw ones.
    var ownAttemptCount: Int { attempts.count { !$0.isRaw } }

    /// Whether an attempt of the run has spent the token, or may have.
    func maySpend(_ token: Secret) -> Bool {
        attempts.contains { $0.maySpend && ($0.raw ?? context.request).token == token }
    }

    /// Whether the store has failed to answer a call since that event.
    func hasStoreError(since event: Int) -> Bool {
        events[event...].contains { event in
            if case .storeAnswered(.failure(let error), _) = event.kind { error.kind.isRetryable } else { false }
        }
    }

    var lastAttempt: Attempt? { attempts.lastOwnAttempt }

    /// Whether the provider has got a request of the run that has ended, or may have.
    var hasDelivered: Bool { attempts.contains { $0.attempt.map { $0.delivered != .no } ?? false } }

    /// The event with the present decision.
    private var decidingEvent: TraceEvent? {
        events.last { if case .decided = $0.kind { true } else { false } }
    }

    /// The hook whose answer, or table, is the present decision. Nil when no rule chose.
    package var decidingPlace: HookPlace? { decidingEvent?.place }

    /// The present decision; a later failure may still replace it.
    var decision: (Decision, DecisionReason)? {
        guard case .decided(let decision, let why)? = decidingEvent?.kind else { return nil }
        return (decision, why)
    }

    /// The result of the run, or nil before a decision.
    func result(elapsed: Duration) -> RunResult? {
        guard let (decision, why) = decision else { return nil }
        return RunResult(
            decision: decision, why: why, records: attempts, elapsed: elapsed, context: context)
    }
}

// MARK: - Reading

extension Trace {
    package var id: TraceID { context.traceID }

    /// The revision of the rulebook.
    package var revision: String { context.outline.revision }

    /// The context of the run: the request, its channel and its options. Unredacted.
    package var run: RunContext { context }

    /// The rule to which a hook belongs.
    package func rule(at place: HookPlace) -> RuleOutline { context.outline.rules[place.rule] }

    /// Removes the secrets of this run from texts, also from texts that are shown while the run is going on.
    package var redactor: Redactor { context.redactor }
}
