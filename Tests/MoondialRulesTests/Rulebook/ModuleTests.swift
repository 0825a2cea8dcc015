// SPDX-License-Identifier: MIT

import MoondialLua
import MoondialRules
import NIOCore
import TemporaryFolders
import Testing

/// `require`, which finds modules in the rules folder and nowhere else.
@Suite struct ModuleTests {
    /// Loads `main.lua` of the folder, which prints what it found.
    private func load(_ files: [String: String], links: [String: String] = [:]) async throws -> (
        printed: [String], Diagnostic?
    ) {
        let folder = try TemporaryFolder(files)
        for (name, target) in links { try folder.link(name, to: target) }
        var harness = EngineHarness()
        let rules = try folder.read(["main.lua"])
        harness.sources = rules.sources.map { RuleSource(name: .file("main.lua"), text: $0.text) }
        harness.roots = rules.roots
        do {
            let printed: [String] = try await harness.onLoop { _, record, promise in
                withExtendedLifetime(folder) { promise.succeed(record.report.printed) }
            }
            return (printed, nil)
        } catch let diagnostic as Diagnostic {
            return ([], diagnostic)
        }
    }

    @Test func moduleIsFoundByItsName() async throws {
        let (printed, failure) = try await load([
            "main.lua":
                "print(require('one').name, require('lib.two').name, require('lib').name, require('a-b_1').name)",
            "one.lua": "return { name = ... }", "lib/two.lua": "return { name = ... }",
            "lib/init.lua": "return { name = 'init of ' .. ... }", "a-b_1.lua": "return { name = ... }",
        ])
        #expect(failure == nil)
        #expect(printed == ["one\tlib.two\tinit of lib\ta-b_1"])
    }

    @Test func moduleIsLoadedOnce() async throws {
        let (printed, _) = try await load([
            "main.lua": "print(require 'm' == require 'm', require 'none', require 'none')",
            "m.lua": "print 'loading' return {}", "none.lua": "print 'none'",
        ])
        #expect(printed == ["loading", "none", "true\ttrue\ttrue"])
    }

    @Test func moduleCanDefineRules() async throws {
        let folder = try TemporaryFolder([
            "main.lua": "require 'm'", "m.lua": "\nrule 'in module' { map_result = { match = deny } }",
        ])
        let outline = try await folder.load(["main.lua"])
        #expect(outline.rules.map { "\($0.name) \($0.file.hasSuffix("/m.lua")) \($0.line)" } == ["in module true 2"])
    }

    @Test(arguments: [
        ("../secret", "module name '../secret' is not made of letters, digits, '_' and '-' with dots between"),
        ("..secret", "module name '..secret' is not made of letters, digits, '_' and '-' with dots between"),
        ("/etc/passwd", "module name '/etc/passwd' is not made of letters, digits, '_' and '-' with dots between"),
        ("lib/two", "module name 'lib/two' is not made of letters, digits, '_' and '-' with dots between"),
        ("", "module name '' is not made of letters, digits, '_' and '-' with dots between"),
        ("a..b", "module name 'a..b' is not made of letters, digits, '_' and '-' with dots between"),
        ("a.", "module name 'a.' is not made of letters, digits, '_' and '-' with dots between"),
        ("a\\0b", "module name 'a\\u{0}b' is not made of letters, digits, '_' and '-' with dots between"),
    ])
    func pathAsModuleNameIsRefused(name: String, message: String) async throws {
        let (_, failure) = try await load(["main.lua": "\nrequire '\(name)'"])
        #expect(failure?.message == message)
        #expect(failure?.site?.description == "main.lua:2")
    }

    @Test func missingModuleErrorNamesTheSearchedPaths() async throws {
        let (_, failure) = try await load(["main.lua": "require 'lib.none'"])
        let message = try #require(failure?.message)
        #expect(failure?.code == .ruleFile)
        #expect(failure?.subject == "lib.none")
        #expect(message.hasPrefix("module 'lib.none' not found: no "))
        #expect(message.contains("/lib/none.lua, no "))
        #expect(message.hasSuffix("/lib/none/init.lua"))
    }

    @Test func ruleFileCanCatchTheErrorOfAMissingModule() async throws {
        let (printed, failure) = try await load(["main.lua": "print((pcall(require, 'overrides')))"])
        #expect(failure == nil)
        #expect(printed == ["false"])
    }

    @Test func linkOutOfTheRulesFolderIsRefused() async throws {
        let outside = try TemporaryFolder(["secret.lua": "return 'secret'"])
        for links in [["m.lua": outside.path("secret.lua")], ["lib": outside.path]] {
            let name = links["lib"] == nil ? "m" : "lib.secret"
            let (_, failure) = try await load(["main.lua": "require '\(name)'"], links: links)
            #expect(failure?.message.hasPrefix("module '\(name)': cannot read '") == true)
            #expect(failure?.message.hasSuffix("': it leads out of the rules folder") == true)
        }
    }

    @Test func linkInsideTheRulesFolderIsFollowed() async throws {
        let (printed, failure) = try await load(
            ["main.lua": "print(require 'm')", "real.lua": "return 'real'"], links: ["m.lua": "real.lua"])
        #expect(failure == nil)
        #expect(printed == ["real"])
    }

    @Test(arguments: [
        ("error 'boom'", DiagnosticCode.ruleError, "boom"), ("return = 1", .ruleError, "unexpected symbol near '='"),
        ("verify('1', 't')", .ruleError, "verify cannot wait inside require, while a module loads"),
        ("require 'm'", .ruleError, "module 'm' requires itself while it loads"),
        ("rule 'x' { x = print }", .ruleDefinition, "rule 'x' has no hook 'x'"),
        ("rule 'x'", .ruleDefinition, "rule 'x' has no hooks"),
    ])
    func errorInAModuleNamesTheModule(text: String, code: DiagnosticCode, message: String) async throws {
        let (_, failure) = try await load(["main.lua": "require 'm'", "m.lua": "\n\n" + text])
        #expect(failure?.code == code)
        #expect(failure?.message == message)
        #expect(failure?.site?.source.description.hasSuffix("/m.lua") == true)
        #expect(failure?.site?.line == 3)
        #expect(failure?.sourceLine == text)
    }

    @Test func failedModuleCanBeRequiredAgain() async throws {
        let (printed, _) = try await load([
            "main.lua": "_G.tries = 0; print((pcall(require, 'm'))); print(require 'm')",
            "m.lua": "tries = tries + 1; if tries == 1 then error 'first' end; return tries",
        ])
        #expect(printed == ["false", "2"])
    }

    @Test func hooksCanRequireOnlyLoadedModules() async throws {
        let folder = try TemporaryFolder(["m.lua": "return 'm'", "n.lua": "return 'n'"])
        var harness = EngineHarness(
            "local m = require 'm'; rule 'r' { pre_check = function() print(m, require 'm', pcall(require, 'n')) end }")
        harness.roots = [folder.path]
        let printed = try await harness.report().printed
        withExtendedLifetime(folder) {}
        #expect(
            printed == [
                "m\tm\tfalse\trules.lua:1: require 'n' in a hook: modules load with the rules, "
                    + "so require it at the top of the file"
            ])
    }

    @Test func folderOfTheScriptIsSearchedFirst() async throws {
        let (rules, scripts) = (
            try TemporaryFolder(["m.lua": "return 'rules'", "n.lua": "return 'rules'"]),
            try TemporaryFolder(["m.lua": "return 'script'"])
        )
        var harness = EngineHarness()
        harness.runsScripts = true
        harness.roots = [rules.path]
        let printed: [String] = try await harness.onLoop { _, record, promise in
            let source = RuleSource(name: .label("script"), text: Array("print(require 'm', require 'n')".utf8))
            record.scripts?.run(source, root: scripts.path) { _ in
                withExtendedLifetime(rules) { promise.succeed(record.report.printed) }
            }
        }
        #expect(printed == ["script\trules"])
    }
}
