// SPDX-License-Identifier: MIT

import JSON
import MoondialLua
import NIOCore
import NumberVerification
import TextFormats

extension RuleAPI {
    /// The functions that wait: `verify`, `moondial.attempt` and `moondial.all`.
    var runFunctions: [HostFunction] {
        [
            waiting("verify") { arguments, coroutine, engine throws(CallRefusal) in
                if coroutine.run != nil {
                    throw CallRefusal(
                        "verify cannot be called in a hook, where it would start another run; "
                            + "moondial.attempt sends a single request")
                }
                Self.startVerify(try arguments.runRequest(), on: coroutine, engine: engine)
            },
            waiting("moondial.attempt") { arguments, coroutine, engine throws(CallRefusal) in
                try Self.startAttempt(try arguments.rawAttempt(), on: coroutine, engine: engine)
            },
            // The prelude has checked the functions and wrapped them.
            HostFunction("host.all", as: "moondial.all") { call, arguments throws(CallRefusal) in
                call.results.write(try arguments.functionCount())
            },
            waiting("moondial.all", .takesFunctions) { [weak self] arguments, coroutine, engine throws(CallRefusal) in
                self?.startAll(arguments.functions(), on: coroutine, engine: engine)
            },
        ]
    }

    /// A function that begins a wait of the calling coroutine, or raises an error.
    private func waiting(
        _ name: String, _ options: HostFunction.Options = [],
        _ start: @escaping (inout CallArguments, RuleCoroutine, RuleEngine) throws(CallRefusal) -> Void
    ) -> HostFunction {
        HostFunction(name, options.union(.mayWait)) { [weak self] call in
            guard let self else { return Self.ended }
            guard !isLoading, let coroutine = Self.coroutine(of: call), let engine else {
                return .raised("\(name) cannot be called while rules load; call it in a hook or in a script")
            }
            // Without a script host, no permission could be asked for.
            guard coroutine.run != nil || engine.scripts != nil else { return Self.ended }
            var arguments = CallArguments(call, of: name)
            do throws(CallRefusal) {
                try start(&arguments, coroutine, engine)
                return .waiting
            } catch {
                if error.isAboutMaskedText { engine.scripts?.onMaskedText?() }
                return .raised(error.message)
            }
        }
    }

    private static func startVerify(_ request: RunRequest, on coroutine: RuleCoroutine, engine: RuleEngine) {
        var run: ActiveRun?
        var permission: PermissionRequest?
        let ticket = coroutine.beginWait {
            permission?.withdraw()
            run?.cancel()
        }
        func start() {
            run = engine.startRun(request) { finished in
                run = nil
                coroutine.resume(ticket) { $0.write(finished.result) }
            }
        }
        permission = engine.scripts?.requestPermission(
            for: "verify", of: request.verification.phone, on: coroutine
        ) { refusal in
            if let refusal { coroutine.resume(ticket, raising: "verify: \(refusal)") } else { start() }
        }
        // A run notes phone and token itself, but a refused request gets no run.
        if permission == nil { start() } else { engine.redactor.secrets.add(request.verification) }
    }

    private static func startAttempt(
        _ raw: RawAttempt, on coroutine: RuleCoroutine, engine: RuleEngine
    ) throws(CallRefusal) {
        var exchange: (any Exchange)?
        var permission: PermissionRequest?
        let ticket = coroutine.beginWait {
            permission?.withdraw()
            exchange?.cancel()
        }
        let completion = { (attempt: Attempt) in
            exchange = nil
            coroutine.resume(ticket) { $0.write(attempt) }
        }
        guard let run = coroutine.run else {
            engine.redactor.secrets.add(raw.request)
            func start() {
                let deadline = engine.settings.monotonicClock() + TimeAmount(engine.settings.run.timeout)
                exchange = engine.attempts.attempt(
                    raw.request, at: raw.endpoint, correlation: engine.newCorrelation(), traceparent: nil,
                    deadline: deadline
                ) {
                    engine.scripts?.onRawAttempt?($0)
                    completion($0)
                }
            }
            permission = engine.scripts?.requestPermission(
                for: "moondial.attempt", at: raw.endpoint, of: raw.request.phone, on: coroutine
            ) { refusal in
                if let refusal { coroutine.resume(ticket, raising: "moondial.attempt: \(refusal)") } else { start() }
            }
            if permission == nil { start() }
            return
        }
        switch run.send(raw, completion: completion) {
        case .success(let started): exchange = started
        case .failure(let refusal):
            throw CallRefusal("moondial.attempt: nothing was sent, \(refusal.reason.explanation)")
        }
    }

    private func startAll(_ functions: [LuaFunction], on coroutine: RuleCoroutine, engine: RuleEngine) {
        let group = ConcurrentGroup(functions)
        let ticket = coroutine.beginWait { group.cancel() }
        // Later, because the functions enter the VM, which is busy with this call.
        engine.eventLoop.assumeIsolated().execute {
            guard let vm = coroutine.vm else { return }
            group.start(vm: vm, parent: coroutine) { end in
                switch end {
                case .returned: coroutine.resume(ticket) { $0.write(true) }
                case .raised(let error): coroutine.resume(ticket, raisingAgain: error) { $0.write(false) }
                case .impossible(let error): coroutine.resume(ticket, raising: error.message)
                }
            }
        }
    }
}

/// The arguments of `moondial.attempt`.
struct RawAttempt {
    var endpoint: Endpoint
    var request: VerificationRequest
    var evenIfDelivered = false
}

extension CallArguments {
    /// `phone, token, exid [, options]` of `verify`.
    fileprivate mutating func runRequest() throws(CallRefusal) -> RunRequest {
        var request = RunRequest(try verification())
        for option in try optionalObject()?.members ?? [] {
            do throws(RunRequestProblem) {
                try request.setOption(option.key, to: option.value)
            } catch {
                throw refusal(error.message)
            }
        }
        return request
    }

    /// `endpoint, phone, token, exid [, options]` of `moondial.attempt`.
    fileprivate mutating func rawAttempt() throws(CallRefusal) -> RawAttempt {
        let endpoint: Endpoint
        do throws(EndpointProblem) {
            endpoint = try Endpoint(value())
        } catch {
            throw refusal(error.message)
        }
        var raw = RawAttempt(endpoint: endpoint, request: try verification())
        let names = Registry.optionNames(of: "moondial.attempt")
        for option in try optionalObject()?.members ?? [] {
            guard names.contains(option.key) else {
                let shown = String(shortening: option.key.utf8)
                throw refusal("unknown option '\(shown)'\(Suggestion.clause(for: option.key, in: names))")
            }
            guard let value = option.value.boolValue else { throw refusal("\(option.key): true or false expected") }
            raw.evenIfDelivered = value
        }
        return raw
    }

    private mutating func verification() throws(CallRefusal) -> VerificationRequest {
        let first = number + 1
        let (phone, token, exID) = (try text(), try text(), try optionalText())
        do throws(RequestError) {
            return try VerificationRequest(phone: phone, token: token, exID: exID)
        } catch {
            let fields: [RequestError.Field] = [.phone, .token, .exID]
            var refusal = refusal(error.message, number: first + (fields.firstIndex(of: error.field) ?? 0))
            refusal.isAboutMaskedText = error.code == .masked
            throw refusal
        }
    }

    /// The number of functions in the list, which must hold nothing else.
    fileprivate mutating func functionCount() throws(CallRefusal) -> Int64 {
        let value = value()
        guard case .table(let table) = value else { throw expected("table of functions", value) }
        if let pair = table.pairs.first {
            throw refusal("a list of functions expected, got the key \(pair.key.shownKey)")
        }
        for (index, item) in table.array.enumerated() where item != .opaque("function") {
            throw refusal("function expected at \(index + 1), got \(item.typeName)")
        }
        return Int64(table.array.count)
    }

    fileprivate mutating func functions() -> [LuaFunction] {
        guard case .table(let table) = value() else { return [] }
        return table.array.compactMap { if case .function(let function) = $0 { function } else { nil } }
    }
}
