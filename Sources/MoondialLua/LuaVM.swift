// SPDX-License-Identifier: MIT

internal import CMoondialLua

/// One Lua state.
///
/// A VM is used on one thread (in moondial: on one event loop) and is not `Sendable`. It can hold many unfinished
/// threads of Lua code: each is a `LuaThread`, and while one waits for the host the others run.
package final class LuaVM {
    /// What a VM is made of.
    package struct Configuration {
        /// Functions of the standard library that scripts get. The default is `StandardLibrary.allowed`.
        package var standardLibrary = StandardLibrary.allowed
        /// Functions of the host.
        package var functions: [HostFunction] = []
        /// Limits of the values that Lua passes to the host. The default is depth 16, 10,000 values, 1 MiB.
        package var limits = LuaLimits()
        /// How many bytes of Lua memory make the VM full. The default is 256 MiB.
        package var liveBytes = 256 << 20
        /// How many bytes one text to load may have. The default is 128 KiB.
        package var sourceBytes = 128 << 10
        /// The clock of `os.time` and `os.date`: milliseconds since 1970 for the code of a thread, or outside of threads. Called
        /// while Lua runs; must not call the VM. The default is nil, for the system's clock.
        package var clock: ((LuaThread?) -> Int64)?
        /// Whether the VM counts lines for ``LuaVM/lineCounts()``, which makes all code slower. The default is false.
        package var countsLines = false
        /// How many allocations may succeed before all fail; nil, the default, for no limit. For tests.
        package var allocations: UInt64?

        package init() {}
    }

    let handle: OpaquePointer
    /// Stops running code, from any thread.
    package private(set) var interrupter: LuaInterrupter
    var sources = SourceTexts()
    private let functions: [HostFunction]
    /// `Configuration.liveBytes`
    let liveLimit: Int
    private let clock: ((LuaThread?) -> Int64)?
    private let bridge: Bridge

    /// - Throws: `LuaError` with code `memory`.
    package init(_ configuration: Configuration = Configuration()) throws(LuaError) {
        let bridge = Bridge()
        let handle = CStrings(configuration.standardLibrary).withPointers { names in
            moondial_vm_new(
                names,
                moondial_limits(configuration.limits), configuration.liveBytes, answerCall,
                Unmanaged.passUnretained(bridge).toOpaque(), configuration.allocations ?? .max)
        }
        guard let handle else { throw LuaError(code: .memory, message: "not enough memory for a Lua state") }
        self.handle = handle
        interrupter = LuaInterrupter(handle)
        self.bridge = bridge
        functions = configuration.functions
        clock = configuration.clock
        liveLimit = configuration.liveBytes
        moondial_vm_limit_source(handle, configuration.sourceBytes)
        if clock != nil { moondial_vm_set_clock(handle, readClock) }
        if configuration.countsLines, !moondial_vm_count_lines(handle) {
            throw LuaError(code: .memory, message: "not enough memory for a Lua state")
        }
        bridge.vm = self
        for (number, function) in functions.enumerated() {
            try check(moondial_vm_define(handle, function.path, UInt32(number), function.options.rawValue))
        }
    }

    deinit {
        interrupter.disconnect(handle)
        moondial_vm_free(handle)
    }

    /// Takes over the interrupter of another VM, so that those who hold it now stop the code of this VM.
    package func replace(_ other: LuaVM) {
        interrupter = other.interrupter
        interrupter.connect(handle)
    }

    /// The release of the Lua library that was loaded when the program started: "Lua 5.4.4".
    package static var luaRelease: String { String(cString: moondial_lua_release()) }

    /// Whether this release is one that VMs may be made with: 5.4.4 or a later 5.4.
    package static var isLuaSupported: Bool { moondial_lua_is_supported() }

    /// Bytes of Lua memory in use.
    package var liveBytes: Int { moondial_vm_live_bytes(handle) }

    /// Whether memory has exceeded its limit once: runs that have begun may end in this VM, but no new one should
    /// begin.
    package var isFull: Bool { moondial_vm_is_full(handle) }

    /// Whether a run that exceeded its limits could only be stopped in the middle of an operation of Lua. The state is
    /// then unusable: every later start, resume, load or set fails with the code `lost`.
    package var isLost: Bool { moondial_vm_is_lost(handle) }

    /// Collects all garbage. Takes time in proportion to the memory in use.
    package func collectGarbage() {
        preconditionNotAnswering()
        moondial_vm_collect(handle)
    }

    /// How allocations fail in tests.
    package enum AllocationFailure: Sendable {
        /// The machine has no more memory.
        case exhausted
        /// The running code is over twice a limit.
        case overLimit
        /// The state is over four times its limit.
        case farOverLimit
    }

    /// Whether the watchdog ignores this VM, as if the system gave the watchdog no processor time. For tests.
    package var isOverlooked = false {
        didSet { moondial_vm_overlook(handle, isOverlooked) }
    }

    /// Makes every allocation after the next `count` fail; nil ends that. For tests.
    package func limitAllocations(to count: UInt64?, failure: AllocationFailure = .exhausted) {
        let failure =
            switch failure {
            case .exhausted: MOONDIAL_FAIL_EXHAUSTED
            case .overLimit: MOONDIAL_FAIL_OVER_LIMIT
            case .farOverLimit: MOONDIAL_FAIL_FAR_OVER_LIMIT
            }
        moondial_vm_limit_allocations(handle, count ?? .max, failure)
    }

    /// How often an allocation has failed, after which Lua collects all garbage in the middle of an operation. For
    /// tests.
    package var failedAllocations: UInt64 { moondial_vm_failed_allocations(handle) }

    // MARK: - Loading

    /// Compiles Lua text. Bytecode is refused.
    ///
    /// A text with a `firstLine` above 1 continues its source after the texts loaded before. `frame` is put around the
    /// text, for example to make a chunk of an expression; it belongs to no source and is not shown.
    ///
    /// - Throws: `LuaError` with code `syntax`, `memory` or `lost`.
    package func load(
        _ text: [UInt8], name: LuaSourceName, firstLine: Int = 1, frame: (before: String, after: String) = ("", "")
    ) throws(LuaError) -> LuaFunction {
        sources.add(text, for: name, firstLine: firstLine)
        return try compile(text, name: name, firstLine: firstLine, frame: frame)
    }

    /// Checks that a text can be compiled, inside a frame. The text is not kept: later errors cannot show its lines.
    ///
    /// - Throws: As ``load(_:name:firstLine:frame:)``.
    package func check(_ text: [UInt8], frame: (before: String, after: String) = ("", "")) throws(LuaError) {
        _ = try compile(text, name: .label("block"), firstLine: 1, frame: frame)
    }

    /// Whether ``check(_:frame:)`` would not throw; faster, since no error is made.
    package func canCompile(_ text: [UInt8], frame: (before: String, after: String) = ("", "")) -> Bool {
        var reference: Int32 = 0
        guard compile(text, name: .label("block"), firstLine: 1, frame: frame, &reference) == MOONDIAL_OK else {
            return false
        }
        moondial_vm_release(handle, reference)
        return true
    }

    private func compile(
        _ text: [UInt8], name: LuaSourceName, firstLine: Int, frame: (before: String, after: String)
    ) throws(LuaError) -> LuaFunction {
        var reference: Int32 = 0
        let status = compile(text, name: name, firstLine: firstLine, frame: frame, &reference)
        guard status == MOONDIAL_OK else { throw LuaError(status: status, vm: self) }
        return LuaFunction(vm: self, reference: reference, site: LuaSite(source: name, line: 1))
    }

    private func compile(
        _ text: [UInt8], name: LuaSourceName, firstLine: Int, frame: (before: String, after: String),
        _ reference: inout Int32
    ) -> moondial_status {
        preconditionNotAnswering()
        let chunk = frame == ("", "") ? text : Array(frame.before.utf8) + text + frame.after.utf8
        return chunk.withUnsafeBytes {
            moondial_vm_load(
                handle, $0.baseAddress, $0.count, name.chunkName, UInt32(clamping: max(1, firstLine)), &reference)
        }
    }

    /// Runs Lua text that belongs to the host, with the host-only functions as its argument. Its frames are left out of
    /// errors and tracebacks. It may not wait.
    ///
    /// - Throws: `LuaError` of any code.
    package func runPrelude(_ text: String, label: String) throws(LuaError) {
        let prelude = try load(Array(text.utf8), name: .label("[moondial \(label)]"))
        try check(moondial_vm_run_prelude(handle, prelude.reference))
    }

    /// Sets a global or a field of one: "moondial.config".
    ///
    /// - Throws: `LuaError` with code `memory`, or `runtime` when the table is read-only or a key is nil or NaN.
    package func set(_ path: String, to value: LuaValue) throws(LuaError) {
        try set(path) { $0.write(value) }
    }

    /// Sets a global or a field of one to the value that `body` writes: exactly one.
    ///
    /// - Throws: `LuaError` with code `memory`, or `runtime` when the table is read-only or a key is nil or NaN.
    package func set(_ path: String, writing body: (LuaWriter) -> Void) throws(LuaError) {
        preconditionNotAnswering()
        let writer = LuaWriter(vm: self)
        writer.reset()
        body(writer)
        try check(moondial_vm_set(handle, path))
    }

    /// Makes `require` load every module again.
    ///
    /// - Throws: `LuaError` with code `memory`.
    package func forgetModules() throws(LuaError) {
        preconditionNotAnswering()
        try check(moondial_vm_forget_modules(handle))
    }

    /// Makes a global table read-only, with the tables in it. "_G" means the globals themselves, without the tables in
    /// them.
    ///
    /// - Throws: `LuaError` with code `memory`, or `runtime` when there is no such table.
    package func freeze(_ path: String) throws(LuaError) {
        preconditionNotAnswering()
        try check(moondial_vm_freeze(handle, path))
    }

    /// The text of a line of what was loaded, printable; nil when it is not known.
    package func sourceLine(at site: LuaSite) -> String? { sources.line(at: site) }

    /// Lines of what was loaded, printable; nil when they are not known.
    package func sourceLines(of source: LuaSourceName, in range: ClosedRange<Int>) -> [String]? {
        let lines = range.prefix(1000).map { sources.line(at: LuaSite(source: source, line: $0)) }
        return lines.contains(nil) ? nil : lines.compactMap(\.self)
    }

    func check(_ status: moondial_status) throws(LuaError) {
        guard status != MOONDIAL_OK else { return }
        throw LuaError(status: status, vm: self)
    }

    /// A host function must not use the VM that called it: the values of that call are on the VM's tapes.
    func preconditionNotAnswering() {
        precondition(!moondial_vm_is_answering(handle), "a host function called the Lua state that called it")
    }

    // MARK: - Calls from Lua

    /// Leads from C to the VM without keeping the VM alive.
    fileprivate final class Bridge {
        unowned(unsafe) var vm: LuaVM?
    }

    private func owner(of thread: OpaquePointer?) -> LuaThread? {
        thread.flatMap { moondial_thread_owner($0) }.map { Unmanaged<LuaThread>.fromOpaque($0).takeUnretainedValue() }
    }

    fileprivate func time(of thread: OpaquePointer?) -> Int64 { clock?(owner(of: thread)) ?? 0 }

    fileprivate func answer(_ number: UInt32, thread: OpaquePointer?) -> moondial_answer {
        let results = LuaWriter(vm: self)
        var call = HostCall(arguments: LuaReader(vm: self), results: results, thread: owner(of: thread), vm: self)
        switch functions[Int(number)].body(&call) {
        case .returned: return MOONDIAL_ANSWER_RETURN
        case .waiting:
            let function = functions[Int(number)]
            precondition(
                !function.options.isDisjoint(with: [.mayWait, .waitsIfPossible]),
                "\(function.path) waits without the option to")
            return MOONDIAL_ANSWER_WAIT
        case .raised(let message, let kind):
            results.reset()
            results.write(message)
            if kind != .other { results.write(kind.rawValue) }
            return MOONDIAL_ANSWER_RAISE
        }
    }
}

/// Limits of the values that Lua passes to the host.
package struct LuaLimits: Sendable {
    /// How deep tables may be nested.
    package var depth = 16
    /// How many keys and values there may be.
    package var values = 10_000
    /// The bytes of all values of a call together. A string takes five more than its length, any other value one to
    /// nine.
    package var bytes = 1 << 20

    package init() {}
}

extension moondial_limits {
    init(_ limits: LuaLimits) {
        self.init(
            depth: UInt32(clamping: limits.depth), nodes: UInt32(clamping: limits.values),
            bytes: UInt32(clamping: limits.bytes))
    }
}

private func answerCall(
    _ context: UnsafeMutableRawPointer, _ function: UInt32, _ thread: OpaquePointer?
) -> moondial_answer {
    // The code that entered Lua holds a reference to the VM until Lua returns.
    Unmanaged<LuaVM.Bridge>.fromOpaque(context)._withUnsafeGuaranteedRef { bridge in
        guard let vm = bridge.vm else { preconditionFailure("a Lua state called its host before it was set up") }
        return vm.answer(function, thread: thread)
    }
}

private func readClock(_ context: UnsafeMutableRawPointer, _ thread: OpaquePointer?) -> Int64 {
    Unmanaged<LuaVM.Bridge>.fromOpaque(context).takeUnretainedValue().vm?.time(of: thread) ?? 0
}

/// C strings that are valid during a call.
private struct CStrings {
    private let strings: [String]

    init(_ strings: [String]) { self.strings = strings }

    /// A NULL-terminated array of pointers.
    func withPointers<Result>(_ body: (UnsafePointer<UnsafePointer<CChar>?>) -> Result) -> Result {
        let bytes = strings.map { $0.utf8CString }
        var offsets: [Int] = []
        var all: [CChar] = []
        for string in bytes {
            offsets.append(all.count)
            all += string
        }
        return all.withUnsafeBufferPointer { all in
            var pointers = offsets.map { all.baseAddress?.advanced(by: $0) }
            pointers.append(nil)
            return pointers.withUnsafeBufferPointer { pointers in
                guard let base = pointers.baseAddress else { preconditionFailure("the array has at least the NULL") }
                return body(base)
            }
        }
    }
}
