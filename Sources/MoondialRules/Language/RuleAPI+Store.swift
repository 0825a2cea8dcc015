// SPDX-License-Identifier: MIT

import JSON
import MoondialLua
package import MoondialStore
import NIOCore

extension RuleAPI {
    /// The functions of `moondial.store`. They wait, unless the store answers at once.
    var storeFunctions: [HostFunction] {
        [
            storeFunction("moondial.store.count") { arguments throws(CallRefusal) in try arguments.count() },
            storeFunction("moondial.store.get") { arguments throws(CallRefusal) in try arguments.get() },
            storeFunction("moondial.store.set") { arguments throws(CallRefusal) in try arguments.set() },
            storeFunction("moondial.store.add") { arguments throws(CallRefusal) in try arguments.add() },
            storeFunction("moondial.store.increment") { arguments throws(CallRefusal) in try arguments.increment() },
            storeFunction("moondial.store.delete") { arguments throws(CallRefusal) in try arguments.delete() },
            storeFunction("moondial.store.has") { arguments throws(CallRefusal) in try arguments.has() },
        ]
    }

    private func storeFunction(
        _ word: String, _ read: @escaping (inout StoreArguments) throws(CallRefusal) -> StoreCommand
    ) -> HostFunction {
        let name = String(word.dropFirst("moondial.store.".count))
        return HostFunction(word, .mayWait) { [weak self] call in
            let coroutine = Self.coroutine(of: call)
            let run = coroutine?.run
            let access: StoreAccess
            if let run {
                access = run.store
            } else {
                guard let self else { return Self.ended }
                guard !isLoading, let engine else { return Self.tooEarly(word) }
                access = engine.store
            }
            guard let coroutine else { return Self.tooEarly(word) }
            var arguments = StoreArguments(CallArguments(call, of: word), for: access, work: call.work)
            do throws(CallRefusal) {
                let command = try read(&arguments)
                return try Self.execute(command, named: name, with: access, for: run, on: coroutine, call)
            } catch {
                return .raised(error.message)
            }
        }
    }

    private static func tooEarly(_ word: String) -> HostAnswer {
        .raised("\(word) cannot be called while rules load; call it in a hook or in a script")
    }

    /// The error to raise, or nil. `has` and `add` are used in conditions, where nil would count as no: so they raise
    /// errors of the store.
    private static func failClosed(
        _ command: StoreCommand, _ result: Result<StoreReply, StoreError>, _ name: String
    ) -> String? {
        guard case .failure(let error) = result else { return nil }
        switch command {
        case .has, .add: return "moondial.store.\(name): \(error.kind.rawValue): \(error.message)"
        default: return nil
        }
    }

    private static func execute(
        _ command: StoreCommand, named name: String, with access: StoreAccess, for run: ActiveRun?,
        on coroutine: RuleCoroutine, _ call: HostCall
    ) throws(CallRefusal) -> HostAnswer {
        let number = try run?.beginStoreCall(name, of: command)
        guard let result = access.store.answer(command) else {
            return perform(command, number, named: name, with: access, for: run, on: coroutine, call)
        }
        if let number { run?.endStoreCall(number, result, .atOnce) }
        return answer(command, result, named: name, call)
    }

    private static func answer(
        _ command: StoreCommand, _ result: Result<StoreReply, StoreError>, named name: String, _ call: HostCall
    ) -> HostAnswer {
        if let message = failClosed(command, result, name) { return .raised(message) }
        call.results.write(result)
        return .returned
    }

    /// An answer that comes inside the call, or later.
    private final class Wait {
        var result: Result<StoreReply, StoreError>?
        var ticket: LuaTicket?
    }

    /// `number` is that of the call in the run's trace.
    private static func perform(
        _ command: StoreCommand, _ number: Int?, named name: String, with access: StoreAccess, for run: ActiveRun?,
        on coroutine: RuleCoroutine, _ call: HostCall
    ) -> HostAnswer {
        var deadline = NIODeadline.now() + access.timeout
        if let run { deadline = min(deadline, run.deadline) }
        let wait = Wait()
        access.store.perform(command, deadline: deadline) { result in
            if let number { run?.endStoreCall(number, result, wait.ticket == nil ? .inCall : .afterWait) }
            if let ticket = wait.ticket {
                if let message = failClosed(command, result, name) {
                    coroutine.resume(ticket, raising: message)
                } else {
                    coroutine.resume(ticket) { $0.write(result) }
                }
            } else {
                wait.result = result
            }
        }
        if let result = wait.result { return answer(command, result, named: name, call) }
        // The store may execute the command even after the wait was cancelled.
        wait.ticket = coroutine.beginWait {}
        return .waiting
    }
}

extension LuaWriter {
    /// What a function of `moondial.store` returns: a value, or nil and an error.
    fileprivate func write(_ result: Result<StoreReply, StoreError>) {
        switch result {
        case .failure(let error):
            writeNil()
            writeError(kind: error.kind.rawValue, message: error.message, isRetryable: error.kind.isRetryable)
        case .success(.count(let count)): write(count)
        case .success(.value(nil)): writeNil()
        case .success(.value(let bytes?)):
            // Rules write only JSON: other bytes come from elsewhere.
            if let value = try? JSONValue.parse(bytes) { write(value) } else { write(bytes: bytes) }
        case .success(.flag(let flag)): write(flag)
        case .success(.integer(let number)): write(number)
        case .success(.done): write(true)
        case .success(.entries), .success(.lists), .success(.load):
            preconditionFailure("rules do not ask for that")
        }
    }

    private func write(_ count: CountResult) {
        writeTable(expecting: 4) { table in
            table.field("allowed") { $0.write(count.allowed) }
            table.field("used", count.used)
            table.field("limit", count.limit)
            if let retryAfter = count.retryAfter {
                let (seconds, attoseconds) = retryAfter.components
                table.field(
                    "retry_after_ms", seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
            }
        }
    }
}

extension StoreError.Kind {
    /// Whether the same call may succeed later.
    package var isRetryable: Bool {
        switch self {
        case .unavailable, .timeout, .full: true
        case .valueTooLarge, .notAnInteger, .noSuchList: false
        }
    }
}

extension StoreCommand {
    /// The name as a trace shows it: phones and tokens are hashed already.
    var shownName: String {
        switch self {
        case .count(let key, _), .get(let key), .set(let key, _, _), .add(let key, _, _), .increment(let key, _, _),
            .delete(let key):
            key.name
        case .has(let list, let member): list.name + ":" + member.text
        default: ""
        }
    }
}
