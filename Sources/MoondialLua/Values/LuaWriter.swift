// SPDX-License-Identifier: MIT

internal import CMoondialLua
import TextFormats

/// Writes values that go into Lua, in order: arguments of a call, results of a host function, a reply.
package struct LuaWriter {
    private let tape: UnsafeMutablePointer<moondial_buffer>

    init(vm: LuaVM) {
        tape = UnsafeMutablePointer(moondial_vm_inbox(vm.handle))
    }

    func reset() { tape.pointee.count = 0 }

    package func writeNil() { tag(MOONDIAL_TAPE_NIL) }

    /// JSON's null.
    package func writeNull() { tag(MOONDIAL_TAPE_NULL) }

    package func write(_ value: Bool) { tag(value ? MOONDIAL_TAPE_TRUE : MOONDIAL_TAPE_FALSE) }

    package func write(_ value: Int64) { fixed(MOONDIAL_TAPE_INTEGER, value) }

    package func write(_ value: Double) { fixed(MOONDIAL_TAPE_DOUBLE, value) }

    package func write(_ value: String) {
        value.withBytes { string($0) }
    }

    /// A literal of the program, which Lua recognises by its address.
    package func write(_ value: StaticString) {
        literal(value)
    }

    package func write(bytes: some Collection<UInt8>) {
        if bytes.withContiguousStorageIfAvailable({ string($0) }) == nil {
            Array(bytes).withUnsafeBufferPointer { string($0) }
        }
    }

    /// A table with string keys; `body` writes each field with `field`. `count` is a hint of how many there are.
    package func writeTable(expecting count: Int = 0, _ body: (LuaWriter) -> Void) {
        tag(MOONDIAL_TAPE_TABLE)
        append(UInt32(0))
        append(UInt32(count))
        body(self)
        tag(MOONDIAL_TAPE_END)
    }

    /// A read-only table with the metatable that the prelude registered under the number `class`.
    package func writeRecord(class: UInt32, expecting count: Int, _ body: (LuaWriter) -> Void) {
        writeRecord(class: `class`) { $0.writeTable(expecting: count, body) }
    }

    /// The same for a table or array; `body` writes exactly one.
    package func writeRecord(class: UInt32, _ body: (LuaWriter) -> Void) {
        tag(MOONDIAL_TAPE_RECORD)
        append(`class`)
        body(self)
    }

    /// A sequence of exactly `count` values, which `body` writes.
    package func writeArray(count: Int, isMarked: Bool = false, _ body: (LuaWriter) -> Void) {
        tag(isMarked ? MOONDIAL_TAPE_ARRAY : MOONDIAL_TAPE_TABLE)
        append(UInt32(count))
        append(UInt32(0))
        body(self)
        tag(MOONDIAL_TAPE_END)
    }

    /// A field of a table; not written when the value is nil.
    package func field(_ name: StaticString, _ value: String?) {
        guard let value else { return }
        literal(name)
        value.withBytes { string($0) }
    }

    package func field(_ name: StaticString, _ value: Int64?) {
        guard let value else { return }
        write(name)
        write(value)
    }

    package func field(_ name: StaticString, _ value: Double?) {
        guard let value else { return }
        write(name)
        write(value)
    }

    /// A field; `body` writes its value, exactly one.
    package func field(_ name: StaticString, _ body: (LuaWriter) -> Void) {
        write(name)
        body(self)
    }

    package func write(_ value: LuaValue) {
        switch value {
        case .nil, .opaque: writeNil()
        case .boolean(let value): write(value)
        case .integer(let value): write(value)
        case .number(let value): write(value)
        case .string(let value): write(bytes: value.bytes)
        case .null: writeNull()
        case .function(let function): fixed(MOONDIAL_TAPE_FUNCTION, function.reference)
        case .object(_, let payload): write(payload)
        case .table(let table): write(table)
        }
    }

    private func write(_ table: LuaTable) {
        tag(table.isArray ? MOONDIAL_TAPE_ARRAY : MOONDIAL_TAPE_TABLE)
        append(UInt32(table.array.count))
        append(UInt32(table.pairs.count))
        for value in table.array { write(value) }
        for pair in table.pairs where pair.key != .nil {
            write(pair.key)
            write(pair.value)
        }
        tag(MOONDIAL_TAPE_END)
    }

    /// The argument that the thread keeps.
    func writeKept() { tag(MOONDIAL_TAPE_KEPT) }

    /// An argument that the thread keeps; `body` writes it, exactly one value.
    func writeToKeep(_ body: (LuaWriter) -> Void) {
        tag(MOONDIAL_TAPE_KEEP)
        body(self)
    }

    // MARK: - Bytes

    @inline(__always)
    private func literal(_ text: StaticString) {
        precondition(text.hasPointerRepresentation, "a literal of one character is written as a String")
        fixed(MOONDIAL_TAPE_LITERAL, text.utf8Start)
    }

    @inline(__always)
    private func room(_ count: Int) -> UnsafeMutableRawPointer {
        guard moondial_buffer_reserve(tape, count), let bytes = tape.pointee.bytes else {
            preconditionFailure("out of memory")
        }
        let position = UnsafeMutableRawPointer(bytes + tape.pointee.count)
        tape.pointee.count += count
        return position
    }

    @inline(__always)
    private func tag(_ tag: moondial_tape) {
        room(1).storeBytes(of: tag.rawValue, as: UInt8.self)
    }

    private func append(_ value: UInt32) {
        room(4).storeBytes(of: value, as: UInt32.self)
    }

    @inline(__always)
    private func fixed<Value: BitwiseCopyable>(_ tag: moondial_tape, _ value: Value) {
        let position = room(1 + MemoryLayout<Value>.size)
        position.storeBytes(of: tag.rawValue, as: UInt8.self)
        position.storeBytes(of: value, toByteOffset: 1, as: Value.self)
    }

    @inline(__always)
    private func string(_ bytes: UnsafeBufferPointer<UInt8>) {
        let position = room(5 + bytes.count)
        position.storeBytes(of: MOONDIAL_TAPE_STRING.rawValue, as: UInt8.self)
        position.storeBytes(of: UInt32(bytes.count), toByteOffset: 1, as: UInt32.self)
        if let start = bytes.baseAddress { (position + 5).copyMemory(from: start, byteCount: bytes.count) }
    }
}
