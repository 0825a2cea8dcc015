// SPDX-License-Identifier: MIT

package import NumberVerification

/// The record of one run.
///
/// Recording stores small values and makes no text. Text and JSON are made when ``events`` is read, through the
/// redactor that the trace owns; the records themselves are private, so that nothing unredacted leaves.
package struct Trace: Sendable {
    private let context: RunContext
    private var records: [Record] = []
    private var attempts: [AttemptRecord] = []
    // How much more hooks may add of their own accord, by logging and by asking in vain.
    private var logLinesLeft: Int
    private var logBytesLeft: Int
    private var refusalsLeft = 100
    private var droppedEvents = 0

    /// What happened, in the order in which it began.
    private struct Record {
        let start: Duration
        var end: Duration
        var content: Content
    }

    private enum Content {
        /// The answer is nil while the hook runs, and stays so when it is given up. `attempt` is the number of the
        /// attempt that the hook was asked about.
        case hook(HookPlace, attempt: Int?, HookAnswer?)
        case attempt(number: Int, HookPlace?)
        case refusal(Guard, Endpoint, isRaw: Bool, HookPlace?)
        indirect case log(String, fields: JSON.Object, HookPlace)
        indirect case decision(Decision, Grounds, HookPlace?)
    }

    init(_ context: RunContext) {
        self.context = context
        logLinesLeft = context.settings.limits.logLines
        logBytesLeft = context.settings.limits.logBytes
        // An attempt and a decision without rules, a little more with them.
        records.reserveCapacity(4)
    }
}

/// One hook of one rule, by the rule's index in the outline.
struct HookPlace: Sendable, Hashable {
    let hook: Hook
    let rule: Int
}

// MARK: - Recording

extension Trace {
    /// Begins the call of a hook and returns the number to give to ``finishHook(_:answer:now:)``.
    mutating func startHook(_ place: HookPlace, now: Duration) -> Int {
        let asksAboutAttempt = place.hook == .fallback || place.hook == .mapResult
        let attempt = asksAboutAttempt ? attempts.lastIndex { !$0.isRaw }.map { $0 + 1 } : nil
        return add(.hook(place, attempt: attempt, nil), now: now)
    }

    /// The answer is nil when the run gave the hook up.
    mutating func finishHook(_ event: Int, answer: HookAnswer?, now: Duration) {
        guard case .hook(let place, let attempt, _) = records[event].content else {
            preconditionFailure("event \(event) is no hook")
        }
        records[event].content = .hook(place, attempt: attempt, answer)
        records[event].end = now
    }

    /// Starts an attempt with the request of the run, or with the raw one of a hook, and returns its number from 1.
    mutating func startAttempt(
        at endpoint: Endpoint, raw: VerificationRequest?, by place: HookPlace?, now: Duration
    ) -> Int {
        let number = attempts.count + 1
        let event = add(.attempt(number: number, place), now: now)
        attempts.append(AttemptRecord(endpoint: endpoint, raw: raw, start: now, event: event, state: .inFlight))
        return number
    }

    /// A second end of an attempt is dropped: it was given up before.
    mutating func finishAttempt(_ number: Int, _ attempt: Attempt, now: Duration) {
        guard attempts[number - 1].isInFlight else { return }
        attempts[number - 1].state = .ended(attempt)
        records[attempts[number - 1].event].end = now
    }

    /// Ends what is still in flight. `delivered` says what is known of the attempt of the run itself; raw ones, which hooks
    /// wait for, count as perhaps delivered.
    mutating func abandonAttempts(delivered: Delivered = .maybe, now: Duration) {
        for index in attempts.indices where attempts[index].isInFlight {
            abandonAttempt(index + 1, delivered: attempts[index].isRaw ? .maybe : delivered, now: now)
        }
    }

    /// Ends one attempt, with what is known about its delivery. No effect when it has ended.
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
        add(.refusal(reason, endpoint, isRaw: isRaw, place), now: now)
    }

    /// A line of that size would not be dropped.
    func hasRoom(forLineOf bytes: Int) -> Bool { logLinesLeft > 0 && bytes <= logBytesLeft }

    /// What a line counts for, in bytes.
    static func lineSize(_ message: String, _ fields: JSON.Object) -> Int {
        message.utf8.count + (fields.isEmpty ? 0 : JSON.object(fields).bytes.count)
    }

    /// Once a line was dropped, so are those that follow: what is there has no gaps.
    mutating func log(
        _ message: String, fields: JSON.Object, by place: HookPlace, now: Duration
    ) -> RunMachine.LogReception {
        let bytes = Self.lineSize(message, fields)
        guard hasRoom(forLineOf: bytes) else {
            defer { logLinesLeft = -1 }
            droppedEvents += 1
            return .dropped(isFirst: logLinesLeft >= 0)
        }
        logLinesLeft -= 1
        logBytesLeft -= bytes
        add(.log(message, fields: fields, place), now: now)
        return .kept
    }

    mutating func decide(_ decision: Decision, grounds: Grounds, by place: HookPlace?, now: Duration) {
        add(.decision(decision, grounds, place), now: now)
    }

    @discardableResult
    private mutating func add(_ content: Content, now: Duration) -> Int {
        records.append(Record(start: now, end: now, content: content))
        return records.count - 1
    }
}

// MARK: - What the machine asks

extension Trace {
    var attemptCount: Int { attempts.count }

    /// Those of the run itself, without raw ones.
    var ownAttemptCount: Int { attempts.count { !$0.isRaw } }

    /// Whether an attempt of the run has spent the token, or may have.
    func maySpend(_ token: Secret) -> Bool {
        attempts.contains { $0.maySpend && ($0.raw ?? context.request).token == token }
    }

    var lastAttempt: Attempt? { attempts.lastOwnAttempt }

    /// The decision that stands.
    var decision: (Decision, Grounds)? {
        for index in records.indices.reversed() {
            if case .decision(let decision, let grounds, _) = records[index].content { return (decision, grounds) }
        }
        return nil
    }

    /// What the run comes to, or nil before a decision.
    func result(elapsed: Duration) -> RunResult? {
        guard let (decision, grounds) = decision else { return nil }
        return RunResult(
            decision: decision, grounds: grounds, records: attempts, elapsed: elapsed, context: context)
    }
}

// MARK: - Reading

extension Trace {
    /// What happened, in the order in which it began, redacted.
    package var events: [TraceEvent] {
        let redactor = redactor
        return records.map { event($0, redactor) }
    }

    package var id: TraceID { context.traceID }

    /// The record as one object: `trace_id`, `rules_revision`, `request`, `events`, and `dropped_events` if a hook
    /// said more than the trace holds.
    package var json: JSON {
        var object: JSON.Object = [
            "trace_id": .string(id.description), "rules_revision": .string(revision),
            "request": .object(requestDetail), "events": .array(events.map(\.json)),
        ]
        if droppedEvents > 0 { object["dropped_events"] = .integer(Int64(droppedEvents)) }
        return .object(object)
    }

    /// The revision of the rulebook.
    package var revision: String { context.outline.revision }

    /// The request as far as it may be shown: `phone`, `exID`, `channel` and the options.
    package var requestDetail: JSON.Object {
        let redactor = redactor
        var detail: JSON.Object = ["phone": .string(redactor.phone(context.request.phone))]
        if let exID = context.request.exID { detail["exID"] = .string(redactor.text(exID)) }
        if let channel = context.channel { detail["channel"] = .string(channel.rawValue) }
        for member in redactor.object(context.options).members { detail[member.key] = member.value }
        return detail
    }

    /// What takes the secrets of this run out of texts, for those that are shown while it is going on.
    var redactor: Redactor { Redactor(context, attempts) }

    private func event(_ record: Record, _ redactor: Redactor) -> TraceEvent {
        let kind: TraceEvent.Kind
        let place: HookPlace?
        var detail: JSON.Object
        switch record.content {
        case .hook(let asked, let attempt, let answer):
            (kind, place, detail) = (.hook, asked, answer?.detail(redactor) ?? ["answer": "cancelled"])
            if let attempt { detail["attempt"] = .integer(Int64(attempt)) }
        case .attempt(let number, let sender):
            (kind, place, detail) = (.attempt, sender, self.detail(ofAttempt: number, redactor))
        case .refusal(let reason, let endpoint, let isRaw, let asker):
            (kind, place, detail) = (.refusal, asker, reason.detail(endpoint: endpoint, isRaw: isRaw))
        case .log(let message, let fields, let speaker):
            (kind, place, detail) = (.log, speaker, ["message": .string(redactor.text(message))])
            if !fields.isEmpty { detail["fields"] = .object(redactor.object(fields)) }
        case .decision(let decision, let grounds, let decider):
            (kind, place, detail) = (.decision, decider, decision.detail(grounds: grounds, redactor))
        }
        let rule = place.map { context.outline.rules[$0.rule] }
        return TraceEvent(
            kind: kind, start: record.start, duration: record.end - record.start,
            rule: redactor.text(rule?.name), hook: place?.hook, site: place.flatMap { rule?.hooks[$0.hook] },
            detail: detail)
    }

    private func detail(ofAttempt number: Int, _ redactor: Redactor) -> JSON.Object {
        let record = attempts[number - 1]
        var detail: JSON.Object = ["number": .integer(Int64(number))]
        if record.isRaw { detail["raw"] = true }
        guard let attempt = record.attempt else {
            detail["endpoint"] = .string(record.endpoint.rawValue)
            return detail
        }
        for member in attempt.jsonObject(redactor).members { detail[member.key] = member.value }
        return detail
    }
}
