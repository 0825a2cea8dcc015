// SPDX-License-Identifier: MIT

import JSON
import MoondialLua
import MoondialStore
import TextFormats

/// Reads the arguments of the functions of `moondial.store`.
struct StoreArguments {
    private var arguments: CallArguments
    private let access: StoreAccess
    private let work: HostWork

    private static let countOptions: [StaticString] = ["limit", "window_s", "cost"]
    private static let lifetimeOptions: [StaticString] = ["ttl_s"]

    private var names: StoreNames { access.names }

    init(_ arguments: CallArguments, for access: StoreAccess, work: HostWork) {
        self.arguments = arguments
        self.access = access
        self.work = work
    }

    mutating func count() throws(CallRefusal) -> StoreCommand {
        let key = try key()
        let options = try options(Self.countOptions)
        let limit = try integer("limit", options.first, CountRequest.amounts)
        guard let limit else { throw arguments.refusal("limit expected") }
        let window = try microseconds("window_s", options.second)
        guard let window else { throw arguments.refusal("window_s expected") }
        let cost = try integer("cost", options.third, CountRequest.amounts) ?? 1
        guard let request = CountRequest(limit: limit, windowMicroseconds: window, cost: cost) else {
            throw arguments.refusal("window_s: a time from 0.001 to 34560000 expected")
        }
        return .count(key, request)
    }

    mutating func get() throws(CallRefusal) -> StoreCommand { .get(try key()) }

    mutating func set() throws(CallRefusal) -> StoreCommand {
        let (key, value) = (try key(), try value())
        return .set(key, value: value, lifetime: try lifetime())
    }

    mutating func add() throws(CallRefusal) -> StoreCommand {
        let (key, value) = (try key(), try value())
        return .add(key, value: value, lifetime: try lifetime())
    }

    mutating func increment() throws(CallRefusal) -> StoreCommand {
        let key = try key()
        let given = arguments.value()
        guard case .integer(let amount) = given == .nil ? .integer(1) : given else {
            throw arguments.expected("integer", given)
        }
        return .increment(key, by: amount, lifetime: try lifetime())
    }

    mutating func delete() throws(CallRefusal) -> StoreCommand { .delete(try key()) }

    mutating func has() throws(CallRefusal) -> StoreCommand {
        let name = try arguments.text()
        let list: StoreList
        do throws(StoreNameError) {
            list = try StoreList(namespace: names.namespace, name: name)
        } catch {
            throw arguments.refusal("\(error)")
        }
        let value = arguments.value()
        guard let member = Self.part(value) else { throw arguments.expected("string", value) }
        do throws(StoreNameError) {
            return .has(list, try names.member(member))
        } catch {
            throw arguments.refusal("\(error)")
        }
    }

    private mutating func key() throws(CallRefusal) -> StoreKey {
        let access = access
        access.keyName.clear()
        if arguments.forEachString({ access.names.add($0, to: &access.keyName) }) {
            do throws(StoreNameError) {
                return try StoreKey(namespace: names.namespace, access.keyName)
            } catch {
                throw arguments.refusal("\(error)")
            }
        }
        let value = arguments.value()
        var parts: [[UInt8]] = []
        if case .table(let table) = value {
            guard table.pairs.isEmpty else { throw arguments.refusal("a list of strings expected, got named fields") }
            for (index, element) in table.array.enumerated() {
                guard let part = Self.part(element) else {
                    throw arguments.refusal("string expected at \(index + 1), got \(element.typeName)")
                }
                parts.append(part)
            }
        } else {
            guard let part = Self.part(value) else { throw arguments.expected("string or list of strings", value) }
            parts = [part]
        }
        do throws(StoreNameError) {
            return try names.key(parts)
        } catch {
            throw arguments.refusal("\(error)")
        }
    }

    private static func part(_ value: LuaValue) -> [UInt8]? {
        switch value {
        case .string(let string): Array(string.bytes)
        case .integer(let number): Array(String(number).utf8)
        default: nil
        }
    }

    private mutating func value() throws(CallRefusal) -> [UInt8] {
        let value = arguments.value()
        guard value != .nil else { throw arguments.refusal("value expected; moondial.store.delete removes one") }
        do throws(LuaConversionProblem) {
            return Array(try JSONValue(value, work: work).bytes)
        } catch {
            throw arguments.refusal(error.message)
        }
    }

    private mutating func lifetime() throws(CallRefusal) -> StoreLifetime? {
        guard let duration = try duration("ttl_s", try options(Self.lifetimeOptions).first) else { return nil }
        guard let lifetime = StoreLifetime(duration) else {
            throw arguments.refusal("ttl_s: a time above 0, at most 34560000, expected")
        }
        return lifetime
    }

    /// The numbers of up to three options; nil for a missing option, NaN for a value that is not a number.
    private struct Options {
        var first: LuaNumber?
        var second: LuaNumber?
        var third: LuaNumber?

        mutating func set(_ index: Int, _ number: LuaNumber) {
            switch index {
            case 0: first = number
            case 1: second = number
            default: third = number
            }
        }
    }

    private mutating func options(_ known: [StaticString]) throws(CallRefusal) -> Options {
        var options = Options()
        // The usual case: all options are numbers.
        if arguments.forEachNumber(named: known, { options.set($0, $1) }) { return options }
        options = Options()
        let object = try arguments.optionalObject() ?? JSONObject()
        let names = Registry.optionNames(of: arguments.function)
        for option in object.members where !names.contains(option.key) {
            let shown = String(shortening: option.key.utf8)
            throw arguments.refusal("unknown option '\(shown)'\(Suggestion.clause(for: option.key, in: names))")
        }
        for (index, name) in known.enumerated() {
            if let value = object["\(name)"] { options.set(index, Self.number(value)) }
        }
        return options
    }

    private static func number(_ value: JSONValue) -> LuaNumber {
        switch value {
        case .integer(let number): .integer(number)
        case .double(let number): .double(number)
        default: .double(.nan)
        }
    }

    private func integer(
        _ name: String, _ value: LuaNumber?, _ range: ClosedRange<Int64>
    ) throws(CallRefusal) -> Int64? {
        switch value {
        case nil: return nil
        case .integer(let number)? where range.contains(number): return number
        case .double(let number)?:
            if let number = Int64(exactly: number), range.contains(number) { return number }
        default: break
        }
        throw arguments.refusal("\(name): an integer from \(range.lowerBound) to \(range.upperBound) expected")
    }

    /// A number of seconds in microseconds, rounded down.
    private func microseconds(_ name: String, _ value: LuaNumber?) throws(CallRefusal) -> Int64? {
        if case .integer(let seconds)? = value { return min(max(seconds, -1), 1 << 40) * 1_000_000 }
        return try duration(name, value).map(CountRequest.microseconds)
    }

    /// A number of seconds as a duration.
    private func duration(_ name: String, _ value: LuaNumber?) throws(CallRefusal) -> Duration? {
        switch value {
        case nil: return nil
        // The bound is longer than any allowed time, and does not overflow.
        case .integer(let seconds)?: return .seconds(min(max(seconds, -1), 1 << 40))
        case .double(let seconds)? where !seconds.isNaN: return .seconds(min(max(seconds, -1), 0x1p40))
        default: throw arguments.refusal("\(name): a number of seconds expected")
        }
    }
}
