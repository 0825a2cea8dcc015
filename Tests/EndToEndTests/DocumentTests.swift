// SPDX-License-Identifier: MIT

import Foundation
import Testing

/// README.md and the articles are correct: their transcripts show real output, and their tables are complete.
@Suite("Documents", .timeLimit(.minutes(10)))
struct DocumentTests {
    /// Whether to write changed output into the documents, as `scripts/transcripts` does.
    private static let renews = ProcessInfo.processInfo.environment["MOONDIAL_RENEW_TRANSCRIPTS"] == "1"
    /// Options of every command.
    private static let everywhere: Set<Substring> = ["--help", "--version"]

    @Test(arguments: Document.all)
    func transcriptsShowWhatIsPrinted(document: Document) async throws {
        let script = DocumentScript(markdown: try document.text())
        let fixture = try DocumentFixture()
        var renewed: [(lines: Range<Int>, output: String)] = []
        for (line, step) in script.steps {
            let place = "\(document.path):\(line)"
            switch step {
            case .change(let file, let old, let new):
                #expect(try fixture.replace(old, by: new, in: file), "\(place): '\(old)' stands once in \(file)")
            case .file(let path, let text):
                try fixture.write(text, to: path)
            case .nameless:
                Issue.record("\(place): the block begins with a comment that names its file, such as -- rules.lua")
            case .command(let command, let shown, let lines):
                let printed = try await fixture.perform(command, like: shown)
                if printed.withoutVolatileParts == shown.withoutVolatileParts { continue }
                renewed.append((lines, printed))
                if !Self.renews {
                    Issue.record("\(place): \(command)\n\(printed)\nscripts/transcripts writes it there")
                }
            }
        }
        if Self.renews { try document.write(script.markdown(replacing: renewed)) }
    }

    @Test func transcriptsAreFoundInReadmeAndArticles() throws {
        #expect(Document.articles.count >= 8)
        for document in [Document.readme] + Document.articles
        where !["Architecture.md", "Embedding.md"].contains(document.name) {
            #expect(!DocumentScript(markdown: try document.text()).steps.isEmpty, "\(document.path)")
        }
    }

    @Test func readmeHasAtMost250Lines() throws {
        let lines = try Document.readme.text().split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count - 1 <= 250)
    }

    @Test(arguments: Document.articles)
    func articleIsLinkedFromReadmeAndLandingPage(article: Document) throws {
        #expect(try Document.readme.text().contains("](\(article.path))"))
        #expect(try Document.landingPage.text().contains("](\(article.name))"))
    }

    @Test(arguments: ["repl", "run", "verify", "simulate", "check", "types", "reference", "init", "doctor", "explain"])
    func commandAndItsOptionsAreDescribed(command: String) async throws {
        let article = try Document.article("CommandsAndConfiguration").text()
        #expect(article.contains("`moondial \(command)"))
        let help = try await DocumentFixture().perform("scripts/moondial help \(command)")
        for option in help.matches(of: /^ +(?:-\w, )?(--[a-z-]+)/.anchorsMatchLineEndings()) {
            #expect(article.contains("`\(option.1)") || Self.everywhere.contains(option.1), "\(option.1)")
        }
    }

    @Test(arguments: ["explore", "diff", "test"])
    func commandsOfTheWorkbenchAreDescribed(command: String) async throws {
        let article = try Document.article("Workbench").text()
        let help = try await DocumentFixture().perform("scripts/moondial help \(command)")
        let general = try Document.article("CommandsAndConfiguration").text()
        for option in help.matches(of: /^ +(?:-\w, )?(--[a-z-]+)/.anchorsMatchLineEndings()) {
            let isKnown = article.contains("`\(option.1)") || general.contains("`\(option.1)")
            #expect(isKnown || Self.everywhere.contains(option.1), "\(option.1)")
        }
    }

    @Test func exitStatusesOfHelpAreListedInTheArticle() async throws {
        let article = try Document.article("CommandsAndConfiguration").text()
        let help = try await DocumentFixture().perform("scripts/moondial --help")
        let statuses = help.matches(of: /^ +(\d+)  (.+)$/.anchorsMatchLineEndings())
        #expect(statuses.count > 10)
        for status in statuses { #expect(article.contains("| \(status.1) | \(status.2) |")) }
    }

    /// Flags, variables and keys as `--help` lists them.
    @Test func settingsOfHelpAreListedInTheArticle() async throws {
        let article = try Document.article("CommandsAndConfiguration").text()
        let help = try await DocumentFixture().perform("scripts/moondial --help")
        let table = try #require(help.firstMatch(of: /SETTINGS[^\n]*\n((?: +\S.*\n)+)/)).1
        let words = table.split { $0 == " " || $0 == "\n" }.filter { !$0.contains("(") && !$0.contains(")") }
        #expect(words.count > 30)
        for word in words where word != "names" && word != "the" {
            #expect(article.contains("`\(word)`"), "\(word)")
        }
    }

    /// Each limit has a row. The configuration accepts the value in the row's second column as written.
    @Test func limitsAreListedWithValidValues() async throws {
        let fixture = try DocumentFixture()
        let command = "scripts/moondial run -e 'return'"
        try fixture.write("limits:\n  unknown: 1\n", to: "moondial.yaml")
        let refusal = try await fixture.perform(command)
        let list = try #require(refusal.firstMatch(of: /use one of ([a-z_, ]+)/))
        let names = String(list.1).components(separatedBy: ", ")
        #expect(names.count > 10)
        let article = try Document.article("Limits").text()
        for name in names {
            let row = article.matches(of: /^\| `([a-z_]+)` \| `([^`]+)` \|/.anchorsMatchLineEndings())
                .first { $0.1 == name }
            let value = try #require(row?.2, "\(name)")
            try fixture.write("limits:\n  \(name): \(value)\n", to: "moondial.yaml")
            #expect(try await fixture.perform(command) == "", "\(name): \(value)")
        }
    }

    @Test(arguments: [Document.readme, Document.article("Architecture")])
    func sourceFoldersAreNamed(document: Document) throws {
        let text = try document.text()
        let sources = Document.repository.appending(path: "Sources").path(percentEncoded: false)
        for folder in try FileManager.default.contentsOfDirectory(atPath: sources) where !folder.hasPrefix(".") {
            #expect(text.contains("`\(folder)`"), "\(folder)")
        }
    }
}
