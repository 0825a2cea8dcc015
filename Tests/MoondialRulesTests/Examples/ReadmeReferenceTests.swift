// SPDX-License-Identifier: MIT

import Foundation
import MoondialLua
import NumberVerification
import Testing

@testable import MoondialRules

/// The rule language in README.md is complete.
@Suite struct ReadmeReferenceTests {
    static let names: [(of: String, names: [String])] = [
        ("hooks", Hook.names),
        ("fields of req", Prelude.requestFields),
        ("fields of attempt", Prelude.attemptFields),
        ("fields of the decision", Prelude.resultFields),
        ("kinds of error", AttemptError.Kind.allCases.map(\.rawValue)),
        ("libraries left out", StandardLibrary.omitted.map(\.name)),
    ]

    /// A name counts when it stands in a code span, alone or with arguments.
    @Test(arguments: names) func itNamesAll(_ what: String, _ names: [String]) throws {
        let url = Example.folder.deletingLastPathComponent().appending(path: "README.md")
        let readme = try String(contentsOf: url, encoding: .utf8)
        let missing = names.filter { name in
            !["`\(name)`", "`\(name)("].contains { readme.contains($0) }
        }
        #expect(missing.isEmpty, "\(what)")
    }
}
