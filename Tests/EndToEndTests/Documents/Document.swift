// SPDX-License-Identifier: MIT

import Foundation
import Testing

/// A document for readers: README.md, or an article of the DocC catalogue.
struct Document: Sendable, CustomTestStringConvertible {
    static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
    private static let catalogue = "Sources/moondial/moondial.docc"

    static let readme = Document(path: "README.md")
    /// The page of the catalogue that lists the articles.
    static let landingPage = Document(path: "\(catalogue)/moondial.md")

    /// Sorted by name. Empty when the catalogue cannot be read, which a test notices.
    static let articles: [Document] = {
        let folder = repository.appending(path: catalogue).path(percentEncoded: false)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { $0.hasSuffix(".md") && $0 != "moondial.md" }.sorted()
            .map { Document(path: "\(catalogue)/\($0)") }
    }()

    static let all = [readme, landingPage] + articles

    /// From the root of the repository.
    let path: String

    /// An article by the name of its file, without ".md".
    static func article(_ name: String) -> Document { Document(path: "\(catalogue)/\(name).md") }

    var testDescription: String { path }

    var name: Substring { path.split(separator: "/").last ?? "" }

    private var url: URL { Self.repository.appending(path: path) }

    func text() throws -> String { try String(contentsOf: url, encoding: .utf8) }

    func write(_ text: String) throws { try text.write(to: url, atomically: true, encoding: .utf8) }
}
