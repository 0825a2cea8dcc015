// SPDX-License-Identifier: MIT

internal import CMoondialLua
import Platform

/// A function that scripts call and the host answers.
package struct HostFunction {
    package struct Options: OptionSet, Sendable {
        package let rawValue: UInt32

        package init(rawValue: UInt32) { self.rawValue = rawValue }

        /// The function may answer `waiting`. Where Lua cannot yield, the call is refused and the function is not
        /// called.
        package static let mayWait = Options(rawValue: UInt32(MOONDIAL_MAY_WAIT))
        /// May answer `waiting` where ``HostCall/canWait`` is true. Other than with ``mayWait``, every call arrives.
        package static let waitsIfPossible = Options(rawValue: UInt32(MOONDIAL_WAITS_IF_POSSIBLE))
        /// Arguments that are functions, also inside tables, arrive as `LuaFunction`.
        package static let takesFunctions = Options(rawValue: UInt32(MOONDIAL_TAKES_FUNCTIONS))
        /// The arguments arrive as one string, as `print` would write it.
        package static let stringifies = Options(rawValue: UInt32(MOONDIAL_STRINGIFIES))
        /// The function is `require`. It gets a module's name and returns its key; when no module of that key has loaded, it
        /// gets name and key, and returns source and chunk name.
        package static let loadsModule = Options(rawValue: UInt32(MOONDIAL_LOADS_MODULE))
        /// The arguments are to be read with `LuaReader.nextView`.
        package static let views = Options(rawValue: UInt32(MOONDIAL_VIEWS))
        /// Arguments that have a `__tostring` arrive as the text that it gives.
        package static let texts = Options(rawValue: UInt32(MOONDIAL_TEXTS))
        /// The views are not cut, up to four million values and tables 200 deep.
        package static let wholeViews: Options = [.views, Options(rawValue: UInt32(MOONDIAL_WHOLE_VIEWS))]
    }

    /// A global ("verify"), a field ("moondial.json.encode"), or "host.name" for the prelude alone.
    package let path: String
    package let options: Options
    /// Answers a call, on the VM's thread. Must not call the VM. If it takes longer for larger arguments, it has to
    /// check `HostCall.work` regularly.
    package let body: (inout HostCall) -> HostAnswer

    package init(_ path: String, _ options: Options = [], _ body: @escaping (inout HostCall) -> HostAnswer) {
        self.path = path
        self.options = options
        self.body = body
    }
}

/// How a host function ends.
package enum HostAnswer {
    /// The function returns the values that were written to `results`.
    case returned
    /// The call raises this message, after the position of the calling script code. The kind is found in the
    /// `LuaError`.
    case raised(String, LuaError.Kind = .other)
    /// The calling coroutine waits until `LuaThread.resume` is called with the call's ticket, after this call returned.
    case waiting
}

/// A call of a host function. Valid until the function answers.
package struct HostCall {
    /// The arguments, in order.
    package var arguments: LuaReader
    /// Takes the results, in order.
    package let results: LuaWriter
    /// The thread whose code calls; it outlives the call. Nil while the prelude runs.
    package unowned(unsafe) let thread: LuaThread?
    /// Outlives the call.
    private unowned(unsafe) let vm: LuaVM

    init(arguments: LuaReader, results: LuaWriter, thread: LuaThread?, vm: LuaVM) {
        self.arguments = arguments
        self.results = results
        self.thread = thread
        self.vm = vm
    }

    /// Says whether the run has to stop, and counts what the function uses.
    package var work: HostWork { HostWork(vm.handle) }

    /// Whether a function with the option ``HostFunction/Options/waitsIfPossible`` may answer `waiting`.
    package var canWait: Bool { moondial_vm_can_wait(vm.handle) }

    /// How many bytes of a source's name are used. A script may give a chunk a name of any length.
    private static let longestName = 4096

    /// The line of the script that makes the call.
    package var site: LuaSite? {
        var source: UnsafePointer<CChar>?
        var line: Int32 = 0
        guard moondial_vm_caller(vm.handle, &source, &line), let source else { return nil }
        let bytes = UnsafeRawPointer(source).assumingMemoryBound(to: UInt8.self)
        let name = UnsafeBufferPointer(start: bytes, count: strnlen(source, Self.longestName))
        return LuaSite(source: LuaSourceName(chunkName: String(decoding: name, as: UTF8.self)), line: Int(line))
    }

    /// Answers `require`: the text of the module, under the name that its errors have.
    package func writeModule(_ text: [UInt8], name: LuaSourceName) {
        vm.sources.add(text, for: name)
        results.write(bytes: text)
        results.write(name.chunkName)
    }
}
