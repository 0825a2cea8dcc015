// SPDX-License-Identifier: MIT

extension Registry {
    /// What is known about a value before it exists.
    package enum Shape: Sendable, Hashable {
        case string
        /// A table with the fields of "req", "attempt", "error" or "decision".
        case record(String)
        /// A list of such tables.
        case list(of: String)
    }

    /// What a function of this name returns; nil when that is not described.
    package static func shape(ofResult function: String) -> Shape? {
        switch function {
        case "verify": .record("decision")
        case "moondial.attempt": .record("attempt")
        case "tostring", "type", "table.concat", "moondial.hash", "moondial.json.encode", "string.char",
            "string.format",
            "string.gsub", "string.lower", "string.pack", "string.rep", "string.reverse", "string.sub", "string.upper",
            "utf8.char":
            .string
        default: nil
        }
    }

    /// The shape of a record's field; nil when it is none of these.
    package static func shape(ofField name: String, in record: String) -> Shape? {
        switch (record, name) {
        case ("decision", "attempts"): .list(of: "attempt")
        case ("attempt", "error"): .record("error")
        default:
            entry(named: "\(record).\(name)")?.type.flatMap { type in
                type.hasPrefix("string") || type.hasPrefix("\"") ? .string : nil
            }
        }
    }

    /// The record that a table with these fields is, if it looks like one.
    package static func record(withFields names: [String]) -> String? {
        let marks = ["decision": "trace_id", "attempt": "delivered", "error": "retryable"]
        return marks.keys.sorted().first { record in
            marks[record].map(names.contains) == true && Set(fieldNames(of: record)).isSuperset(of: names)
        }
    }

    /// The texts that a type allows: mobile and h5 for `"mobile" or "h5"`.
    package static func alternatives(in type: String) -> [String] {
        type.split(separator: "\"", omittingEmptySubsequences: false).enumerated().filter { $0.offset % 2 == 1 }
            .map { String($0.element) }
    }
}
