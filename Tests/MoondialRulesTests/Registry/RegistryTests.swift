// SPDX-License-Identifier: MIT

import JSON
import MoondialLua
import NIOCore
import Testing

@testable import MoondialRules

/// The registry describes the language as it is.
@Suite("Registry", .timeLimit(.minutes(10)))
struct RegistryTests {
    @Test(arguments: Registry.entries.filter { $0.example != nil }.map(\.name))
    func exampleOfARegistryEntryRuns(name: String) async throws {
        let example = try #require(Registry.entry(named: name)?.example)
        #expect(try await EngineHarness().script(example).failure == nil)
    }

    @Test func registryNamesEveryGlobalOfScripts() async throws {
        let tables =
            ["", "moondial", "moondial.json", "moondial.store"] + [
                "coroutine", "math", "os", "string", "table", "utf8",
            ]
        let found: [String] = try await EngineHarness().withScripts { scripts, promise in
            promise.succeed(
                tables.flatMap { table in
                    scripts.names(at: table).fields.filter { $0.type != "table" || table == "moondial" }
                        .map { table.isEmpty ? $0.name : "\(table).\($0.name)" }
                })
        }
        let described = Registry.entries.filter { $0.kind == .word || $0.kind == .library }.map(\.name)
        // A library inside a library has no entry of its own; its functions have.
        #expect(Set(found).subtracting(["moondial.json", "moondial.store"]) == Set(described))
    }

    @Test func registryNamesEveryHookAndEveryRecord() {
        #expect(Registry.hooks.map(\.name) == Hook.names)
        #expect(Registry.library.map(\.name).sorted() == StandardLibrary.allowed.sorted())
        for record in ["req", "attempt", "error", "decision"] { #expect(!Registry.fields(of: record).isEmpty) }
    }

    @Test func registryNamesTheFieldsOfTheRecordsThatHooksGet() async throws {
        let report = try await EngineHarness(
            """
            rule "look" {
              on_decision = function(req, decision)
                for name in pairs(req) do moondial.log("req." .. name) end
                for name in pairs(decision) do moondial.log("decision." .. name) end
                for name in pairs(decision.attempts[1]) do moondial.log("attempt." .. name) end
              end,
            }
            """
        ).report(token: "sim:http=502", exID: "e") { request in
            request.channel = .native
            request.ip = "192.0.2.1"
            request.carrier = .telecom
            request.tokenAge = 1
            request.timeout = 60_000
            request.context = ["a": 1]
        }
        let seen = Set(report.logged.map(\.message))
        #expect(report.runs[0].failures.isEmpty)
        #expect(seen.isSubset(of: Set(Registry.fields.map(\.name))))
        #expect(seen.isSuperset(of: Registry.fields(of: "req").map(\.name)))
    }

    @Test func everyNameIsDescribedOnceInOneLine() {
        #expect(Set(Registry.entries.map(\.name)).count == Registry.entries.count)
        for entry in Registry.entries {
            #expect(!entry.summary.isEmpty && !entry.summary.contains("\n"), "\(entry.name)")
        }
    }

    @Test(arguments: ["verify", "moondial.attempt"]) func argumentErrorsNameTheDescribedArguments(name: String)
        async throws
    {
        let entry = try #require(Registry.entry(named: name))
        // Each required argument in turn is left out, and the message names its place.
        let values = ["endpoint": "\"h5\"", "phone": "\"13800138000\"", "token": "\"sim:\""]
        let required = entry.parameters.filter { !$0.isOptional }.map(\.name)
        for count in required.indices {
            let arguments = required[..<count].compactMap { values[$0] }.joined(separator: ", ")
            let failure = try await EngineHarness().script("\(name)(\(arguments))").failure
            #expect(failure?.message.hasPrefix("bad argument #\(count + 1) to '\(name)'") == true)
        }
    }
}
