// SPDX-License-Identifier: MIT

import JSON
import MoondialLua
package import MoondialRules
import TextFormats

/// A line that a rule logged, as it goes to standard error:
///
///     log: token is old {"age_ms":61000} (rule 'fresh tokens', rules.lua:7)
package enum LogText {
    /// Ends with a newline.
    package static func line(for line: LogLine) -> String {
        var text = "log: \(String(escaping: line.message.utf8))"
        if !line.fields.isEmpty { text += " \(String(escaping: JSONValue.object(line.fields).bytes))" }
        let place = [
            line.rule.map { "rule '\(String(escaping: $0.utf8))'" },
            line.site.map { String(escaping: $0.description.utf8) },
        ]
        let known = place.compactMap(\.self)
        return text + (known.isEmpty ? "" : " (\(known.joined(separator: ", ")))") + "\n"
    }
}
