// SPDX-License-Identifier: MIT

/// Why Lua code did not load or run to its end.
package struct LuaError: Error, Sendable, Equatable {
    package enum Code: String, Sendable {
        /// The text is not Lua.
        case syntax
        /// Raised by the code, or by a function it called.
        case runtime
        /// Memory ran out, or the code was stopped for allocating more than it may.
        case memory
        /// A value that should have crossed is too deep, too large or has too many entries.
        case limit
        /// The code was stopped for using more processor time than it may.
        case cpuTime = "cpu_time"
        /// The code was stopped because its time was over.
        case deadline
        /// The code was stopped for making more coroutines than it may.
        case coroutines
        /// The code was stopped for making a table with more keys than it may.
        case tableSize = "table_size"
        /// The Lua state is unusable because of something else that ran there.
        case lost
        /// The code was stopped from outside.
        case interrupted
    }

    package var code: Code
    /// What happened, without position: printable, at most 8 KiB. A value that is not a string is named by its type.
    package var message: String
    /// Where, when known.
    package var site: LuaSite?
    /// The text of that line, printable.
    package var sourceLine: String?
    /// The calls that led there, innermost first, without those of the host.
    package var traceback: [LuaFrame] = []

    package init(
        code: Code, message: String, site: LuaSite? = nil, sourceLine: String? = nil, traceback: [LuaFrame] = []
    ) {
        self.code = code
        self.message = message
        self.site = site
        self.sourceLine = sourceLine
        self.traceback = traceback
    }
}

extension LuaError: CustomStringConvertible {
    /// "file:line: message".
    package var description: String {
        site.map { "\($0): \(message)" } ?? message
    }
}

/// One call in a traceback.
package struct LuaFrame: Sendable, Equatable, CustomStringConvertible {
    /// Where the call stands; nil in a function of the standard library.
    package var site: LuaSite?
    /// "function 'helper'", "main chunk", "function <rules.lua:3>".
    package var function: String

    package init(site: LuaSite?, function: String) {
        self.site = site
        self.function = function
    }

    package var description: String {
        "\(site?.description ?? "[standard library]"): in \(function)"
    }
}
