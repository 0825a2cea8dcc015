// SPDX-License-Identifier: MIT

import Foundation
import Generators
import JSON
import MoondialRules
import NumberVerification
import Synchronization
import TemporaryFolders
import Testing

@testable import MoondialConsole

/// A session shows and saves no token or phone that it submitted, whichever way it submitted them.
/// `MOONDIAL_CASES=100000` tries more.
@Suite(.timeLimit(.minutes(60))) struct SessionRedactionTests {
    private static let cases = ProcessInfo.processInfo.environment["MOONDIAL_CASES"].flatMap(Int.init) ?? 30
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private struct Secrets {
        let phone: String
        /// Sixteen bytes or more: hidden everywhere. `short` is hidden only as a whole value.
        let token: String
        let short: String

        init(_ random: inout SeededGenerator) {
            func digits(_ count: Int) -> String { (0..<count).map { _ in String(random.below(10)) }.joined() }
            let pieces = ["a", "B", "7", "_", ".", "号", "/", "-", "\"", "\\", "'", "=", "<", "+", "é"]
            phone = "1\(3 + random.below(7))" + digits(9)
            token = digits(12) + random.text(upTo: 40, of: pieces) + "ZqXw"
            short = "k" + digits(8) + random.pick(["", ".", "-x"])
        }
    }

    /// A literal of Lua, with escape sequences for some of the bytes.
    private static func literal(_ text: String, _ random: inout SeededGenerator) -> String {
        let quote: UInt8 = random.chance(50) ? UInt8(ascii: "'") : UInt8(ascii: "\"")
        var bytes: [UInt8] = [quote]
        for byte in text.utf8 {
            if byte == quote || byte == UInt8(ascii: "\\") {
                bytes += [UInt8(ascii: "\\"), byte]
            } else if byte < 0x80, random.chance(5) {
                bytes += Array(("\\" + String(repeating: "0", count: 3 - "\(byte)".count) + "\(byte)").utf8)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes + [quote], as: UTF8.self)
    }

    /// Blocks that submit the secrets and then print them.
    private func blocks(_ secrets: Secrets, _ random: inout SeededGenerator) throws -> [String] {
        func lua(_ text: String) -> String { Self.literal(text, &random) }
        let (phone, token, short) = (secrets.phone, secrets.token, secrets.short)
        let file = folder.path("requests.jsonl")
        let request: JSONValue = ["phone": .string(phone), "token": .string(token), "context": [token: .string(phone)]]
        try Data(request.bytes).write(to: URL(filePath: file))
        return [
            "t = \(lua(token))",
            random.pick([
                "verify(\(lua(phone)), t).decision", "pcall(verify, \(lua(phone)), \(lua(token)))",
                "v = verify; v(\(lua(phone)), t)", "moondial.attempt('h5', \(lua(phone)), \(lua(token)))",
                "for _, f in pairs { verify } do f(\(lua(phone)), t) end", ":try \(file)",
            ]),
            "pcall(verify, \(lua(phone)), \(lua(short)))", "t",
            "{ t, [t] = \(phone), n = \(phone).0, s = \(lua(short)) }",
            "moondial.log(t, { t, { [t] = \(lua(phone)) }, \(lua(short)) })", "moondial.log({ t, \(phone) })",
            "error(t .. ' of ' .. \(phone))", "error { message = t }",
            "nosuch[t].x = \(lua(token)) -- \(token) \(phone)",
            "load('return nosuch.x', '@' .. t)()", "local x <const> = \(lua(token)); return x .. x",
            "rule(\(lua("about " + token))) { pre_check = load('return function(q) return deny(q.token) end', '=' .. t)() }",
            "verify(\(lua(phone)), t)", ":rules", ":flow", ":trace", ":try \(file)",
        ]
    }

    @Test func outputSavedScriptAndHistoryHoldNoSubmittedSecrets() async throws {
        var random = SeededGenerator(seed: 9)
        var fixture = SessionFixture()
        let histories = Mutex([String]())
        let typed = Mutex([String]())
        fixture.beforeBlock = { block, session in
            typed.withLock { $0.append(block) }
            guard block.hasPrefix(":save") else { return }
            // Redacts like the history file of a terminal.
            histories.withLock {
                $0 = typed.withLock { $0 }.map { HistoryRedaction.redacted($0, session.engine.redactor) }
            }
        }
        for number in 0..<Self.cases {
            let secrets = Secrets(&random)
            let path = folder.path("saved\(number).lua")
            let record = try await fixture.type(try blocks(secrets, &random) + [":save \(path)"])
            let saved = try String(contentsOfFile: path, encoding: .utf8)
            let texts = [record.results, record.notes, saved] + histories.withLock { $0 }
            let written = String(JSONValue.string(secrets.token).description.dropFirst().dropLast())
            for text in texts {
                for secret in [secrets.token, written, secrets.phone, "\"\(secrets.short)\"", "'\(secrets.short)'"] {
                    #expect(!text.contains(secret), "case \(number): \(secret) in \(text)")
                }
            }
            typed.withLock { $0 = [] }
            #expect(record.results.contains("<token>"), "case \(number)")
        }
    }
}
