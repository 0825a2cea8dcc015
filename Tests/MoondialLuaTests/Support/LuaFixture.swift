// SPDX-License-Identifier: MIT

import Foundation
import ProcessorClocks

@testable import MoondialLua

/// A VM with a few host functions, and a record of their calls.
///
/// - `verify(...)` waits; `runWaiting` replies with its arguments.
/// - `note(...)` keeps its arguments in `notes`; `echo(...)` returns them; `fail(message)` raises.
/// - `take(...)` keeps its arguments, functions included, in `taken`.
/// - `print` adds a line to `printed`; `require` finds `modules`.
final class LuaFixture {
    let vm: LuaVM
    let journal: CallRecord
    private let limits: LuaLimits

    init(
        limits: LuaLimits = LuaLimits(), modules: [String: String] = [:], allocations: UInt64? = nil,
        functions: [HostFunction] = [], countsLines: Bool = false
    ) throws(LuaError) {
        let journal = CallRecord(modules: modules)
        var configuration = LuaVM.Configuration()
        configuration.limits = limits
        configuration.allocations = allocations
        configuration.functions = journal.functions + functions
        configuration.countsLines = countsLines
        vm = try LuaVM(configuration)
        self.journal = journal
        self.limits = limits
    }

    deinit { journal.waits = [] }

    /// A fixture whose run is interrupted from another thread, once the run has called `announce()` and used `time` of
    /// processor time after that.
    static func interrupted(after time: Duration = .zero) throws(LuaError) -> LuaFixture {
        let announced = DispatchSemaphore(value: 0)
        let clock = ProcessorClock()
        let lua = try LuaFixture(functions: [
            HostFunction("announce") { _ in
                announced.signal()
                return .returned
            }
        ])
        let interrupter = lua.vm.interrupter
        // A thread of its own, since tests may occupy all threads of Swift tasks.
        Thread.detachNewThread {
            announced.wait()
            clock.wait(for: time)
            interrupter.interrupt()
        }
        return lua
    }

    func load(_ text: String, name: LuaSourceName = .file("test.lua")) throws(LuaError) -> LuaFunction {
        try vm.load(Array(text.utf8), name: name)
    }

    /// Starts a text on a thread of its own.
    func start(
        _ text: String, name: LuaSourceName = .file("test.lua"), arguments: [LuaValue] = []
    ) throws(LuaError) -> (thread: LuaThread, outcome: LuaOutcome) {
        let function = try load(text, name: name)
        let meter = LuaMeter()
        meter.limitResults(to: limits)
        let thread = try vm.makeThread(meter: meter)
        let outcome = thread.start(function) { writer in
            for argument in arguments { writer.write(argument) }
        }
        return (thread, outcome)
    }

    /// Runs a text to its end. `reply` makes the reply to each wait from its arguments; by default, the arguments.
    @discardableResult
    func run(
        _ text: String, name: LuaSourceName = .file("test.lua"), arguments: [LuaValue] = [],
        reply: ([LuaValue]) -> Reply = { .values($0) }
    ) throws -> [LuaValue] {
        var (thread, outcome) = try start(text, name: name, arguments: arguments)
        defer { thread.close() }
        while true {
            switch outcome {
            case .returned(let values): return values.all
            case .failed(let error): throw error
            case .waiting:
                let wait = journal.waits.removeLast()
                guard let next = wait.end(with: reply(wait.arguments)) else { throw Surprise("a reply was dropped") }
                outcome = next
            }
        }
    }

    /// The error that a text ends with.
    func error(
        of text: String, name: LuaSourceName = .file("test.lua"), arguments: [LuaValue] = []
    ) throws -> LuaError {
        do {
            let values = try run(text, name: name, arguments: arguments)
            throw Surprise("no error, but \(shown(values))")
        } catch let error as LuaError {
            return error
        }
    }
}

/// A reply that ends a wait.
enum Reply {
    case values([LuaValue])
    case error(String)
}

/// A host call that waits.
struct Wait {
    let thread: LuaThread
    let ticket: LuaTicket
    let arguments: [LuaValue]
    let site: LuaSite?

    func end(with reply: Reply) -> LuaOutcome? {
        switch reply {
        case .values(let values):
            thread.resume(ticket) { writer in
                for value in values { writer.write(value) }
            }
        case .error(let message): thread.resume(ticket, raising: message)
        }
    }
}

struct Surprise: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// A record of the calls of the host functions of a `LuaFixture`.
final class CallRecord {
    var waits: [Wait] = []
    var verified = 0
    var notes: [[LuaValue]] = []
    var taken: [LuaValue] = []
    var printed: [String] = []
    var sites: [LuaSite?] = []
    var required: [String] = []
    private let modules: [String: String]

    init(modules: [String: String]) { self.modules = modules }

    var functions: [HostFunction] {
        [
            HostFunction("verify", .mayWait) { [unowned self] call in
                verified += 1
                guard let thread = call.thread else { return .raised("no thread") }
                waits.append(
                    Wait(thread: thread, ticket: thread.ticket, arguments: call.arguments.all, site: call.site))
                return .waiting
            },
            HostFunction("note") { [unowned self] call in
                notes.append(call.arguments.all)
                sites.append(call.site)
                return .returned
            },
            HostFunction("echo") { call in
                for value in call.arguments.all { call.results.write(value) }
                return .returned
            },
            HostFunction("fail") { call in .raised(call.arguments.nextOrNil().text ?? "?") },
            HostFunction("take", .takesFunctions) { [unowned self] call in
                taken += call.arguments.all
                return .returned
            },
            HostFunction("print", .stringifies) { [unowned self] call in
                printed.append(call.arguments.nextOrNil().text ?? "?")
                return .returned
            },
            HostFunction("require", .loadsModule) { [unowned self] call in
                let name = call.arguments.nextOrNil().text ?? "?"
                guard let text = modules[name] else { return .raised("module '\(name)' not found") }
                guard call.arguments.next() != nil else {
                    call.results.write("key of \(name)")
                    return .returned
                }
                required.append(name)
                call.writeModule(Array(text.utf8), name: .file("\(name).lua"))
                return .returned
            },
        ]
    }
}
