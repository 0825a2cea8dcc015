// SPDX-License-Identifier: MIT

import Foundation
import JSON
import Testing

/// The documents under `Fixtures`: every `y_` is one document, no `n_` is.
struct JSONCorpusTests {
    @Test(arguments: Self.names(prefix: "y_"))
    func validDocumentIsAccepted(name: String) throws {
        _ = try JSONValue.parse(Self.document(name))
    }

    @Test(arguments: Self.names(prefix: "y_"))
    func validDocumentIsWrittenAndReadBackUnchanged(name: String) throws {
        let value = try JSONValue.parse(Self.document(name))
        #expect(try JSONValue.parse(value.bytes) == value)
        #expect(try JSONValue.parse(value.pretty().utf8) == value)
    }

    @Test(arguments: Self.names(prefix: "n_"))
    func invalidDocumentIsRefused(name: String) throws {
        let document = try Self.document(name)
        let error = #expect(throws: JSONValue.ParseError.self) { try JSONValue.parse(document) }
        #expect(try #require(error).offset <= document.count)
    }

    /// Every cut of a document is refused, unless what is left of a number is a number.
    @Test(arguments: Self.names(prefix: "y_object") + Self.names(prefix: "y_reply"))
    func cutDocumentIsRefused(name: String) throws {
        let document = try Self.document(name).prefix(400)
        for length in 0..<(document.lastIndex(of: UInt8(ascii: "}")) ?? 0) {
            #expect(throws: JSONValue.ParseError.self) { try JSONValue.parse(document.prefix(length)) }
        }
    }

    /// Replaces bytes by a fixed generator. A document that is still accepted is written and read back unchanged.
    @Test(arguments: Self.names(prefix: "y_"))
    func damagedDocumentIsReadOrRefused(name: String) throws {
        var state: UInt64 = 3
        func random(below bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(bound))
        }
        let document = try Self.document(name)
        for _ in 0..<50 {
            var damaged = document
            for _ in 0...random(below: 3) {
                damaged[random(below: damaged.count)] = UInt8(random(below: 256))
            }
            if let value = try? JSONValue.parse(damaged) { #expect(try JSONValue.parse(value.bytes) == value) }
        }
    }

    @Test
    func corpusHasEnoughDocuments() {
        #expect(Self.names(prefix: "y_").count >= 80)
        #expect(Self.names(prefix: "n_").count >= 180)
    }

    static func names(prefix: String) -> [String] {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return files.filter { $0.hasPrefix(prefix) }.sorted()
    }

    private static var folder: URL { Bundle.module.bundleURL.appending(path: "Fixtures") }

    private static func document(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: folder.appending(path: name)))
    }
}
