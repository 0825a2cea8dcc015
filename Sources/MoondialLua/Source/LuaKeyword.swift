// SPDX-License-Identifier: MIT

/// The reserved words of Lua 5.4.
package enum LuaKeyword: String, Sendable, CaseIterable {
    case and, `break`, `do`, `else`, `elseif`, end, `false`, `for`, function, goto, `if`, `in`, local, `nil`, not, or
    case `repeat`, `return`, then, `true`, until, `while`

    /// The words as numbers, by the count of their bytes: every name of a text is searched for with each key that is
    /// typed.
    private static let table: [[(word: UInt64, keyword: LuaKeyword)]] = {
        var table = [[(word: UInt64, keyword: LuaKeyword)]](repeating: [], count: 9)
        for keyword in allCases {
            let bytes = Array(keyword.rawValue.utf8)
            table[bytes.count].append((bytes.withUnsafeBufferPointer(number), keyword))
        }
        return table
    }()

    private static func number(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt64 {
        bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// Nil when the bytes are no reserved word.
    package init?(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard bytes.count >= 2, bytes.count < Self.table.count else { return nil }
        let word = Self.number(bytes)
        for entry in Self.table[bytes.count] where entry.word == word {
            self = entry.keyword
            return
        }
        return nil
    }

    /// Nil when the bytes are no reserved word.
    package init?(_ bytes: ArraySlice<UInt8>) {
        guard let keyword = bytes.withUnsafeBufferPointer({ LuaKeyword($0) }) else { return nil }
        self = keyword
    }
}
