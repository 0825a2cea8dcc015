// SPDX-License-Identifier: MIT

import JSON
import MoondialLua
import MoondialStore
import NIOCore
import NumberVerification

/// What a run does for the host functions that its hooks call.
extension ActiveRun {
    struct RawRefusal: Error {
        let reason: Guard
    }

    /// Sends a raw attempt, or returns why it is refused. The completion is called later, unless the attempt is
    /// refused.
    func send(_ raw: RawAttempt, completion: @escaping (Attempt) -> Void) -> Result<any Exchange, RawRefusal> {
        let permission = machine.rawAttempt(
            raw.request, at: raw.endpoint, evenIfDelivered: raw.evenIfDelivered, now: now)
        guard case .granted(let number) = permission else {
            if case .refused(let reason) = permission { return .failure(RawRefusal(reason: reason)) }
            preconditionFailure("a raw attempt is granted or refused")
        }
        let exchange = RawExchange { [weak self] delivered in
            guard let self, !isOver else { return }
            rawExchanges[number] = nil
            machine.rawAttemptCancelled(number, delivered: delivered, now: now)
        }
        rawExchanges[number] = exchange
        let finished = { [self] (attempt: Attempt) in
            rawExchanges[number] = nil
            exchange.reservation?.settle(attempt)
            machine.rawAttemptFinished(number, attempt, now: noteTime())
            completion(attempt)
        }
        let question = ask(about: raw.request, at: raw.endpoint) { [self] reservation in
            if reservation == .granted, now < machine.deadline {
                start(raw, in: exchange, finished)
            } else {
                finished(.cancelled(at: raw.endpoint, delivered: .no, elapsed: .zero))
            }
        }
        exchange.reservation = question
        switch question.answer {
        case .granted?: start(raw, in: exchange, finished)
        case .refused(let reason)?:
            exchange.cancel()
            return .failure(RawRefusal(reason: reason))
        case nil: break
        }
        return .success(exchange)
    }

    private func start(_ raw: RawAttempt, in exchange: RawExchange, _ finished: @escaping (Attempt) -> Void) {
        exchange.exchange = environment.attempts.attempt(
            raw.request, at: raw.endpoint, correlation: correlation(of: raw.request), traceparent: traceparent,
            deadline: deadline, completion: finished)
    }

    /// A raw attempt that tells its run when it is cancelled, with what is then known about its delivery.
    final class RawExchange: Exchange {
        /// Nil before the request is sent.
        fileprivate var exchange: (any Exchange)?
        /// The question to the token reserver.
        fileprivate var reservation: TokenQuestion?
        private let cancelled: (Delivered) -> Void
        /// What was known about the delivery at the first `cancel`. Both the run and the hook that waits cancel the
        /// attempt.
        private var deliveredAtEnd: Delivered?

        var delivered: Delivered { deliveredAtEnd ?? exchange?.delivered ?? .no }

        fileprivate init(cancelled: @escaping (Delivered) -> Void) { self.cancelled = cancelled }

        @discardableResult
        func cancel() -> Delivered {
            if let deliveredAtEnd { return deliveredAtEnd }
            let delivered = exchange?.cancel() ?? .no
            deliveredAtEnd = delivered
            // The completion of a request that was sent settles the reservation.
            if exchange == nil { reservation?.cancel() }
            cancelled(delivered)
            return delivered
        }
    }

    /// Notes a call of the store.
    ///
    /// - Returns: Its number, for ``endStoreCall(_:_:_:)``.
    /// - Throws: A refusal when the run has made all calls that it may.
    func beginStoreCall(_ function: String, of command: StoreCommand) throws(CallRefusal) -> Int {
        guard let number = machine.storeCall(function, name: command.shownName, now: now) else {
            let limit = engine.settings.run.limits.storeCalls
            throw CallRefusal(
                "moondial.store.\(function): the run has made all \(limit) calls of the store that it may")
        }
        return number
    }

    /// When a call of the store was answered.
    enum StoreAnswerTime {
        /// Without I/O: the clock is not read again.
        case atOnce
        case inCall
        /// After a wait: the hook reads a new time from here on.
        case afterWait
    }

    /// Notes the answer of a call of the store.
    func endStoreCall(_ number: Int, _ result: Result<StoreReply, StoreError>, _ time: StoreAnswerTime) {
        guard !isOver else { return }
        switch time {
        case .atOnce: machine.storeCallFinished(number, result, now: nil)
        case .inCall: machine.storeCallFinished(number, result, now: now)
        case .afterWait: machine.storeCallFinished(number, result, now: noteTime())
        }
    }

    /// Notes a log line in the trace, and returns its redacted form with the rule that logs it. The first line over the
    /// limits is replaced by a note; nil for those after it. Dropped lines are not redacted, which would take time.
    func log(_ message: String, fields: JSONObject, at site: LuaSite?, _ work: RedactionWork) -> LogLine? {
        let redactor = engine.redactor
        let place = machine.runningHook
        let rule = place.map { rulebook.outline.rules[$0.rule].name }
        let size = (rule?.utf8.count ?? 0) + (site?.source.description.utf8.count ?? 0)
        let reception = machine.log(message, fields: fields, placeBytes: size, now: now)
        // Without observers, the line is only in the trace.
        guard environment.isObserved else { return nil }
        switch reception {
        case .kept:
            return LogLine(
                message: redactor.text(message, work), fields: redactor.object(fields, work),
                rule: rule.map(redactor.rule),
                hook: place?.hook, site: site.map(redactor.site), traceID: machine.trace.id)
        case .dropped(isFirst: false):
            return nil
        case .dropped(isFirst: true):
            let limits = engine.settings.run.limits
            let note =
                "further lines of this run are dropped: it may log \(limits.logLines) lines and "
                + "\(limits.logBytes) bytes"
            return LogLine(
                message: note, fields: JSONObject(), rule: rule.map(redactor.rule), hook: place?.hook,
                site: site.map(redactor.site), traceID: machine.trace.id)
        }
    }
}
