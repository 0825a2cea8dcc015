// SPDX-License-Identifier: MIT

import Generators
import MoondialLua
import ProcessorClocks
import Testing

@testable import MoondialRules

/// Every function of the language is called with the largest and the most hostile arguments that it accepts. Each call
/// must end soon after its limit.
@Suite(.serialized, .timeLimit(.minutes(10))) struct HostileCallTests {
    /// The functions of the registry, and operators on the values that the language makes.
    static let functions =
        Registry.entries.filter { $0.isFunction && $0.kind != .hook }.map(\.name)
        + subjects.flatMap { subject in operators.map { $0.replacing("SUBJECT", with: subject) } }

    private static let subjects = [
        "deny", "(select(2, moondial.json.decode 'x'))", "moondial.json.array {}", "hostile.request", "string",
    ]

    private static let operators = [
        "(function(key) return SUBJECT[key] end)", "(function(key, value) SUBJECT[key] = value end)",
        "(function(other) return SUBJECT .. other end)", "(function(other) return other .. SUBJECT end)",
        "(function(other) return SUBJECT == other, SUBJECT < other end)", "(function(...) return SUBJECT(...) end)",
        "(function() for key in pairs(SUBJECT) do tostring(key) end return #SUBJECT, tostring(SUBJECT) end)",
    ]

    /// Sets `hostile` to a list of values. The functions among them that rules could call never return.
    private static let values = """
        local function loop() while true do end end
        local function deep(depth) local t = {} for i = 1, depth do t = { t } end return t end
        local function list(count, value) local t = {} for i = 1, count do t[i] = value end return t end
        local names, cycle = {}, { 1, 2 }
        for i = 1, 4900 do names[i .. "\\xcc\\x81"] = i end
        cycle[3], cycle.again = cycle, cycle
        local mebibyte = ("x"):rep(1000000)
        local lying = { __len = function() return math.maxinteger end, __index = function() return 1 end }
        local looping = {}
        for name in ("index newindex call len tostring concat lt le eq add unm close pairs name"):gmatch "%a+" do
          looping["__" .. name] = loop
        end
        hostile = {
          false, 0, -1, 1 << 62, math.mininteger, 1e308, 0/0, 9007,
          "", "0", "%s", "*t", "k", mebibyte, ("\\xff:1: "):rep(150000), ("0"):rep(1000000) .. "e1", ("[" ):rep(1000000),
          "[" .. ("1e1,"):rep(249999) .. "1]", ("a-"):rep(30000) .. "b", ("%99d"):rep(9000), ("{\\"a\\":"):rep(60) .. "1",
          list(9990, 1), list(60, ("\\xff"):rep(16000)), list(15, ("13800138000 "):rep(5000)), names, cycle, deep(60), deep(5000),
          setmetatable({}, lying), setmetatable({ 1, 2, 3 }, looping), list(9000, loop), loop, error, string.rep,
          coroutine.wrap(loop), coroutine.create(loop), deny "reason", moondial.json.null,
        }
        hostile.request = ...
        return #hostile
        """

    /// A Lua state with the language of rules, in the phase after loading.
    private final class Fixture {
        let host: RuleAPI
        let vm: LuaVM
        let count: Int
        let call: LuaFunction

        init(_ function: String, wrapping: (HostFunction) -> HostFunction = { $0 }) throws {
            host = RuleAPI(
                modules: Modules(roots: [], limits: RunLimits()), settings: RuleEngine.Settings(wallClock: { 0 }))
            var configuration = host.configuration
            configuration.functions = configuration.functions.map(wrapping)
            vm = try host.makeVM(configuration)
            host.finishLoading()
            let values = try vm.load(Array(HostileCallTests.values.utf8), name: .label("values"))
            let thread = try vm.makeThread()
            let outcome = thread.start(values) { writer in
                writer.writeRecord(class: LuaClass.request.rawValue, expecting: 1) { $0.field("phone", "13800138000") }
            }
            guard case .returned(var reader) = outcome, case .integer(let count) = reader.nextOrNil() else {
                throw Failure(description: "\(outcome)")
            }
            self.count = Int(count)
            let text = """
                local places = { ... }
                for i, place in ipairs(places) do places[i] = hostile[place] end
                return (pcall(\(function), table.unpack(places)))
                """
            call = try vm.load(Array(text.utf8), name: .label("call"))
        }

        /// Calls the function with the values at these places, within limits.
        func call(with places: [Int], cpuLimit: Duration) throws {
            let meter = LuaMeter()
            meter.cpuLimit = cpuLimit
            meter.allocationLimit = 16 << 20
            meter.coroutineLimit = 100
            meter.tableKeyLimit = 8192
            let thread = try vm.makeThread(meter: meter)
            _ = thread.start(call) { writer in for place in places { writer.write(Int64(place)) } }
            thread.close()
        }
    }

    private struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// Lists of arguments, as places in `hostile` from 1: each value alone, and `longer` lists of several.
    private static func cases(count: Int, longer: Int) -> [[Int]] {
        var generator = SeededGenerator(seed: 9)
        return [[]] + (1...count).map { [$0] }
            + (0..<longer).map { number in
                (0..<(number % 5 < 4 ? 2 : 5)).map { _ in 1 + generator.below(count) }
            }
    }

    /// Far above the limit, and far below what a call without a limit would need.
    private static let soon = Duration.milliseconds(500 * Sanitizer.slowdown)

    @Test(arguments: functions)
    func callEndsSoonAfterItsLimit(_ function: String) throws {
        let clock = ProcessorClock()
        var fixture = try Fixture(function)
        for places in Self.cases(count: fixture.count, longer: Thoroughness.cases(50, of: 250)) {
            if fixture.vm.isLost || fixture.vm.isFull { fixture = try Fixture(function) }
            let began = clock.now
            try fixture.call(with: places, cpuLimit: .milliseconds(5))
            let used = clock.now - began
            #expect(used < Self.soon, "\(function) \(places): \(used)")
        }
    }

    /// The functions that the host implements.
    private static let hostFunctions =
        Registry.entries.filter { $0.isFunction && $0.kind == .word }.map(\.name)
        + ["deny", "select(2, moondial.json.decode 'x').unknown_field", "(function(name) return _G[name] end)"]

    /// Each host function starts when its run must already stop.
    @Test(arguments: hostFunctions)
    func hostFunctionReturnsSoonAfterItsRunMustStop(_ function: String) throws {
        let clock = ProcessorClock()
        var isArmed = false
        var longest = Duration.zero
        func make() throws -> Fixture {
            isArmed = false
            defer { isArmed = true }
            return try Fixture(function) { original in
                HostFunction(original.path, original.options) { call in
                    guard isArmed else { return original.body(&call) }
                    while !call.work.isStopping {}
                    let began = clock.now
                    defer { longest = max(longest, clock.now - began) }
                    return original.body(&call)
                }
            }
        }
        var fixture = try make()
        for places in Self.cases(count: fixture.count, longer: 30) {
            if fixture.vm.isLost || fixture.vm.isFull { fixture = try make() }
            longest = .zero
            try fixture.call(with: places, cpuLimit: .milliseconds(1))
            #expect(longest < Self.soon, "\(function) \(places): \(longest)")
        }
    }
}
