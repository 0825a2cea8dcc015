// SPDX-License-Identifier: MIT

import JSON
import MoondialRules

/// One request to decide on.
public struct RuleHostRequest: Sendable {
    let run: RunRequest

    /// Reads a request in the format of `moondial verify` and `POST /v1/decide`: an object with `phone`, `token`, and,
    /// if the rules need them, `exID`, `channel`, `ip`, `operator`, `token_age_ms`, `timeout_ms` and `context`.
    ///
    /// - Parameter json: The bytes of the object.
    /// - Throws: ``RuleHostError``, which names the member that is wrong and repeats neither phone nor token.
    public init(json: some Sequence<UInt8>) throws(RuleHostError) {
        let value: JSONValue
        do throws(JSONValue.ParseError) {
            value = try JSONValue.parse(json)
        } catch {
            throw RuleHostError(
                Diagnostic(
                    .requestInvalid, "the request is not JSON: \(error)", fix: DiagnosticCode.requestInvalid.advice))
        }
        do throws(Diagnostic) {
            run = try RunRequest(json: value)
        } catch {
            throw RuleHostError(error)
        }
    }
}
