// SPDX-License-Identifier: MIT

import NumberVerification

/// What a run is about. Fixed from its start, and shared by machine, trace and result without copying.
final class RunContext: Sendable {
    let traceID: TraceID
    let outline: RulebookOutline
    let settings: RunSettings
    let request: VerificationRequest
    let channel: Channel?
    /// The request's own timeout, else that of the settings.
    let deadline: Duration
    /// What else was asked with the request.
    let options: JSON.Object

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
