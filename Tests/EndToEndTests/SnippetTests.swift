// SPDX-License-Identifier: MIT

import Foundation
import Platform
import TemporaryFolders
import Testing

/// Runs the code snippets of the gateway article against a gateway. A test whose program is not installed is skipped,
/// with the reason.
@Suite("Snippets", .timeLimit(.minutes(10)))
struct SnippetTests {
    private static let credentials = "7d431e42dfa6a6d693ac2d04:5e987ac6d2e04d95a9d8f0d1"
    private static let request = #"{"token": "STsid-example", "phone": "13800138000", "exID": "order-42"}"#

    private static func isInstalled(_ programs: String...) -> Bool {
        programs.allSatisfy { program in
            (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
                .contains { access("\($0)/\(program)", X_OK) == 0 }
        }
    }

    /// The block of a language that begins with the given line.
    private static func block(_ language: String, _ firstLine: String) throws -> String {
        let blocks = try Document.article("Gateway").text().components(separatedBy: "```\(language)\n").dropFirst()
        let texts = blocks.compactMap { $0.components(separatedBy: "```").first }
        return try #require(texts.first { $0.hasPrefix(firstLine) })
    }

    /// Writes a program around a block, runs it with the URL of a gateway, and expects the provider's code for a match.
    private func run(_ program: String, as file: String, with command: String) async throws {
        let folder = try TemporaryFolder(["r.lua": "rule 'r' { route = function() end }", file: program])
        let gateway = try await BackgroundProcess([
            "serve", "--rules", folder.path("r.lua"), "--port", "0", "--store", "memory",
        ])
        let url = await gateway.outputLine().replacing("listening on ", with: "") + "/v1/web/verify"
        let outcome = try await Executable.shell(
            "\(command) \(folder.path(file)) '\(url)'",
            environment: ["HOME": folder.path("."), "GOCACHE": folder.path("cache"), "GO111MODULE": "off"])
        gateway.send(SIGTERM)
        #expect(outcome.output.contains("9000"), "\(outcome.output)\(outcome.errors)")
        #expect(await gateway.finish().status == 0)
    }

    @Test(.enabled(if: isInstalled("curl"), "there is no curl"))
    func curlSnippetGetsAMatch() async throws {
        let snippet = try Self.block("sh", "curl").replacing("http://127.0.0.1:8080/v1/web/verify", with: "\"$1\"")
        try await run(snippet, as: "snippet.sh", with: "sh")
    }

    @Test(.enabled(if: isInstalled("node"), "there is no node"))
    func nodeSnippetGetsAMatch() async throws {
        let values = #"const [token, phone, exID] = ["STsid-example", "13800138000", "order-42"];"#
        try await run(
            "const url = process.argv[2], key = \"\(Self.credentials)\";\n\(values)\n\(Self.block("js", "// Node"))"
                + "console.log(code);\n", as: "snippet.mjs", with: "node")
    }

    @Test(.enabled(if: isInstalled("java", "javac"), "there is no compiler for Java"))
    func javaSnippetGetsAMatch() async throws {
        try await run(
            """
            import java.net.URI;
            import java.net.http.*;
            import java.nio.charset.StandardCharsets;
            import java.util.Base64;
            class Snippet {
              public static void main(String[] arguments) throws Exception {
                var url = arguments[0];
                var key = "\(Self.credentials)";
                var json = \(Self.literal(Self.request));
                \(Self.block("java", "// Java"))
                System.out.println(reply.body());
              }
            }
            """, as: "Snippet.java", with: "java")
    }

    @Test(.enabled(if: isInstalled("go"), "there is no go"))
    func goSnippetGetsAMatch() async throws {
        let words = Self.credentials.split(separator: ":")
        try await run(
            """
            package main
            import ("bytes"; "fmt"; "io"; "net/http"; "os")
            func main() {
              url, json := os.Args[1], []byte(\(Self.literal(Self.request)))
              appKey, masterSecret := "\(words[0])", "\(words[1])"
              \(Self.block("go", "// Go"))
              if err != nil { panic(err) }
              body, _ := io.ReadAll(reply.Body)
              fmt.Println(string(body))
            }
            """, as: "snippet.go", with: "go run")
    }

    @Test(.enabled(if: isInstalled("php"), "there is no php"))
    func phpSnippetGetsAMatch() async throws {
        guard try await Executable.shell("php -m").output.contains("curl") else {
            try Test.cancel("this php has no curl")
        }
        try await run(
            "<?php\n$url = $argv[1]; $key = '\(Self.credentials)'; $json = '\(Self.request)';\n"
                + "\(Self.block("php", "// PHP"))echo $reply['code'], \"\\n\";\n", as: "snippet.php", with: "php")
    }

    private static func literal(_ text: String) -> String {
        "\"" + text.replacing("\"", with: "\\\"") + "\""
    }
}
