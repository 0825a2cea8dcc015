// SPDX-License-Identifier: MIT

import TextFormats

/// A line that GitHub Actions shows beside the lines of a pull request.
///
/// Source: https://docs.github.com/actions/reference/workflow-commands-for-github-actions
enum GitHubCommand {
    /// `::error file=rules.lua,line=3::message` with its newline. Properties keep the order in which they are given.
    static func line(_ level: String, _ properties: [(name: String, value: String)], _ message: String) -> String {
        let list = properties.map { "\($0.name)=\(escaped($0.value, inProperty: true))" }.joined(separator: ",")
        return "::\(level) \(list)::\(escaped(message, inProperty: false))\n"
    }

    private static func escaped(_ text: String, inProperty: Bool) -> String {
        let text = text.split(separator: "\n", omittingEmptySubsequences: false)
            .map { String(escaping: $0.utf8).replacing("%", with: "%25") }.joined(separator: "%0A")
        return inProperty ? text.replacing(":", with: "%3A").replacing(",", with: "%2C") : text
    }
}
