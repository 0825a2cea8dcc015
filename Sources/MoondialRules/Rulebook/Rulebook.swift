// SPDX-License-Identifier: MIT

import Crypto
import MoondialLua

/// All the rules loaded together: what a run knows of them and the functions themselves. Does not change; a change of
/// rules makes a new rulebook, and runs in flight go on with the one they began with.
final class Rulebook {
    let outline: RulebookOutline
    /// By the rule's index in the outline.
    private let functions: [[Hook: LuaFunction]]

    init(rules: [RuleDefinition], revision: String) {
        outline = RulebookOutline(rules: rules.map(\.outline), revision: revision)
        functions = rules.map(\.functions)
    }

    func function(of hook: Hook, in rule: Int) -> LuaFunction {
        guard let function = functions[rule][hook] else {
            preconditionFailure("the outline lists a hook that the rule does not have")
        }
        return function
    }
}

/// Digests the texts of a rulebook: names and contents of its files and modules, in the order of loading.
struct RevisionDigest {
    private var hash = SHA256()

    mutating func add(_ source: RuleSource) {
        let name = source.name.description.split(separator: "/").last.map(String.init) ?? ""
        for part in [Array(name.utf8), source.text] {
            withUnsafeBytes(of: UInt64(part.count).littleEndian) { hash.update(bufferPointer: $0) }
            part.withUnsafeBytes { hash.update(bufferPointer: $0) }
        }
    }

    /// Twelve hexadecimal digits. The same files give the same revision, wherever they lie.
    var revision: String {
        Hex.string(hash.finalize().prefix(6))
    }
}

/// Lower-case hexadecimal digits.
enum Hex {
    static func string(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
