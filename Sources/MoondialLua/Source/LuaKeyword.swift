// SPDX-License-Identifier: MIT

/// The reserved words of Lua 5.4.
package enum LuaKeyword: String, Sendable, CaseIterable {
    case and, `break`, `do`, `else`, `elseif`, end, `false`, `for`, function, goto, `if`, `in`, local, `nil`, not, or
    case `repeat`, `return`, then, `true`, until, `while`

    private static let table: [[(word: [UInt8], keyword: LuaKeyword)]] = {
        var table = [[(word: [UInt8], keyword: LuaKeyword)]](repeating: [], count: 9)
        for keyword in allCases { table[keyword.rawValue.utf8.count].append((Array(keyword.rawValue.utf8), keyword)) }
        return table
    }()

    /// Nil when the bytes are no reserved word.
    package init?(_ bytes: some RandomAccessCollection<UInt8>) {
        guard bytes.count >= 2, bytes.count < Self.table.count else { return nil }
        for entry in Self.table[bytes.count] where bytes.elementsEqual(entry.word) {
            self = entry.keyword
            return
        }
        return nil
    }
}
