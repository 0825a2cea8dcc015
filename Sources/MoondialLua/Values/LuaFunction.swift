// SPDX-License-Identifier: MIT

internal import CMoondialLua

/// A Lua function held by the host. Lua may collect it once this object is gone.
package final class LuaFunction: Equatable {
    /// Where the function begins.
    package let site: LuaSite
    let reference: Int32
    private let vm: LuaVM

    init(vm: LuaVM, reference: Int32, site: LuaSite) {
        self.vm = vm
        self.reference = reference
        self.site = site
    }

    deinit { moondial_vm_release(vm.handle, reference) }

    package static func == (left: LuaFunction, right: LuaFunction) -> Bool { left === right }
}

/// A file, or a label for text that has none.
package enum LuaSourceName: Hashable, Sendable {
    case file(String)
    /// "stdin", "-e".
    case label(String)

    init(chunkName: String) {
        switch chunkName.first {
        case "@": self = .file(String(chunkName.dropFirst()))
        case "=": self = .label(String(chunkName.dropFirst()))
        default: self = .label(chunkName)
        }
    }

    /// What Lua calls the chunk.
    var chunkName: String {
        switch self {
        case .file(let path): "@" + path
        case .label(let label): "=" + label
        }
    }
}

extension LuaSourceName: CustomStringConvertible {
    package var description: String {
        switch self {
        case .file(let name), .label(let name): name
        }
    }
}

/// A line of a source.
package struct LuaSite: Hashable, Sendable, CustomStringConvertible {
    package var source: LuaSourceName
    /// From 1.
    package var line: Int

    package init(source: LuaSourceName, line: Int) {
        self.source = source
        self.line = line
    }

    /// "file:line".
    package var description: String { "\(source):\(line)" }
}
