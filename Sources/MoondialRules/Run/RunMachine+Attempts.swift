// SPDX-License-Identifier: MIT

package import JSON
import MoondialStore
package import NumberVerification

extension RunMachine {
    /// The guard that forbids an attempt with the token now, or nil.
    func obstacle(to token: Secret, isRaw: Bool = false, evenIfDelivered: Bool, now: Duration) -> Guard? {
        let settings = context.settings
        if now >= context.deadline { return .deadline }
        if trace.attemptCount >= settings.allAttempts { return .maxAttempts }
        if !isRaw, trace.ownAttemptCount >= settings.maxAttempts { return .maxAttempts }
        if !evenIfDelivered, trace.maySpend(token) { return .tokenSpent }
        return nil
    }

    /// Asks whether a hook may send a request of its own, by `moondial.attempt`. To be called before every such
    /// request.
    ///
    /// A granted attempt counts towards the maximum of all attempts, and is in the trace and among the attempts of the
    /// result, but is no evidence for the decision. Its token and phone are redacted like those of the run.
    ///
    /// With `evenIfDelivered`, the rule allows sending the token again although it may be spent; the default is false.
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

    /// A granted raw attempt has ended, with any result. Legal at any time; dropped when the run is over.
    package mutating func rawAttemptFinished(_ number: Int, _ attempt: Attempt, now: Duration) {
        trace.finishAttempt(number, attempt, now: now)
    }

    /// A granted raw attempt was cancelled; `delivered` is what is known about its delivery. Legal at any time; dropped
    /// when the attempt has ended or the run is over.
    package mutating func rawAttemptCancelled(_ number: Int, delivered: Delivered, now: Duration) {
        trace.abandonAttempt(number, delivered: delivered, now: now)
    }

    /// Asks whether a hook may call a function of `moondial.store`. To be called before every such call.
    ///
    /// - Returns: The number to pass to ``storeCallFinished(_:_:now:)``; nil when the run has made all calls that it
    ///   may.
    mutating func storeCall(_ function: String, name: String, now: Duration) -> Int? {
        trace.startStoreCall(function, name: name, by: runningHook, now: now)
    }

    /// The store has answered a call. Legal until the run is over. Without `now`, the answer came at once.
    mutating func storeCallFinished(_ number: Int, _ result: Result<StoreReply, StoreError>, now: Duration?) {
        trace.finishStoreCall(number, result, now: now)
    }

    /// A hook has logged a line, by `moondial.log`. Dropped when no hook of the run is running.
    ///
    /// `fields` are further members for the event; the default is none. `placeBytes` is the size of the names of rule
    /// and file, which counts too.
    ///
    /// - Returns: Whether the line was kept.
    @discardableResult
    package mutating func log(
        _ message: String, fields: JSONObject = JSONObject(), placeBytes: Int = 0, now: Duration
    ) -> LogReception {
        guard let place = runningHook else { return .dropped(isFirst: false) }
        return trace.log(message, fields: fields, placeBytes: placeBytes, by: place, now: now)
    }
}
