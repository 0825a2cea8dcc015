// SPDX-License-Identifier: MIT

package import JSON
package import NumberVerification

/// The rules, settings and request of a run. Fixed from its start, and shared by machine, trace and result without
/// copying. Unredacted.
package final class RunContext: Sendable {
    /// The name of the run.
    package let traceID: TraceID
    /// The rules that the run asks.
    package let outline: RulebookOutline
    let settings: RunSettings
    /// Removes secrets from all that is shown or written about the run.
    package let redactor: Redactor
    /// What is verified.
    package let request: VerificationRequest
    /// Which kind of client SDK obtained the token; nil when the caller did not say.
    package let channel: Channel?
    /// The request's own timeout, else that of the settings.
    package let deadline: Duration
    /// The further options of the request.
    package let options: JSONObject

    init(
        traceID: TraceID, outline: RulebookOutline, settings: RunSettings, request: VerificationRequest,
        channel: Channel?, timeout: Duration?, options: JSONObject, redactor: Redactor?
    ) {
        self.redactor = redactor ?? Redactor(showsPhones: settings.showPhones)
        self.redactor.secrets.add(request)
        self.traceID = traceID
        self.outline = outline
        self.settings = settings
        self.request = request
        self.channel = channel
        self.deadline = timeout ?? settings.timeout
        self.options = options
    }

    /// Whether the caller of the run gave that token, as such or within the options.
    func wasGiven(_ token: Secret) -> Bool {
        token == request.token
            || ByteSearch(Array(token.reveal().utf8)).isHeld(by: JSONValue.object(options).bytes, isWord: false)
    }
}
