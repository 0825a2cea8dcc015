// SPDX-License-Identifier: MIT

import Generators
import JSON
import MoondialRules
import NumberVerification

/// Texts that contain submitted tokens and phones: redaction must remove all of them and keep the text between.
enum RedactionFuzz {
    private static let pieces = [
        "a", "B", "7", "0", "_", ".", "-", "/", "+", "=", "\"", "\\", "'", "<", ">", "*", " ", "\n", "\u{0}",
        "\u{202E}", "é",
        "e\u{301}", "号", "😀", "<token>", "****", "86", "0086", "139", "STsid", "deny", "{\"a\":", "rules.lua:1:",
    ]
    /// The pieces that a token may contain.
    private static let tokenPieces = pieces.filter {
        $0.unicodeScalars.allSatisfy {
            $0.properties.generalCategory != .control && $0.properties.generalCategory != .format
        }
            && !["\n", " ", "\u{0}", "<token>", "****"].contains($0)
    }

    static func run(_ random: inout SeededGenerator) throws -> Int {
        let redactor = Redactor(showsPhones: false)
        let credentials = Credentials(appKey: "key", masterSecret: Secret("a-master-secret"))
        redactor.secrets.add(credentials: credentials.secretTexts)
        let requests = (0..<1 + random.below(6)).compactMap { _ in request(&random) }
        for request in requests { redactor.secrets.add(request) }
        let secrets = requests.map { $0.token.reveal() } + requests.map(\.phone.submitted) + ["a-master-secret"]
        let count = 200
        for _ in 0..<count { try check(redactor, secrets, &random) }
        return count
    }

    /// Tokens that begin alike, hold each other and hold phones; phones of the provider's form.
    private static func request(_ random: inout SeededGenerator) -> VerificationRequest? {
        let beginning = random.chance(50) ? "STsid-0123456789" : random.text(upTo: 20, of: tokenPieces)
        var token = beginning + random.text(upTo: 30, of: tokenPieces)
        while token.utf8.count < 16 { token += random.pick(["a", "7", "."]) }
        let phone = "1\(3 + random.below(7))" + (0..<9).map { _ in String(random.below(3)) }.joined()
        return try? VerificationRequest(phone: phone, token: random.chance(10) ? token + phone : token)
    }

    private static func check(_ redactor: Redactor, _ secrets: [String], _ random: inout SeededGenerator) throws {
        let text = (0..<random.below(6)).map { _ in
            random.text(upTo: 8, of: pieces) + (random.chance(60) ? random.pick(secrets) : "")
        }.joined()
        func fail(_ problem: String) -> Fuzz.Finding {
            Fuzz.Finding(input: Fuzz.quoted(Array(text.utf8)) + " with \(secrets)", problem: problem)
        }
        let shown = redactor.text(text)
        for secret in secrets where holds(shown, secret) { throw fail("\(secret) is left in \(shown)") }
        // Without marks and masks, the rest must be parts of the text, in the same order.
        var rest = Array(text.utf8)[...]
        for part in shown.replacing("<secret>", with: "<token>").split(separator: "<token>")
            .flatMap({ $0.split(separator: "****") })
        {
            guard let place = place(of: Array(part.utf8), in: rest) else { throw fail("\(shown) holds \(part)") }
            rest = rest[(place + part.utf8.count)...]
        }
        let value = JSONValue.array([.object([text: .string(text)]), .string(text)])
        for secret in secrets where holds(redactor.json(value).description, secret) {
            throw fail("\(secret) is left in \(redactor.json(value))")
        }
    }

    /// Compares bytes, so that a combining mark after a secret does not hide the secret.
    private static func holds(_ text: String, _ part: String) -> Bool {
        place(of: Array(part.utf8), in: Array(text.utf8)[...]) != nil
    }

    private static func place(of part: [UInt8], in text: ArraySlice<UInt8>) -> Int? {
        guard text.count >= part.count else { return nil }
        return (text.startIndex...text.endIndex - part.count).first { text[$0...].starts(with: part) }
    }
}
