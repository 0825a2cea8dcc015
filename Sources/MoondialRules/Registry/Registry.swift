// SPDX-License-Identifier: MIT

/// The one description of the rule language: bindings, prelude, hints, completion and documentation read it.
package enum Registry {
    /// The words of the language, then hooks, fields and the standard library.
    package static let entries = words + hooks + fields + library

    /// Functions that wait for the network.
    package static let waiting = ["verify", "moondial.attempt", "moondial.all"]
    /// Functions that hooks cannot call.
    package static let notInHooks = ["verify", "rule", "moondial.spawn"]

    private static let byName: [String: RegistryEntry] = Dictionary(entries.map { ($0.name, $0) }) { first, _ in first }

    package static func entry(named name: String) -> RegistryEntry? { byName[name] }

    /// The fields of `req`, `attempt`, `error` or `decision`, in the order of the documentation.
    package static func fields(of record: String) -> [RegistryEntry] {
        fields.filter { $0.name.hasPrefix(record + ".") }
    }

    /// The same without the record's name.
    package static func fieldNames(of record: String) -> [String] {
        fields(of: record).map { String($0.name.dropFirst(record.utf8.count + 1)) }
    }

    /// The keys that a function's table of options may have.
    package static func optionNames(of function: String) -> [String] {
        words.first { $0.name == function }?.parameters.flatMap(\.options).map(\.name) ?? []
    }

    /// What a word means: an entry of that name; or all entries that end with it, such as `find` or `phone`.
    package static func find(_ word: String) -> [RegistryEntry] {
        if let entry = byName[word] { return [entry] }
        return entries.filter { $0.name.hasSuffix(".\(word)") || $0.name.hasSuffix(":\(word)") }
    }
}
