// SPDX-License-Identifier: MIT

internal import CMoondialLua
import Platform
import TextFormats

/// Reads the values that came out of Lua, in order.
///
/// A reader refers to memory of the VM: it is valid until the next call into that VM. Copy values that must live
/// longer. A function can be read once; read again, it is opaque.
package struct LuaReader {
    private var cursor: UnsafePointer<UInt8>?
    private let end: UnsafePointer<UInt8>?
    /// Outlives the reader. Retaining it would take longer than reading a short value.
    private unowned(unsafe) let vm: LuaVM

    init(vm: LuaVM) {
        let tape = moondial_vm_outbox(vm.handle).pointee
        cursor = UnsafePointer(tape.bytes)
        end = cursor.map { $0 + tape.count }
        self.vm = vm
    }

    /// Whether there is no further value.
    package var isAtEnd: Bool { cursor == end }

    /// The next value, or nil at the end.
    package mutating func next() -> LuaValue? {
        isAtEnd ? nil : value()
    }

    /// The next value; Lua's nil at the end, since missing arguments and results are nil in Lua.
    package mutating func nextOrNil() -> LuaValue {
        next() ?? .nil
    }

    /// Calls `body` with the key and a reader of the value for each string key of the next value, a table, without
    /// copying it. False, with nothing read, if the next value is not a table.
    package mutating func forEachField(
        _ body: (_ key: UnsafeBufferPointer<UInt8>, _ value: inout LuaReader) -> Void
    ) -> Bool {
        guard let tag = peek, tag == MOONDIAL_TAPE_TABLE || tag == MOONDIAL_TAPE_ARRAY else { return false }
        advance(1)
        let count: UInt32 = take()
        advance(4)
        for _ in 0..<count { skip() }
        while peek != MOONDIAL_TAPE_END {
            if peek == MOONDIAL_TAPE_STRING {
                advance(1)
                body(bytes(), &self)
            } else {
                skip()
                skip()
            }
        }
        advance(1)
        return true
    }

    /// Calls `body` with each string of the next value, a list, without copying it. False, with nothing read, if the
    /// next value is not a list, or a list with other values or with fields.
    package mutating func forEachString(_ body: (UnsafeBufferPointer<UInt8>) -> Void) -> Bool {
        guard let tag = peek, tag == MOONDIAL_TAPE_TABLE || tag == MOONDIAL_TAPE_ARRAY else { return false }
        var list = self
        list.advance(1)
        let count: UInt32 = list.take()
        list.advance(4)
        var strings = list
        for _ in 0..<count where list.nextBytes() == nil { return false }
        guard list.peek == MOONDIAL_TAPE_END else { return false }
        for _ in 0..<count { strings.nextBytes().map(body) }
        list.advance(1)
        self = list
        return true
    }

    /// Calls `body` with each number of the next value, a table, and the index of its name. False, with nothing read,
    /// if the next value is not a table, or a table with other keys or values, or with numbers that are not finite.
    package mutating func forEachNumber(named names: [StaticString], _ body: (Int, LuaNumber) -> Void) -> Bool {
        guard let tag = peek, tag == MOONDIAL_TAPE_TABLE || tag == MOONDIAL_TAPE_ARRAY else { return false }
        var table = self
        table.advance(1)
        guard table.take() as UInt32 == 0 else { return false }
        table.advance(4)
        while table.peek != MOONDIAL_TAPE_END {
            guard let key = table.nextBytes(), let index = names.firstIndex(where: { $0.hasBytes(key) }) else {
                return false
            }
            switch table.takeTag() {
            case MOONDIAL_TAPE_INTEGER: body(index, .integer(table.take()))
            case MOONDIAL_TAPE_DOUBLE:
                let number: Double = table.take()
                guard number.isFinite else { return false }
                body(index, .double(number))
            default: return false
            }
        }
        table.advance(1)
        self = table
        return true
    }

    /// The bytes of the next value, a string, in place. Nil, with nothing read, if the next value is not a string.
    package mutating func nextBytes() -> UnsafeBufferPointer<UInt8>? {
        guard peek == MOONDIAL_TAPE_STRING else { return nil }
        advance(1)
        return bytes()
    }

    /// Steps into the next value, an object of that class, so that its payload is the next value. False, with nothing
    /// read, if the next value is another one.
    package mutating func enterObject(class number: UInt32) -> Bool {
        guard peek == MOONDIAL_TAPE_OBJECT else { return false }
        var inside = self
        inside.advance(1)
        let found: UInt32 = inside.take()
        guard found == number else { return false }
        self = inside
        return true
    }

    /// Whether the next value is nil, or there is none.
    package var isNil: Bool { isAtEnd || peek == MOONDIAL_TAPE_NIL }

    /// Skips the next value.
    package mutating func skip() {
        let tag = takeTag()
        switch tag {
        case MOONDIAL_TAPE_INTEGER, MOONDIAL_TAPE_DOUBLE: advance(8)
        case MOONDIAL_TAPE_STRING, MOONDIAL_TAPE_OPAQUE: _ = bytes()
        case MOONDIAL_TAPE_OBJECT:
            advance(4)
            skip()
        case MOONDIAL_TAPE_TABLE, MOONDIAL_TAPE_ARRAY:
            let count: UInt32 = take()
            advance(4)
            for _ in 0..<count { skip() }
            while peek != MOONDIAL_TAPE_END { skip() }
            advance(1)
        case MOONDIAL_TAPE_FUNCTION:
            advance(8)
            skip()
            advance(4)
        default: break
        }
    }

    // MARK: - Whole values

    private mutating func value() -> LuaValue {
        let tag = takeTag()
        switch tag {
        case MOONDIAL_TAPE_FALSE: return .boolean(false)
        case MOONDIAL_TAPE_TRUE: return .boolean(true)
        case MOONDIAL_TAPE_INTEGER: return .integer(take())
        case MOONDIAL_TAPE_DOUBLE: return .number(take())
        case MOONDIAL_TAPE_STRING: return .string(LuaString(bytes()))
        case MOONDIAL_TAPE_TABLE: return .table(table(isArray: false))
        case MOONDIAL_TAPE_ARRAY: return .table(table(isArray: true))
        case MOONDIAL_TAPE_NULL: return .null
        case MOONDIAL_TAPE_FUNCTION: return function().map { .function($0) } ?? .opaque("function")
        case MOONDIAL_TAPE_OBJECT: return .object(class: take(), payload: value())
        case MOONDIAL_TAPE_OPAQUE: return .opaque(String(escaping: bytes()))
        default: return .nil
        }
    }

    private mutating func table(isArray: Bool) -> LuaTable {
        let count: UInt32 = take()
        advance(4)
        var table = LuaTable(isArray: isArray)
        table.array.reserveCapacity(Int(count))
        for _ in 0..<count { table.array.append(value()) }
        while peek != MOONDIAL_TAPE_END {
            let key = value()
            table.pairs.append(LuaTable.Pair(key: key, value: value()))
        }
        advance(1)
        return table
    }

    /// Takes the function out of the tape, so that no other reader gets it.
    private mutating func function() -> LuaFunction? {
        let place = cursor.map { UnsafeMutableRawPointer(mutating: $0) }
        let reference: Int32 = take()
        advance(4)
        let source = LuaSourceName(chunkName: nextBytes().map { String(escaping: $0) } ?? "")
        let line: Int32 = take()
        guard reference != MOONDIAL_NO_FUNCTION else { return nil }
        place?.storeBytes(of: Int32(MOONDIAL_NO_FUNCTION), as: Int32.self)
        return LuaFunction(vm: vm, reference: reference, site: LuaSite(source: source, line: Int(line)))
    }

    // MARK: - Bytes

    var peek: moondial_tape? {
        guard let cursor, cursor != end else { return nil }
        return moondial_tape(rawValue: cursor.pointee)
    }

    mutating func takeTag() -> moondial_tape {
        let tag = peek ?? MOONDIAL_TAPE_NIL
        advance(1)
        return tag
    }

    mutating func advance(_ count: Int) {
        cursor = cursor.map { $0 + count }
    }

    mutating func take<Value: BitwiseCopyable>() -> Value {
        guard let cursor else { preconditionFailure("a tape ends inside a value") }
        self.cursor = cursor + MemoryLayout<Value>.size
        return UnsafeRawPointer(cursor).loadUnaligned(as: Value.self)
    }

    mutating func bytes() -> UnsafeBufferPointer<UInt8> {
        let count: UInt32 = take()
        let bytes = UnsafeBufferPointer(start: cursor, count: Int(count))
        advance(Int(count))
        return bytes
    }
}

/// A Lua number.
package enum LuaNumber: Sendable, Hashable {
    case integer(Int64)
    case double(Double)
}

extension StaticString {
    fileprivate func hasBytes(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard bytes.count == utf8CodeUnitCount, let start = bytes.baseAddress else { return false }
        return memcmp(utf8Start, start, bytes.count) == 0
    }
}
