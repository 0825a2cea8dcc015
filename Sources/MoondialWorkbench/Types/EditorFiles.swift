// SPDX-License-Identifier: MIT

import JSON
import MoondialLua
import MoondialRules

/// Files that describe the rule language for editors and linters.
package struct EditorFiles {
    /// The first line of the definitions, which is the same in all releases.
    package static let mark = "---@meta moondial"
    /// The path of the definitions, relative to the folder of the other files.
    package static let definitionsPath = "types/moondial.lua"
    package static let languageServerPath = ".luarc.json"
    package static let luacheckPath = ".luacheckrc"

    /// The first text of luacheck's configuration, which is the same in all releases.
    package static let luacheckMark = "-- What rules of moondial "

    private let version: String

    /// - Parameter version: The version of moondial.
    package init(version: String) { self.version = version }

    // MARK: - Lua language server

    /// `.luarc.json`: the release of Lua, the definitions, and the libraries that rules do not get.
    package var languageServerConfiguration: String {
        let omitted = StandardLibrary.omitted.map(\.name).filter(Self.libraries.contains)
        var builtin = JSONObject()
        for library in omitted { builtin[library] = "disable" }
        return """
            {
              "runtime.version": "Lua 5.4",
              "runtime.builtin": \(JSONValue.object(builtin)),
              "runtime.path": ["?.lua", "?/init.lua"],
              "workspace.library": ["types"],
              "workspace.checkThirdParty": false
            }

            """
    }

    /// The omitted names that the language server knows as libraries.
    private static let libraries: Set<String> = ["debug", "io", "package"]

    /// `types/moondial.lua`: annotations, which are never run.
    package var definitions: String {
        let sections =
            [
                """
                \(Self.mark)
                -- The rule language of moondial \(version) for the Lua language server. Written by 'moondial types', which
                -- overwrites this file: do not change it.

                """
            ] + ["req", "attempt", "error", "decision"].map(recordClass) + [decisionValueClass, hooksClass]
            + Registry.words.filter { $0.parameters.contains { !$0.options.isEmpty } }.map(optionsClass)
            + [tables] + Registry.words.map(definition) + [Self.testDefinitions, leftOut]
        return sections.joined(separator: "\n")
    }

    private func recordClass(_ name: String) -> String {
        var lines = ["---@class moondial.\(name)"]
        for (field, entry) in zip(Registry.fieldNames(of: name), Registry.fields(of: name)) {
            lines.append("---@field \(field) \(AnnotatedType(field: entry)?.text ?? "any") \(entry.summary)")
        }
        // Rules add fields of their own.
        if name == "decision" { lines.append("---@field [string] any") }
        return Self.text(lines)
    }

    private var decisionValueClass: String {
        Self.text([
            "---@class moondial.decision_value", "---@field decision \"allow\"|\"deny\"|\"review\"",
            "---@field reason string?", "---@field fields table",
            "---@overload fun(reason?: string, fields?: table): moondial.decision_value",
        ])
    }

    private var hooksClass: String {
        var lines = ["---@class moondial.hooks"]
        for hook in Registry.hooks {
            let parameters = hook.parameters.map { "\($0.name): \(AnnotatedType($0, of: hook)?.text ?? "any")" }
            let result = hook.type.flatMap(AnnotatedType.init(registry:)).map { ": \($0.text)" } ?? ""
            var type = "fun(\(parameters.joined(separator: ", ")))\(result)"
            if hook.name == Hook.mapResult.rawValue {
                type = "(\(type))|table<integer|string, moondial.decision_value>"
            }
            lines.append("---@field \(hook.name)? \(type) \(hook.summary)")
        }
        return Self.text(lines)
    }

    private func optionsClass(_ entry: RegistryEntry) -> String {
        let options = entry.parameters.flatMap(\.options)
        return Self.text(
            ["---@class \(AnnotatedType.optionsName(of: entry))"]
                + options.map {
                    "---@field \($0.name)? \(AnnotatedType(registry: $0.type)?.text ?? "any") \($0.summary)"
                })
    }

    private let tables = "moondial = {}\nmoondial.json = {}\nmoondial.store = {}\n"

    private func definition(_ entry: RegistryEntry) -> String {
        var lines = ["---\(entry.summary)"]
        if !entry.text.isEmpty { lines += ["---", "---\(entry.text)"] }
        if let example = entry.example {
            lines += ["---", "---```lua"] + example.split(separator: "\n").map { "---\($0)" } + ["---```"]
        }
        guard entry.isFunction else {
            lines += ["---@type \(AnnotatedType(registry: entry.type ?? "any")?.text ?? "any")", "\(entry.name) = nil"]
            return Self.text(lines)
        }
        if entry.type == "a decision" {
            // The word is also a value.
            lines += ["---@type moondial.decision_value", "\(entry.name) = nil"]
            return Self.text(lines)
        }
        for parameter in entry.parameters {
            let name = parameter.name == "…" ? "..." : Self.parameterName(parameter.name)
            let type = AnnotatedType(parameter, of: entry)?.text ?? "any"
            let mark = parameter.isOptional && parameter.name != "…" ? "?" : ""
            lines.append("---@param \(name)\(mark) \(type) \(parameter.summary)".trimmingEnd)
        }
        if let type = entry.type.flatMap(AnnotatedType.init(registry:)) {
            lines += type.text.split(separator: ", ").map { "---@return \($0)" }
        }
        lines.append("function \(entry.name)(\(Self.parameters(of: entry).joined(separator: ", "))) end")
        return Self.text(lines)
    }

    /// In Lua, `...` can only stand at the end.
    private static func parameters(of entry: RegistryEntry) -> [String] {
        let variadic = entry.parameters.firstIndex { $0.name == "…" }
        let names = entry.parameters[..<(variadic ?? entry.parameters.count)].map { parameterName($0.name) }
        return variadic == nil ? names : names + ["..."]
    }

    /// `function` is a reserved word.
    private static func parameterName(_ name: String) -> String {
        LuaKeyword(rawValue: name) == nil ? name : name + "_"
    }

    /// The functions of stock Lua that rules do not get, as deprecated, so that editors mark them.
    private var leftOut: String {
        let functions = StandardLibrary.omitted.filter { !Self.libraries.contains($0.name) }
        return functions.map { "---@deprecated left out, since \($0.reason)\nfunction \($0.name)(...) end\n" }
            .joined(separator: "\n")
    }

    private static func text(_ lines: [String]) -> String { lines.map { $0 + "\n" }.joined() }

    // MARK: - luacheck

    /// `.luacheckrc`: a standard with exactly the names that rules can use.
    package var luacheckConfiguration: String {
        """
        \(Self.luacheckMark)\(version) can use, for luacheck. Written by 'moondial types'.
        stds.moondial = {
          read_globals = {
        \(NameTree(names: Self.names).text(indentation: 4))  },
        }
        std = "moondial"
        unused_args = false
        max_line_length = false
        exclude_files = { "types" }
        -- The word of test files.
        files["/**/*_test.lua"] = { read_globals = { "test" } }

        """
    }

    private static let names =
        Registry.words.map(\.name) + Registry.library.map(\.name) + ["_G"]
}

/// Names with dots as tables of luacheck.
private struct NameTree {
    private var fields: [String: NameTree] = [:]

    init(names: [String]) {
        for name in names { add(name.split(separator: ".")[...]) }
    }

    private mutating func add(_ path: ArraySlice<Substring>) {
        guard let first = path.first else { return }
        fields[String(first), default: NameTree(names: [])].add(path.dropFirst())
    }

    func text(indentation: Int) -> String {
        let space = String(repeating: " ", count: indentation)
        let plain = fields.filter { $0.value.fields.isEmpty && !Self.isOpen($0.key) }.keys.sorted()
        var text = ""
        var line = space
        for name in plain {
            let piece = "\"\(name)\", "
            if line.utf8.count + piece.utf8.count > 116 {
                text += line.trimmingEnd + "\n"
                line = space
            }
            line += piece
        }
        if !plain.isEmpty { text += line.trimmingEnd + "\n" }
        for (name, tree) in fields.sorted(by: { $0.key < $1.key }) where !plain.contains(name) {
            if Self.isOpen(name) {
                text += "\(space)\(name) = { other_fields = true },\n"
            } else {
                text +=
                    "\(space)\(name) = {\n\(space)  fields = {\n\(tree.text(indentation: indentation + 4))"
                    + "\(space)  },\n\(space)},\n"
            }
        }
        return text
    }

    /// Tables whose fields the user or the rules choose.
    private static func isOpen(_ name: String) -> Bool { name == "config" || name == "_G" }
}

extension String {
    fileprivate var trimmingEnd: String {
        lastIndex { $0 != " " }.map { String(self[...$0]) } ?? ""
    }
}
