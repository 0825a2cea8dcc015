// SPDX-License-Identifier: MIT

import JSON
import MoondialLua

/// A call of a host function that cannot be answered: the message is raised at the place of the call.
struct CallRefusal: Error {
    let message: String
    /// Whether a mask stands in the place of a phone or token.
    var isAboutMaskedText = false

    init(_ message: String) { self.message = message }
}

/// Takes the arguments of a call one after the other. Errors are worded as in Lua's standard library.
struct CallArguments {
    /// As scripts call it.
    let function: String
    private var reader: LuaReader
    /// The number of the argument taken last.
    private(set) var number = 0

    init(_ call: HostCall, of function: String) {
        self.function = function
        reader = call.arguments
    }

    /// The next argument; nil when it is missing.
    mutating func value() -> LuaValue {
        number += 1
        return reader.nextOrNil()
    }

    /// The next argument, which must be given: nil is allowed, a missing argument is not.
    mutating func givenValue() throws(CallRefusal) -> LuaValue {
        guard !reader.isAtEnd else {
            number += 1
            throw refusal("value expected")
        }
        return value()
    }

    mutating func bytes() throws(CallRefusal) -> LuaString {
        let value = value()
        guard case .string(let string) = value else { throw expected("string", value) }
        return string
    }

    mutating func optionalBytes() throws(CallRefusal) -> LuaString? {
        let value = value()
        if value == .nil { return nil }
        guard case .string(let string) = value else { throw expected("string", value) }
        return string
    }

    /// The next argument as text.
    mutating func text() throws(CallRefusal) -> String {
        let bytes = try bytes()
        return try text(bytes)
    }

    mutating func optionalText() throws(CallRefusal) -> String? {
        if let bytes = reader.nextBytes() {
            number += 1
            guard let text = String(validating: bytes, as: UTF8.self) else { throw refusal("the string is not UTF-8") }
            return text
        }
        guard let bytes = try optionalBytes() else { return nil }
        return try text(bytes)
    }

    /// The next argument as a table with named fields; nil when it is missing.
    mutating func optionalObject() throws(CallRefusal) -> JSONObject? {
        let value = value()
        if value == .nil { return nil }
        guard case .table(let table) = value else { throw expected("table", value) }
        do throws(LuaConversionProblem) {
            return try JSONObject(table)
        } catch {
            throw refusal(error.message)
        }
    }

    /// Calls `body` with each string of the next argument, a string or a list of strings, without copying them; false, with
    /// nothing taken, for any other argument.
    mutating func forEachString(_ body: (UnsafeBufferPointer<UInt8>) -> Void) -> Bool {
        if let bytes = reader.nextBytes() { body(bytes) } else if !reader.forEachString(body) { return false }
        number += 1
        return true
    }

    /// Calls `body` with each number of the next argument, a table with nothing else, and the index of its name; false, with
    /// nothing taken, for any other argument.
    mutating func forEachNumber(named names: [StaticString], _ body: (Int, LuaNumber) -> Void) -> Bool {
        guard reader.forEachNumber(named: names, body) else { return false }
        number += 1
        return true
    }

    /// What is wrong with the argument taken last, or the one with this number.
    func refusal(_ problem: String, number: Int? = nil) -> CallRefusal {
        CallRefusal("bad argument #\(number ?? self.number) to '\(function)' (\(problem))")
    }

    func expected(_ type: String, _ value: LuaValue) -> CallRefusal {
        refusal("\(type) expected, got \(value.typeName)")
    }

    private func text(_ bytes: LuaString) throws(CallRefusal) -> String {
        guard let text = bytes.text else { throw refusal("the string is not UTF-8") }
        return text
    }
}

extension HostFunction {
    /// A function that returns at once, or raises an error. Scripts call it by `name`; nil means by its path.
    init(
        _ path: String, as name: String? = nil,
        answering body: @escaping (HostCall, inout CallArguments) throws(CallRefusal) -> Void
    ) {
        let name = name ?? path
        self.init(path) { call in
            var arguments = CallArguments(call, of: name)
            do throws(CallRefusal) {
                try body(call, &arguments)
                return .returned
            } catch {
                return .raised(error.message)
            }
        }
    }
}
