// SPDX-License-Identifier: MIT

import Crypto
import MoondialLua
import NumberVerification

extension LanguageHost {
    /// The words that answer at once: `print` and the tools in `moondial`.
    var toolFunctions: [HostFunction] {
        [
            HostFunction("print", .stringifies) { [unowned self] call in
                settings.print(call.arguments.nextBytes().map(Array.init) ?? [])
                return .returned
            },
            HostFunction("moondial.log") { [unowned self] call in log(&call) },
            HostFunction("moondial.now") { [unowned self] call in
                call.results.write(Double(settings.wallClock()) / 1000)
                return .returned
            },
            HostFunction("moondial.hash") { call in Self.hash(&call) },
            HostFunction("moondial.json.encode") { call in Self.encode(&call) },
            HostFunction("moondial.json.decode") { call in Self.decode(&call) },
        ]
    }

    /// `moondial.log(message [, fields])`
    private func log(_ call: inout HostCall) -> HostAnswer {
        let message = call.arguments.nextOrNil()
        let fields = call.arguments.nextOrNil()
        guard case .string(let text) = message else {
            return .raised("bad argument #1 to 'log' (string expected, got \(message.typeName))")
        }
        var object = JSON.Object()
        if fields != .nil {
            do throws(LuaConversionProblem) {
                let json = try JSON(fields)
                guard let fields = json.objectValue else {
                    return .raised("bad argument #2 to 'log' (table with named fields expected)")
                }
                object = fields
            } catch {
                return .raised("bad argument #2 to 'log' (\(error.message))")
            }
        }
        var line: LogLine
        if let run = Self.strand(of: call)?.run {
            line = run.log(text.description, fields: object)
        } else {
            line = LogLine(
                message: PhoneMask.masking(text.description, unless: settings.run.showPhones),
                fields: PhoneMask.masking(object, unless: settings.run.showPhones), rule: nil, hook: nil, traceID: nil)
        }
        line.site = call.site
        settings.log(line)
        return .returned
    }

    /// `moondial.hash(text [, key])`: SHA-256, or HMAC-SHA256 with a key, in hexadecimal digits.
    private static func hash(_ call: inout HostCall) -> HostAnswer {
        let text = call.arguments.nextOrNil()
        let key = call.arguments.nextOrNil()
        guard case .string(let string) = text else {
            return .raised("bad argument #1 to 'hash' (string expected, got \(text.typeName))")
        }
        switch key {
        case .nil: call.results.write(Hex.string(SHA256.hash(data: string.bytes)))
        case .string(let key):
            let code = HMAC<SHA256>.authenticationCode(for: string.bytes, using: SymmetricKey(data: key.bytes))
            call.results.write(Hex.string(code))
        default: return .raised("bad argument #2 to 'hash' (string expected, got \(key.typeName))")
        }
        return .returned
    }

    /// `moondial.json.encode(value)`
    private static func encode(_ call: inout HostCall) -> HostAnswer {
        do throws(LuaConversionProblem) {
            call.results.write(bytes: try JSON(call.arguments.nextOrNil()).bytes)
            return .returned
        } catch {
            return .raised("bad argument #1 to 'encode' (\(error.message))")
        }
    }

    /// `moondial.json.decode(text)`: the value, or nil and an error.
    private static func decode(_ call: inout HostCall) -> HostAnswer {
        let text = call.arguments.nextOrNil()
        guard case .string(let string) = text else {
            return .raised("bad argument #1 to 'decode' (string expected, got \(text.typeName))")
        }
        do throws(JSON.ParseError) {
            call.results.write(try JSON.parse(string.bytes))
        } catch {
            call.results.writeNil()
            call.results.writeError(kind: "bad_json", message: error.description, isRetryable: false)
        }
        return .returned
    }
}

/// Masks what looks like a mainland phone number in text that belongs to no run, whose phones are therefore unknown.
enum PhoneMask {
    static func masking(_ text: String, unless showPhones: Bool) -> String {
        guard !showPhones, text.utf8.count >= 11 else { return text }
        var result = ""
        var digits = ""
        for character in text {
            if character.isASCII, character.isNumber {
                digits.append(character)
            } else {
                result += masked(digits)
                digits = ""
                result.append(character)
            }
        }
        return result + masked(digits)
    }

    static func masking(_ object: JSON.Object, unless showPhones: Bool) -> JSON.Object {
        var masked = JSON.Object()
        for member in object.members { masked[member.key] = masking(member.value, unless: showPhones) }
        return masked
    }

    private static func masking(_ json: JSON, unless showPhones: Bool) -> JSON {
        switch json {
        case .string(let text): .string(masking(text, unless: showPhones))
        case .integer(let number) where masked(String(number)) != String(number) && !showPhones:
            .string(masked(String(number)))
        case .array(let elements): .array(elements.map { masking($0, unless: showPhones) })
        case .object(let object): .object(masking(object, unless: showPhones))
        case .null, .bool, .integer, .double: json
        }
    }

    private static func masked(_ digits: String) -> String {
        (digits.count == 11 || digits.count == 13) && digits.dropLast(10).last == "1" ? Phone.mask(digits) : digits
    }
}
