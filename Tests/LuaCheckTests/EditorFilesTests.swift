// SPDX-License-Identifier: MIT

import LuaSyntax
import MoondialLua
import MoondialRules
import Testing

@testable import MoondialWorkbench

/// Files for editors and linters, and the reference, agree with the registry.
@Suite struct EditorFilesTests {
    private let files = EditorFiles(version: "1.2.3")

    @Test(arguments: Registry.entries.map(\.name)) func everyTypeOfTheRegistryCanBeAnnotated(name: String) throws {
        let entry = try #require(Registry.entry(named: name))
        if entry.kind == .field {
            #expect(AnnotatedType(field: entry) != nil)
        } else {
            if let type = entry.type { #expect(AnnotatedType(registry: type) != nil, "\(type)") }
            for parameter in entry.parameters + entry.parameters.flatMap(\.options) {
                #expect(AnnotatedType(parameter, of: entry) != nil, "\(parameter.type)")
            }
        }
    }

    @Test func typesAreWrittenInTheSyntaxOfTheLanguageServer() {
        for (words, type) in [
            ("string", "string"), ("string or nil", "string?"), ("\"CM\", \"CU\" or nil", "\"CM\"|\"CU\"|nil"),
            ("boolean or \"maybe\"", "boolean|\"maybe\""), ("a decision", "moondial.decision_value"),
        ] {
            #expect(AnnotatedType(registry: words)?.text == type)
        }
        #expect(AnnotatedType(registry: "a riddle") == nil)
    }

    @Test func definitionsAreLuaAndNameEveryEntryOfTheRegistry() throws {
        let text = files.definitions
        #expect(text.hasPrefix("---@meta moondial\n"))
        let tree = try SyntaxTree(file: Array(text.utf8))
        let defined = Set(tree.expressions.filter(\.isTarget).map { tree.source.text(in: $0.range) })
        let words = Registry.entries.filter { $0.kind == .word }.map(\.name)
        #expect(defined.isSuperset(of: words))
        for field in Registry.entries where field.kind == .field || field.kind == .hook {
            let name = field.name.split(separator: ".").last ?? ""
            #expect(text.contains("---@field \(name)"), "\(field.name)")
        }
        #expect(text.contains("---@param options? moondial.verify_options"))
        #expect(text.contains("---@deprecated left out, since it runs any program\nfunction os.execute(...) end"))
        #expect(!text.contains(" \n"))
        #expect(text.contains("\ntest = nil\n") && text.contains("\nmoondial.store = {}\n"))
        for key in TestRow.keys { #expect(text.contains("---@field \(key)"), "\(key)") }
    }

    @Test func languageServerIsConfiguredForTheRuleLanguage() {
        let text = files.languageServerConfiguration
        for library in ["debug", "io", "package"] { #expect(text.contains("\"\(library)\":\"disable\"")) }
        #expect(text.contains("\"workspace.library\": [\"types\"]"))
    }

    @Test func luacheckConfigurationHasEveryName() throws {
        let text = files.luacheckConfiguration
        _ = try SyntaxTree(file: Array(text.utf8))
        for entry in Registry.entries where entry.kind == .word || entry.kind == .library {
            let name = entry.name.split(separator: ".").last ?? ""
            #expect(text.contains("\"\(name)\"") || text.contains("\(name) = {"), "\(entry.name)")
        }
        for omission in StandardLibrary.omitted where !omission.name.contains(".") {
            #expect(!text.contains("\"\(omission.name)\""))
        }
    }

    @Test func referenceNamesEveryEntryOfTheRegistry() {
        let text = ReferencePage(version: "1.2.3").markdown
        for entry in Registry.entries {
            let name = entry.kind == .field ? String(entry.name.split(separator: ".")[1]) : entry.signature
            #expect(text.contains("`\(name)`"), "\(entry.name)")
        }
        for omission in StandardLibrary.omitted { #expect(text.contains("| `\(omission.name)` |")) }
        #expect(!text.contains(" \n") && text.hasSuffix("|\n"))
    }
}
