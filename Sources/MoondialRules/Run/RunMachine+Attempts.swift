// SPDX-License-Identifier: MIT

package import JSON
import MoondialStore
package import NumberVerification

extension RunMachine {
    /// What forbids an attempt with the token now, or nil.
    func obstacle(to token: Secret, isRaw: Bool = false, evenIfDelivered: Bool, now: Duration) -> Guard? {
        let settings = context.settings
        if now >= context.deadline { return .deadline }
        if trace.attemptCount >= settings.allAttempts { return .maxAttempts }
        if !isRaw, trace.ownAttemptCount >= settings.maxAttempts { return .maxAttempts }
        if !evenIfDelivered, trace.maySpend(token) { return .tokenSpent }
        return nil
    }

    /// A hook wants to send a request of its own, by `moondial.attempt`. Ask before every one.
    ///
    /// A granted attempt counts towards the maximum of all attempts from here on and stands in the trace and among the attempts of the
    /// result, but is no evidence for the decision. Its token and phone are redacted like those of the run.
    ///
    /// `evenIfDelivered` is the rule's word that the token may be sent again although it may be spent; the default is
    /// false.
    package mutating func rawAttempt(
        _ raw: VerificationRequest, at endpoint: Endpoint, evenIfDelivered: Bool = false, now: Duration
    ) -> RawPermission {
        context.redactor.secrets.add(raw, isOperators: !context.wasGiven(raw.token))
        guard let place = runningHook else { return .refused(.notInHook) }
        if let obstacle = obstacle(to: raw.token, isRaw: true, evenIfDelivered: evenIfDelivered, now: now) {
            trace.refuse(obstacle, endpoint: endpoint, isRaw: true, for: place, now: now)
            return .refused(obstacle)
        }
        return .granted(number: trace.startAttempt(at: endpoint, raw: raw, by: place, now: now))
    }

    /// A granted raw attempt has ended, however it did. Legal at any time; dropped when the run is over.
    package mutating func rawAttemptFinished(_ number: Int, _ attempt: Attempt, now: Duration) {
        trace.finishAttempt(number, attempt, now: now)
    }

    /// A granted raw attempt was given up, and this is known about its delivery. Legal at any time; dropped when it has ended
    /// or the run is over.
    package mutating func rawAttemptCancelled(_ number: Int, delivered: Delivered, now: Duration) {
        trace.abandonAttempt(number, delivered: delivered, now: now)
    }

    /// A hook calls a function of `moondial.store`. Ask before every one.
    ///
    /// - Returns: The number to give to ``storeCallFinished(_:_:now:)``; nil when the run has made all that it may.
    mutating func storeCall(_ function: String, name: String, now: Duration) -> Int? {
        trace.startStoreCall(function, name: name, by: runningHook, now: now)
    }

    /// A call of the store has its answer. Legal until the run is over. Without `now`, it had it at once.
    mutating func storeCallFinished(_ number: Int, _ result: Result<StoreReply, StoreError>, now: Duration?) {
        trace.finishStoreCall(number, result, now: now)
    }

    /// A hook said something, by `moondial.log`. Dropped when no hook of the run is running.
    ///
    /// `fields` are further members for the event; the default is none. `placeBytes` is what the line takes besides, for
    /// the names of rule and file.
    ///
    /// - Returns: What became of the line.
    @discardableResult
    package mutating func log(
        _ message: String, fields: JSONObject = JSONObject(), placeBytes: Int = 0, now: Duration
    ) -> LogReception {
        guard let place = runningHook else { return .dropped(isFirst: false) }
        return trace.log(message, fields: fields, placeBytes: placeBytes, by: place, now: now)
    }
}
