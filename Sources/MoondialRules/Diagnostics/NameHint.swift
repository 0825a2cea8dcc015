// SPDX-License-Identifier: MIT

import MoondialLua

/// Suggestions for a name that is not defined.
package enum NameHint {
    /// Globals of other releases of Lua and of programs that embed it. Portable code tests whether they are defined.
    package static let ofOtherInterpreters: Set<String> = [
        "bit", "bit32", "ffi", "gcinfo", "getfenv", "jit", "loadstring", "module", "newproxy", "ngx", "setfenv",
        "unpack",
    ]

    // MARK: - Globals

    /// Keywords and constants of other languages, each with its name in Lua.
    private static let ofOtherLanguages = [
        "null": "nil", "NULL": "nil", "None": "nil", "undefined": "nil", "nullptr": "nil", "True": "true",
        "TRUE": "true",
        "False": "false", "FALSE": "false", "elif": "elseif", "elsif": "elseif", "this": "self",
    ]

    /// `; did you mean 'deny'?` to append to a message about a global, or the empty text. `known` are the defined
    /// globals.
    static func clause(forGlobal name: String, known: [String]) -> String {
        if let omission = omission(name) { return ": left out, since \(omission.reason)" }
        if let word = ofOtherLanguages[name] { return "; did you mean '\(word)'?" }
        let fields = StandardLibrary.allowed.filter { $0.hasSuffix(".\(name)") }
        if fields.isEmpty { return Suggestion.clause(for: name, in: known) }
        return "; did you mean \(fields.map { "'\($0)'" }.joined(separator: " or "))?"
    }

    /// What to do about a global that is nil.
    static func fix(forGlobal name: String) -> String? {
        let clause = clause(forGlobal: name, known: globals)
        if clause.isEmpty { return nil }
        return clause.hasPrefix(":") ? "'\(name)' is" + clause.dropFirst() : String(clause.dropFirst(2))
    }

    private static let globals = Array(
        Set(Registry.words.map { firstPart(of: $0.name) } + StandardLibrary.allowed.map(firstPart)))

    // MARK: - Fields

    /// What to do about a field that is nil, in this line.
    static func fix(forField field: String, in line: String) -> String? {
        for table in tables(of: field, in: line) {
            let path = table.split(separator: ".").last == "json" ? "moondial.json" : table
            if let library = omission(path) { return "\(library.name) is left out, since \(library.reason)" }
            let names = fieldNames(of: path)
            if names.isEmpty { continue }
            if let omission = omission("\(path).\(field)") {
                return "\(omission.name) is left out, since \(omission.reason)"
            }
            return (synonyms[path]?[field] ?? Suggestion.nearest(to: field, in: names)).map { "did you mean '\($0)'?" }
        }
        return Suggestion.nearest(to: field, in: allFields).map { "did you mean '\($0)'?" }
    }

    /// Names that other libraries give to the same functions.
    private static let synonyms = [
        "moondial.json": [
            "dump": "encode", "dumps": "encode", "stringify": "encode", "serialize": "encode", "tojson": "encode",
            "load": "decode", "loads": "decode", "parse": "decode", "deserialize": "decode", "fromjson": "decode",
        ]
    ]

    private static let allNames = Registry.words.map(\.name) + StandardLibrary.allowed
    private static let allFields = allNames.filter { $0.contains(".") }.map(lastPart)

    /// The fields of a library or of `moondial`; empty for another table.
    private static func fieldNames(of path: String) -> Set<String> {
        let prefix = path + "."
        return Set(allNames.filter { $0.hasPrefix(prefix) }.map { firstPart(of: String($0.dropFirst(prefix.count))) })
    }

    /// The expressions before ".field" and ":field" in a line: "moondial.json" for "moondial.json.dump(x)".
    private static func tables(of field: String, in line: String) -> [String] {
        line.ranges(of: field).compactMap { range in
            let before = line[..<range.lowerBound]
            guard let separator = before.last, separator == "." || separator == ":" else { return nil }
            let path = before.dropLast().reversed().prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "." }
            return path.isEmpty ? nil : String(path.reversed())
        }
    }

    // MARK: - Memory

    /// What to do when memory ran out, with the limit that was reached.
    static func memory(_ kind: LuaError.Kind) -> String {
        kind == .stateFull
            ? "make or keep less at a time; limits.vm_memory is what a Lua state may hold"
            : "look for a table or string that grows without bound; limits.memory is what a run may allocate"
    }

    private static func omission(_ name: String) -> StandardLibrary.Omission? {
        StandardLibrary.omitted.first { $0.name == name }
    }

    private static func firstPart(of path: String) -> String { String(path.prefix { $0 != "." }) }

    private static func lastPart(of path: String) -> String { path.split(separator: ".").last.map(String.init) ?? path }
}
