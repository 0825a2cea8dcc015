// SPDX-License-Identifier: MIT

package import NumberVerification

/// What a run is about. Fixed from its start, and shared by machine, trace and result without copying. Unredacted.
package final class RunContext: Sendable {
    /// The name of the run.
    package let traceID: TraceID
    /// The rules that it asks.
    package let outline: RulebookOutline
    let settings: RunSettings
    /// What is verified.
    package let request: VerificationRequest
    /// Which kind of client SDK obtained the token; nil when the caller did not say.
    package let channel: Channel?
    /// The request's own timeout, else that of the settings.
    package let deadline: Duration
    /// The further options of the request.
    package let options: JSON.Object

    init(
        traceID: TraceID, outline: RulebookOutline, settings: RunSettings, request: VerificationRequest,
        channel: Channel?, timeout: Duration?, options: JSON.Object
    ) {
        self.traceID = traceID
        self.outline = outline
        self.settings = settings
        self.request = request
        self.channel = channel
        self.deadline = timeout ?? settings.timeout
        self.options = options
    }
}
