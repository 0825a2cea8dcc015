// SPDX-License-Identifier: MIT

import NumberVerification
import Testing

@testable import MoondialGateway

/// The regular expressions of the OpenAPI document agree with the requests that are accepted.
@Suite struct VisibleTextTests {
    /// The ranges of a pattern `^[^…]*$`.
    private static func excluded(by pattern: String) -> [ClosedRange<UInt32>] {
        var scalars = Array(pattern.unicodeScalars.dropFirst(3).dropLast(3))[...]
        func next() -> UInt32 {
            let first = scalars.removeFirst()
            guard first == "\\" else { return first.value }
            let digits = scalars.dropFirst().prefix(4).map(String.init).joined()
            scalars = scalars.dropFirst(5)
            return UInt32(digits, radix: 16) ?? .max
        }
        var ranges: [ClosedRange<UInt32>] = []
        while !scalars.isEmpty {
            let first = next()
            guard scalars.first == "-" else {
                ranges.append(first...first)
                continue
            }
            scalars.removeFirst()
            ranges.append(first...next())
        }
        return ranges
    }

    @Test(arguments: [
        ("phone", VisibleText.phone), ("token", VisibleText.token), ("exID", VisibleText.exID),
    ])
    func patternAllowsExactlyTheAcceptedCharacters(field: String, pattern: String) async {
        let ranges = Self.excluded(by: pattern)
        #expect(ranges.count > 3)
        var wrong: [String] = []
        for value in UInt32(0)...0x10FFFF {
            if value % 0x4000 == 0 { await Task.yield() }
            // Skips planes without assigned characters, which would take long.
            guard let scalar = Unicode.Scalar(value), value < 0x40000 || value >= 0xE0000 && value < 0xE1000 else {
                continue
            }
            let text = String(Character(scalar))
            let isTaken =
                (try? VerificationRequest(
                    phone: field == "phone" ? text : "1", token: field == "token" ? text : "t",
                    exID: field == "exID" ? text : nil)) != nil
            if isTaken == ranges.contains(where: { $0.contains(value) }) { wrong.append(String(value, radix: 16)) }
        }
        #expect(wrong.isEmpty, "\(wrong.prefix(20))")
    }

    @Test func lengthLimitsAreThoseOfTheDocument() throws {
        #expect(throws: Never.self) {
            try VerificationRequest(
                phone: String(repeating: "é", count: 32), token: String(repeating: "字", count: 4096),
                exID: String(repeating: "字", count: 256))
        }
        #expect(throws: RequestError.self) {
            try VerificationRequest(phone: String(repeating: "é", count: 33), token: "t")
        }
    }
}
