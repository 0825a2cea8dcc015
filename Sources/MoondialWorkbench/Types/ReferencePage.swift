// SPDX-License-Identifier: MIT

import MoondialLua
import MoondialRules

/// The reference of the rule language as Markdown, from the registry.
package struct ReferencePage {
    private let version: String

    /// - Parameter version: The version of moondial.
    package init(version: String) { self.version = version }

    package var markdown: String {
        ([
            """
            # Reference of the rule language

            Written by `moondial reference` of moondial \(version). Arguments in brackets can be left out.

            """,
            "## Hooks\n",
        ] + Registry.hooks.map(section) + records + ["## Words\n"] + Registry.words.map(section) + [library, leftOut])
        .joined(separator: "\n")
    }

    // MARK: - Entries

    private func section(_ entry: RegistryEntry) -> String {
        var text = "### `\(entry.signature)`\n\n\(Self.sentence(entry.summary))\n"
        if !entry.text.isEmpty { text += "\n\(entry.text)\n" }
        if let type = entry.type {
            text += "\n\(entry.isFunction ? "Returns" : "Type"): \(type).\n"
        }
        if !entry.parameters.isEmpty {
            text += "\n" + Self.table(["argument", "type", "meaning"], entry.parameters.map(Self.row))
        }
        let options = entry.parameters.flatMap(\.options)
        if !options.isEmpty { text += "\n" + Self.table(["option", "type", "meaning"], options.map(Self.row)) }
        if !entry.errors.isEmpty {
            text += "\nErrors:\n\n" + entry.errors.map { "- \($0)\n" }.joined()
        }
        if let example = entry.example { text += "\n```lua\n\(example)\n```\n" }
        return text
    }

    private static func row(_ parameter: RegistryEntry.Parameter) -> [String] {
        [
            "`\(parameter.name)`", parameter.type + (parameter.isOptional ? ", or nothing" : ""),
            parameter.summary,
        ]
    }

    private static func sentence(_ text: String) -> String {
        text.prefix(1).uppercased() + text.dropFirst() + "."
    }

    // MARK: - Tables

    private var records: [String] {
        let titles = [
            ("req", "What hooks get as `req`"), ("attempt", "What hooks get as `attempt`"),
            ("error", "`attempt.error`"), ("decision", "The decision table"),
        ]
        return ["## Records\n"]
            + titles.map { record, title in
                let rows = zip(Registry.fieldNames(of: record), Registry.fields(of: record)).map { name, entry in
                    ["`\(name)`", entry.type ?? "", entry.summary]
                }
                return "### \(title)\n\n" + Self.table(["field", "type", "meaning"], rows)
            }
    }

    private var library: String {
        let rows = Registry.library.map { ["`\($0.signature)`", $0.summary] }
        return "## Lua's standard library\n\n" + Self.table(["what", "does"], rows)
    }

    private var leftOut: String {
        let rows = StandardLibrary.omitted.map { ["`\($0.name)`", $0.reason] }
        return "## What is left out\n\n" + Self.table(["not available", "since"], rows)
    }

    private static func table(_ head: [String], _ rows: [[String]]) -> String {
        ([head, head.map { _ in "---" }] + rows)
            .map { "| \($0.map(cell).joined(separator: " | ")) |\n" }.joined()
    }

    /// The text, escaped for a cell of a table.
    private static func cell(_ text: String) -> String { text.replacing("|", with: "\\|") }
}
