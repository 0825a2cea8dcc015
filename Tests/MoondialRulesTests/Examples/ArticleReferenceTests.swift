// SPDX-License-Identifier: MIT

import Foundation
import MoondialLua
import NumberVerification
import Testing

@testable import MoondialRules

/// The articles about the rule language and about failures are complete.
@Suite struct ArticleReferenceTests {
    static let names: [(of: String, article: String, names: [String])] = [
        ("hooks", "RuleLanguage", Hook.names),
        ("fields of req", "RuleLanguage", Prelude.requestFields),
        ("fields of attempt", "RuleLanguage", Prelude.attemptFields),
        ("fields of the decision", "RuleLanguage", Prelude.resultFields),
        ("libraries left out", "RuleLanguage", StandardLibrary.omitted.map(\.name)),
        ("kinds of error", "Failures", AttemptError.Kind.allCases.map(\.rawValue)),
    ]

    /// A name counts when it stands in a code span, alone or with arguments.
    @Test(arguments: names) func articleNamesAll(_ what: String, in article: String, _ names: [String]) throws {
        let url = Example.folder.deletingLastPathComponent()
            .appending(path: "Sources/moondial/moondial.docc/\(article).md")
        let text = try String(contentsOf: url, encoding: .utf8)
        let missing = names.filter { name in
            !["`\(name)`", "`\(name)("].contains { text.contains($0) }
        }
        #expect(missing.isEmpty, "\(what)")
    }
}
