// SPDX-License-Identifier: MIT

/// The parts of Lua's standard library that scripts get, and the reasons why they do not get the rest.
package enum StandardLibrary {
    /// The functions and values that scripts get. The host defines `print` and `require`.
    package static let allowed: [String] = [
        "_VERSION", "assert", "collectgarbage", "error", "getmetatable", "ipairs", "load", "next", "pairs", "pcall",
        "rawequal", "rawget", "rawlen", "rawset", "select", "setmetatable", "tonumber", "tostring", "type", "xpcall",
        "coroutine.close", "coroutine.create", "coroutine.isyieldable", "coroutine.resume", "coroutine.running",
        "coroutine.status", "coroutine.wrap", "coroutine.yield",
        "math.abs", "math.acos", "math.asin", "math.atan", "math.ceil", "math.cos", "math.deg", "math.exp",
        "math.floor", "math.fmod", "math.huge", "math.log", "math.max", "math.maxinteger", "math.min",
        "math.mininteger", "math.modf", "math.pi", "math.rad", "math.random", "math.randomseed", "math.sin",
        "math.sqrt", "math.tan", "math.tointeger", "math.type", "math.ult",
        "os.clock", "os.date", "os.difftime", "os.time",
        "string.byte", "string.char", "string.find", "string.format", "string.gmatch", "string.gsub", "string.len",
        "string.lower", "string.match", "string.pack", "string.packsize", "string.rep", "string.reverse",
        "string.sub", "string.unpack", "string.upper",
        "table.concat", "table.insert", "table.move", "table.pack", "table.remove", "table.sort", "table.unpack",
        "utf8.char", "utf8.charpattern", "utf8.codepoint", "utf8.codes", "utf8.len", "utf8.offset",
    ]

    /// A function or library of the reference manual that scripts do not get.
    package struct Omission: Sendable {
        package let name: String
        /// A clause that follows "since".
        package let reason: String
    }

    package static let omitted: [Omission] = [
        Omission(
            name: "debug", reason: "it reads and changes any function's variables, and removes hooks and metatables"),
        Omission(name: "dofile", reason: "it reads any file; use require for modules of the rules folder"),
        Omission(name: "io", reason: "it reads and writes any file; use print and moondial.log for output"),
        Omission(name: "loadfile", reason: "it reads any file; use require for modules of the rules folder"),
        Omission(name: "os.execute", reason: "it runs any program"),
        Omission(name: "os.exit", reason: "it would end the host and every other run in it"),
        Omission(name: "os.getenv", reason: "the environment holds secrets; use moondial.config"),
        Omission(name: "os.remove", reason: "it deletes any file"),
        Omission(name: "os.rename", reason: "it moves any file"),
        Omission(name: "os.setlocale", reason: "it changes number formats for the whole process"),
        Omission(name: "os.tmpname", reason: "it creates files"),
        Omission(
            name: "package",
            reason: "it loads C libraries and files from anywhere; require finds modules of the rules folder"),
        Omission(name: "string.dump", reason: "it makes bytecode, which is never loaded: it can crash the interpreter"),
        Omission(name: "warn", reason: "it writes to standard error past the host; use moondial.log"),
    ]
}
