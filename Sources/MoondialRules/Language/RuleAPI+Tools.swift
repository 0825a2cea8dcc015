// SPDX-License-Identifier: MIT

import Crypto
import JSON
import MoondialLua
import TextFormats

extension RuleAPI {
    /// The functions that return at once: `print` and the tools in `moondial`.
    var toolFunctions: [HostFunction] {
        [
            HostFunction("print", [.stringifies, .waitsIfPossible]) { [weak self] call in
                guard let self else { return Self.ended }
                guard Self.coroutine(of: call)?.run?.environment.isObserved ?? true else { return .returned }
                let line = call.arguments.nextBytes().map(Array.init) ?? []
                return output(from: call) { [settings] in settings.print(line) }
            },
            HostFunction("moondial.log", [.views, .texts]) { [weak self] call in
                guard let self else { return Self.ended }
                log(LogArguments(from: &call.arguments), call)
                return .returned
            },
            HostFunction("moondial.now") { [weak self] call in
                guard let self else { return Self.ended }
                call.results.write(Double(time(of: call.thread)) / 1000)
                return .returned
            },
            HostFunction("moondial.hash") { call, arguments throws(CallRefusal) in
                let text = try arguments.bytes()
                call.results.write(Self.hash(text, key: try arguments.optionalBytes(), work: call.work))
            },
            HostFunction("moondial.json.encode") { call, arguments throws(CallRefusal) in
                let value = try arguments.givenValue()
                do throws(LuaConversionProblem) {
                    call.results.write(bytes: try JSONValue(value, work: call.work).bytes)
                } catch {
                    throw arguments.refusal(error.message)
                }
            },
            HostFunction("moondial.json.decode") { call, arguments throws(CallRefusal) in
                let text = try arguments.bytes()
                do throws(JSONValue.ParseError) {
                    call.results.write(try JSONValue.parse(text.bytes) { call.work.isStopping })
                } catch {
                    call.results.writeNil()
                    call.results.writeError(kind: "bad_json", message: error.description, isRetryable: false)
                }
            },
        ]
    }

    /// Writes something that a script or hook prints: now, or when there is room for it.
    func output(from call: HostCall, _ write: @escaping () -> Void) -> HostAnswer {
        guard let room = settings.outputRoom, !room.hasRoom else {
            write()
            return .returned
        }
        if Self.isInHook(call) {
            room.noteOmission()
            return .returned
        }
        guard call.canWait, let coroutine = Self.coroutine(of: call) else {
            return .raised(
                "nothing more can be printed here: more than 1 MiB waits to be read, and a script cannot wait inside a "
                    + "callback such as a table.sort comparator")
        }
        let ticket = coroutine.beginWait {}
        room.whenRoom {
            write()
            coroutine.resume(ticket) { _ in }
        }
        return .waiting
    }

    private func log(_ arguments: LogArguments, _ call: HostCall) {
        let work = RedactionWork(call.work)
        var line: LogLine?
        if let run = Self.coroutine(of: call)?.run {
            line = run.log(arguments.message, fields: arguments.fields, at: call.site, work)
        } else {
            line = LogLine(
                message: redactor.text(arguments.message, work), fields: redactor.object(arguments.fields, work),
                rule: nil, hook: nil, site: call.site.map(redactor.site), traceID: nil)
        }
        // A run that has to stop logs nothing more.
        let isObserved = Self.coroutine(of: call)?.run?.environment.isObserved ?? true
        if let line, isObserved, !call.work.isStopping { settings.log(line) }
    }

    /// SHA-256, or HMAC-SHA256 with a key, in hexadecimal digits. When the run has to stop, only the beginning is
    /// hashed.
    private static func hash(_ text: LuaString, key: LuaString?, work: HostWork) -> String {
        guard let key else {
            var hash = SHA256()
            forEachPiece(of: text, work) { hash.update(data: $0) }
            return Hexadecimal.lowercase(hash.finalize())
        }
        var code = HMAC<SHA256>(key: SymmetricKey(data: key.bytes))
        forEachPiece(of: text, work) { code.update(data: $0) }
        return Hexadecimal.lowercase(code.finalize())
    }

    private static func forEachPiece(of text: LuaString, _ work: HostWork, _ body: (ArraySlice<UInt8>) -> Void) {
        var rest = text.bytes[...]
        while !rest.isEmpty, !work.isStopping {
            body(rest.prefix(64 << 10))
            rest = rest.dropFirst(64 << 10)
        }
    }
}
