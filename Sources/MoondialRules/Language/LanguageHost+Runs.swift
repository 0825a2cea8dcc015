// SPDX-License-Identifier: MIT

import MoondialLua
import NIOCore
import NumberVerification

extension LanguageHost {
    /// The words that wait: `verify`, `moondial.attempt` and `moondial.all`.
    var runFunctions: [HostFunction] {
        [
            HostFunction("verify", .mayWait) { [unowned self] call in
                answer(&call) { call, strand, engine throws(Refusal) in
                    if strand.run != nil {
                        throw Refusal("verify cannot be called in a hook, where it would start another run; "
                            + "moondial.attempt sends a single request")
                    }
                    self.startVerify(try Self.verifyArguments(&call), on: strand, engine: engine)
                }
            },
            HostFunction("moondial.attempt", .mayWait) { [unowned self] call in
                answer(&call) { call, strand, engine throws(Refusal) in
                    try self.startAttempt(try Self.attemptArguments(&call), on: strand, engine: engine)
                }
            },
            HostFunction("moondial.all", [.mayWait, .takesFunctions]) { [unowned self] call in
                answer(&call) { call, strand, engine throws(Refusal) in
                    self.startAll(try Self.allArguments(&call), on: strand, engine: engine)
                }
            },
        ]
    }

    /// The call is wrong, or not possible here.
    private struct Refusal: Error {
        let message: String

        init(_ message: String) { self.message = message }
    }

    private func answer(
        _ call: inout HostCall, _ body: (inout HostCall, Strand, RuleEngine) throws(Refusal) -> Void
    ) -> HostAnswer {
        do throws(Refusal) {
            guard !isLoading, let strand = Self.strand(of: call), let engine else {
                throw Refusal("verify, moondial.attempt and moondial.all cannot be called while rules load; "
                    + "call them in a hook or in a script")
            }
            try body(&call, strand, engine)
            return .waiting
        } catch {
            return .raised(error.message)
        }
    }

    // MARK: - Starting

    private func startVerify(_ request: RunRequest, on strand: Strand, engine: RuleEngine) {
        var run: ActiveRun?
        let ticket = strand.beginWait { run?.cancel() }
        run = engine.startRun(request) { finished in
            run = nil
            strand.resume(ticket) { $0.write(finished.result) }
        }
    }

    private struct RawAttempt {
        var endpoint: Endpoint
        var request: VerificationRequest
        var evenIfDelivered = false
    }

    private func startAttempt(_ raw: RawAttempt, on strand: Strand, engine: RuleEngine) throws(Refusal) {
        var exchange: (any Exchange)?
        let ticket = strand.beginWait { exchange?.cancel() }
        let completion = { (attempt: Attempt) in
            exchange = nil
            strand.resume(ticket) { $0.write(attempt) }
        }
        guard let run = strand.run else {
            let deadline = NIODeadline.now() + TimeAmount(settings.run.timeout)
            exchange = engine.client.attempt(raw.request, at: raw.endpoint, deadline: deadline, completion: completion)
            return
        }
        switch run.rawAttempt(
            raw.request, at: raw.endpoint, evenIfDelivered: raw.evenIfDelivered, completion: completion)
        {
        case .success(let started): exchange = started
        case .failure(let refusal): throw Refusal("moondial.attempt: nothing was sent, \(refusal.reason.explanation)")
        }
    }

    private func startAll(_ functions: [LuaFunction], on strand: Strand, engine: RuleEngine) {
        var group: ConcurrentGroup?
        let ticket = strand.beginWait { group?.cancel() }
        let started = ConcurrentGroup(functions) { result in
            group = nil
            switch result {
            case .success(let values): strand.resume(ticket) { for value in values { $0.write(value) } }
            case .failure(let error): strand.resume(ticket, raising: "moondial.all: \(error)")
            }
        }
        group = started
        // Later, because the functions enter the VM, which is busy with this call.
        engine.eventLoop.assumeIsolated().execute { started.start(vm: engine.vm, run: strand.run) }
    }

    // MARK: - Arguments

    private static func verifyArguments(_ call: inout HostCall) throws(Refusal) -> RunRequest {
        var request = RunRequest(try verification(&call, function: "verify", first: 1))
        let options = call.arguments.nextOrNil()
        if options == .nil { return request }
        guard case .table = options else {
            throw Refusal("bad argument #4 to 'verify' (table expected, got \(options.typeName))")
        }
        for member in try object(options, argument: "#4 to 'verify'").members {
            do throws(RunRequestProblem) {
                try request.setOption(member.key, to: member.value)
            } catch {
                throw Refusal("bad argument #4 to 'verify' (\(error.message))")
            }
        }
        return request
    }

    private static func attemptArguments(_ call: inout HostCall) throws(Refusal) -> RawAttempt {
        let name = call.arguments.nextOrNil()
        guard let endpoint = name.text.flatMap(Endpoint.init(rawValue:)) else {
            throw Refusal("bad argument #1 to 'attempt' (\"mobile\" or \"h5\" expected, got \(name.shown))")
        }
        var raw = RawAttempt(
            endpoint: endpoint, request: try verification(&call, function: "attempt", first: 2))
        let options = call.arguments.nextOrNil()
        if options == .nil { return raw }
        for member in try object(options, argument: "#5 to 'attempt'").members {
            guard member.key == "even_if_delivered", let value = member.value.boolValue else {
                throw Refusal("bad argument #5 to 'attempt' (only even_if_delivered = true or false, got '\(member.key)')")
            }
            raw.evenIfDelivered = value
        }
        return raw
    }

    private static func allArguments(_ call: inout HostCall) throws(Refusal) -> [LuaFunction] {
        let value = call.arguments.nextOrNil()
        guard case .table(let table) = value else {
            throw Refusal("bad argument #1 to 'all' (table of functions expected, got \(value.typeName))")
        }
        guard table.pairs.isEmpty else {
            throw Refusal("bad argument #1 to 'all' (a list of functions expected, got the field '\(table.pairs[0].key.shown)')")
        }
        var functions: [LuaFunction] = []
        for (index, item) in table.array.enumerated() {
            guard case .function(let function) = item else {
                throw Refusal("bad argument #1 to 'all' (function expected at \(index + 1), got \(item.typeName))")
            }
            functions.append(function)
        }
        return functions
    }

    private static func verification(
        _ call: inout HostCall, function: String, first: Int
    ) throws(Refusal) -> VerificationRequest {
        let phone = try string(&call, "phone", function, first)
        let token = try string(&call, "token", function, first + 1)
        let exID = try string(&call, "exid", function, first + 2, optional: true)
        do throws(RequestError) {
            return try VerificationRequest(phone: phone ?? "", token: token ?? "", exID: exID)
        } catch {
            let index = first + (error.field == .phone ? 0 : error.field == .token ? 1 : 2)
            throw Refusal("bad argument #\(index) to '\(function)' (\(error.message))")
        }
    }

    private static func string(
        _ call: inout HostCall, _ name: String, _ function: String, _ index: Int, optional: Bool = false
    ) throws(Refusal) -> String? {
        let value = call.arguments.nextOrNil()
        if optional, value == .nil { return nil }
        guard case .string(let string) = value else {
            throw Refusal("bad argument #\(index) to '\(function)' (string expected, got \(value == .nil ? "nil" : value.typeName))")
        }
        guard let text = string.text else {
            throw Refusal("bad argument #\(index) to '\(function)' (\(name) is not UTF-8)")
        }
        return text
    }

    private static func object(_ value: LuaValue, argument: String) throws(Refusal) -> JSON.Object {
        do throws(LuaConversionProblem) {
            let json = try JSON(value)
            if case .array = json { throw LuaConversionProblem(message: "named fields expected, got a list") }
            return json.objectValue ?? JSON.Object()
        } catch {
            throw Refusal("bad argument \(argument) (\(error.message))")
        }
    }
}
