// SPDX-License-Identifier: MIT

/// A file to check.
package struct CheckedFile: Sendable {
    package enum Kind: Sendable {
        /// Assigns no globals, and reads no undefined ones.
        case rules
        /// Runs once, and may define globals.
        case script
        /// Reads undefined globals as nil, as in stock Lua.
        case module
    }

    /// The name of the file in findings.
    package let name: String
    package let bytes: [UInt8]
    package let kind: Kind
    /// Globals that the file can use in addition to those of the vocabulary. The default is none.
    package let words: [String: Vocabulary.Value]

    package init(name: String, bytes: [UInt8], kind: Kind, words: [String: Vocabulary.Value] = [:]) {
        self.name = name
        self.bytes = bytes
        self.kind = kind
        self.words = words
    }
}
