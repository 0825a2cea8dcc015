// SPDX-License-Identifier: MIT

import Crypto
import MoondialLua
import NumberVerification

extension LanguageHost {
    /// The words that answer at once: `print` and the tools in `moondial`.
    var toolFunctions: [HostFunction] {
        [
            HostFunction("print", .stringifies) { [weak self] call in
                guard let self else { return Self.ended }
                settings.print(call.arguments.nextBytes().map(Array.init) ?? [])
                return .returned
            },
            HostFunction("moondial.log") { [weak self] call, arguments throws(CallRefusal) in
                guard let self else { return }
                let text = try arguments.bytes().bytes
                // What is longer than all that a run may log is dropped, and need not be read.
                let limit = Self.strand(of: call)?.run == nil ? text.count : settings.run.limits.logBytes + 1
                let message = String(escaping: text.prefix(limit))
                let fields = try arguments.optionalObject() ?? JSON.Object()
                log(message, fields, call)
            },
            HostFunction("moondial.now") { [weak self] call in
                guard let self else { return Self.ended }
                call.results.write(Double(settings.wallClock()) / 1000)
                return .returned
            },
            HostFunction("moondial.hash") { call, arguments throws(CallRefusal) in
                let text = try arguments.bytes()
                call.results.write(Self.hash(text, key: try arguments.optionalBytes()))
            },
            HostFunction("moondial.json.encode") { call, arguments throws(CallRefusal) in
                let value = try arguments.givenValue()
                do throws(LuaConversionProblem) {
                    call.results.write(bytes: try JSON(value).bytes)
                } catch {
                    throw arguments.refusal(error.message)
                }
            },
            HostFunction("moondial.json.decode") { call, arguments throws(CallRefusal) in
                let text = try arguments.bytes()
                do throws(JSON.ParseError) {
                    call.results.write(try JSON.parse(text.bytes))
                } catch {
                    call.results.writeNil()
                    call.results.writeError(kind: "bad_json", message: error.description, isRetryable: false)
                }
            },
        ]
    }

    /// `moondial.log(message [, fields])`
    private func log(_ message: String, _ fields: JSON.Object, _ call: HostCall) {
        var line: LogLine
        if let run = Self.strand(of: call)?.run {
            guard let kept = run.log(message, fields: fields) else { return }
            line = kept
        } else {
            line = LogLine(
                message: phoneMask.text(message), fields: phoneMask.object(fields), rule: nil, hook: nil, traceID: nil)
        }
        line.site = call.site
        settings.log(line)
    }

    /// SHA-256, or HMAC-SHA256 with a key, in hexadecimal digits.
    private static func hash(_ text: LuaString, key: LuaString?) -> String {
        guard let key else { return Hex.string(SHA256.hash(data: text.bytes)) }
        return Hex.string(
            HMAC<SHA256>.authenticationCode(for: text.bytes, using: SymmetricKey(data: key.bytes)))
    }
}
