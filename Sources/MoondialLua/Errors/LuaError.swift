// SPDX-License-Identifier: MIT

internal import CMoondialLua

/// Why Lua code did not load or run to its end.
package struct LuaError: Error, Sendable, Equatable {
    package enum Code: String, Sendable {
        /// The text is not Lua.
        case syntax
        /// Raised by the code, or by a function it called.
        case runtime
        /// Memory ran out, or the code was stopped for allocating more than it may.
        case memory
        /// A value to pass between Lua and the host is too deep, too large or has too many entries.
        case limit
        /// The code was stopped for using more processor time than it may.
        case cpuTime = "cpu_time"
        /// The code was stopped because its deadline was over.
        case deadline
        /// The code was stopped for making more coroutines than it may.
        case coroutines
        /// The code was stopped for making a table with more keys than it may.
        case tableSize = "table_size"
        /// The Lua state is unusable because of other code that ran in it.
        case lost
        /// The code was stopped from outside.
        case interrupted
    }

    /// The kind of error, as a number that the raising code gives, for programs. The message is for people.
    package struct Kind: RawRepresentable, Sendable, Hashable {
        package let rawValue: Int64

        package init(rawValue: Int64) { self.rawValue = rawValue }

        /// A kind that the host defines: numbers from 0 on.
        package init(ofHost number: Int64) { rawValue = Int64(MOONDIAL_ERROR_OF_HOST) + number }

        /// No particular kind.
        package static let other = Kind(rawValue: Int64(MOONDIAL_ERROR_OTHER))
        /// A function that waits was called where Lua cannot wait.
        package static let cannotWait = Kind(rawValue: Int64(MOONDIAL_ERROR_CANNOT_WAIT))
        /// A text to load has more bytes than it may.
        package static let sourceTooLarge = Kind(rawValue: Int64(MOONDIAL_ERROR_SOURCE_TOO_LARGE))
        /// A text to load ends too early: more of it could make it valid.
        package static let sourceIncomplete = Kind(rawValue: Int64(MOONDIAL_ERROR_SOURCE_INCOMPLETE))
        /// The code was stopped because the Lua state would hold more memory than it may.
        package static let stateFull = Kind(rawValue: Int64(MOONDIAL_ERROR_STATE_FULL))
    }

    package var code: Code
    package var kind = Kind.other
    /// What happened, without position: printable, at most 8 KiB. For an error value that is not a string, the text of
    /// its field `message`, or a description of the value.
    package var message: String
    /// The line where the error occurred, when known.
    package var site: LuaSite?
    /// The text of that line, printable.
    package var sourceLine: String?
    /// The text that could not be loaded, if the error is the one that Lua's `load` returned.
    var loaded: [UInt8]?
    /// The part of that line that is wrong, if this is a syntax error that was explained.
    package var mark: LuaErrorMark?
    /// What to write instead, when that is known.
    package var fix: String?
    /// The calls that led to the error, innermost first, without those of the host.
    package var traceback: [LuaFrame] = []

    package init(
        code: Code, kind: Kind = .other, message: String, site: LuaSite? = nil, sourceLine: String? = nil,
        traceback: [LuaFrame] = []
    ) {
        self.code = code
        self.kind = kind
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
