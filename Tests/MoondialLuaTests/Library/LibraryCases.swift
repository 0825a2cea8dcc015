// SPDX-License-Identifier: MIT

import Generators

/// Makes calls of the standard library, right and wrong ones, as Lua expressions.
struct LibraryCases {
    var random: SeededGenerator

    enum Group: String, CaseIterable, Sendable {
        case patterns, replacements, strings, formats, tables, proxies, sorts, values, chunks, utf8
    }

    mutating func next(_ group: Group) -> String {
        switch group {
        case .patterns: patternCall()
        case .replacements: replacementCall()
        case .strings: stringCall()
        case .formats: formatCall()
        case .tables: tableCall("{\(list())}")
        case .proxies: tableCall(proxy())
        case .sorts: sortCall()
        case .values: valueCall()
        case .chunks: chunkCall()
        case .utf8: utf8Call()
        }
    }

    // MARK: - Literals

    /// A Lua literal of a text, whose bytes are those of UTF-8.
    static func quoted(_ text: String) -> String {
        let escaped = text.utf8.map { byte -> String in
            let letter = Character(UnicodeScalar(byte))
            if letter.isASCII, letter.isLetter || letter == " " { return String(letter) }
            let digits = String(byte)
            return "\\" + String(repeating: "0", count: 3 - digits.count) + digits
        }
        return "'" + escaped.joined() + "'"
    }

    private mutating func integer() -> String {
        random.pick([
            "0", "1", "2", "3", "4", "5", "7", "-1", "-2", "-3", "-7", "10", "100", "math.maxinteger",
            "math.mininteger", "math.maxinteger - 1", "math.mininteger + 1", "1 << 62", "1 << 31", "2.0", "2.5", "'3'",
            "'x'", "nil", "true", "{}", "1e300", "0/0",
        ])
    }

    private mutating func smallInteger() -> String { random.chance(85) ? String(random.below(9) - 2) : integer() }

    private mutating func list() -> String {
        let values = ["1", "2", "3", "'a'", "'b'", "''", "2.5", "-1", "nil", "true", "{}"]
        let usual = random.chance(80) ? 8 : values.count
        return (0..<random.below(8)).map { _ in values[random.below(usual)] }.joined(separator: ", ")
    }

    // MARK: - Patterns

    private mutating func subject() -> String {
        random.text(
            upTo: 14,
            of: ["a", "b", "ab", "A", "1", "2", " ", "_", "-", "(", ")", "[", "]", "%", ".", "\0", "é", "\n", "x=1"])
    }

    private mutating func set() -> String {
        random.pick(["[", "[^", "[]", "[^]"])
            + random.text(
                upTo: 4,
                of: [
                    "a", "b", "a-z", "0-9", "%w", "%s", "%]", "%-", "-", "^", "%", ".", "A-Z", "\0", "a-%", "%a-z",
                    "[",
                ])
            + (random.chance(95) ? "]" : "")
    }

    private mutating func item() -> String {
        let single =
            switch random.below(12) {
            case 0, 1, 2: random.pick(["a", "b", "1", " ", "x", "-", "]", "\0", "é", "=", "^", "$"])
            case 3: "."
            case 4, 5: "%" + random.pick("acdglpsuwxzACDGLPSUWXZ".map(String.init))
            case 6: "%" + random.pick(["(", ")", ".", "%", "[", "]", "-", "e", "y", "\0"])
            case 7, 8: set()
            case 9: random.pick(["%b()", "%bab", "%b", "%bx", "%baa", "%f[%w]", "%f[^%w]", "%f", "%f%w", "%f[%z]"])
            case 10: random.pick(["%1", "%2", "%0", "%9", "()", "$", "^"])
            default: random.pick(["(a)", "(%w)", "(.-)", "(.*)", "(", ")", "((a)b)", "(()a)"])
            }
        return single + random.pick(["", "", "", "*", "+", "-", "?"])
    }

    private mutating func pattern() -> String {
        var result = random.chance(20) ? "^" : ""
        for _ in 0..<random.below(6) { result += item() }
        if random.chance(15) { result += "$" }
        if random.chance(3) { result += "%" }
        return result
    }

    private mutating func patternCall() -> String {
        let subject = random.chance(2) ? integer() : Self.quoted(subject())
        let pattern = random.chance(2) ? integer() : Self.quoted(pattern())
        let start = random.chance(60) ? "" : ", " + smallInteger()
        switch random.below(5) {
        case 0, 1: return "string.match(\(subject), \(pattern)\(start))"
        case 2:
            let plain = start.isEmpty || random.chance(70) ? "" : ", true"
            return "string.find(\(subject), \(pattern)\(start)\(plain))"
        case 3: return "string.find(\(subject), \(pattern), \(random.below(4)), \(random.chance(50)))"
        default: return "all(string.gmatch(\(subject), \(pattern)\(start)))"
        }
    }

    private mutating func replacementCall() -> String {
        let replacement = random.pick([
            Self.quoted(random.text(upTo: 4, of: ["x", "%0", "%1", "%2", "%%", "%", "%a", "\0", "%9"])),
            "{a = 'A', b = false, ab = 1, [1] = 'one', x = {}}", "function(...) return ... end",
            "function(a, b) return b end", "function(...) return select('#', ...) end", "function() end",
            "function() return {} end", "string.upper", "7", "nil", "setmetatable({}, {__index = string.rep})",
        ])
        let most = random.chance(70) ? "" : ", " + smallInteger()
        return "string.gsub(\(Self.quoted(subject())), \(Self.quoted(pattern())), \(replacement)\(most))"
    }

    // MARK: - Strings

    private mutating func stringCall() -> String {
        let text = Self.quoted(subject())
        switch random.below(6) {
        // Not of empty strings: stock Lua makes every one of their copies.
        case 0: return "string.rep('x' .. \(text), \(smallInteger()))"
        case 1: return "string.rep(\(text), \(smallInteger()), 's' .. \(Self.quoted(subject())))"
        case 2: return "string.rep('', \(random.pick(["1000", "-1", "0", "math.mininteger", "2.5", "'3'"])))"
        case 3: return "string.sub(\(text), \(integer()), \(integer()))"
        case 4:
            let format = random.pick(["c5", "c0", "c", "s1", "z", "<i4", "cc", "c10c2"])
            return "string.pack('\(format)', \(text), 2)"
        default: return "string.byte(\(text), \(integer()), \(integer()))"
        }
    }

    private mutating func formatCall() -> String {
        let format = random.text(
            upTo: 4,
            of: [
                "%d", "%5d", "%s", "%10s", "%-10s", "%.2s", "%q", "%i", "%5.1f", "%g", "%x", "%c", "%%", "%a", "%u",
                "x", "\0", "%", "%y", "%123d", "%5.123f", "%0s", "%#x", "%+d", "% d", "%s %s", "%-.3q", "%.20s",
            ])
        let values = [
            "1", "-7", "2.5", "1e100", "'text'", "'a\\0b'", "nil", "true", "named", "'12'", "math.huge", "0/0",
            "('x'):rep(120)", "shouting",
        ]
        let arguments = (0..<random.below(5)).map { _ in ", " + random.pick(values) }.joined()
        return "string.format(\(Self.quoted(format))\(arguments))"
    }

    // MARK: - Tables

    /// A value that behaves like a table through its metatable.
    private mutating func proxy() -> String {
        let length = random.pick([
            "3", "5", "0", "'x'", "2.5", "'4'", "-2", "math.maxinteger", "math.mininteger", "nil",
        ])
        return random.pick([
            "proxy({\(list())}, \(length))", "proxy({\(list())}, \(random.below(6)))", "setmetatable({\(list())}, {})",
            "setmetatable({}, {__index = {\(list())}})", "setmetatable({}, {__len = function() return \(length) end})",
            "'text'", "nil", "12", "setmetatable({1, 2}, {__newindex = function() error('full', 0) end})",
        ])
    }

    private mutating func tableCall(_ table: String) -> String {
        // Functions that would iterate over a range made long by a wrong length are left out.
        let long = table.contains("integer") || table.contains("''")
        switch random.below(long ? 3 : 6) {
        case 0: return "tell(\(table), table.insert, \(arguments(upTo: 3)))"
        case 1: return "tell(\(table), table.unpack, \(random.below(3)), \(smallInteger()))"
        case 2: return "tell(\(table), table.move, \(random.below(4)), \(random.below(5)), \(integer()), \(table))"
        case 3: return "tell(\(table), table.remove, \(arguments(upTo: 2)))"
        case 4:
            return "tell(\(table), table.concat, \(random.pick(["','", "''", "nil", "1", "{}"])), "
                + "\(random.below(3)), \(smallInteger()))"
        default: return "tell(\(table), table.move, \(smallInteger()), \(random.below(5)), \(random.below(5)))"
        }
    }

    private mutating func arguments(upTo count: Int) -> String {
        let number = random.below(count + 1)
        if number == 0 { return "none" }
        return (0..<number).map { _ in smallInteger() }.joined(separator: ", ")
    }

    private mutating func sortCall() -> String {
        let count = random.pick([0, 1, 2, 3, 5, 8, 20, 60, 150])
        let numbers = (0..<count).map { _ in String(random.below(count + 1)) }.joined(separator: ", ")
        let words = (0..<count).map { _ in Self.quoted(subject()) }.joined(separator: ", ")
        let comparator = random.pick([
            "", "", ", function(a, b) return a > b end",
            ", function(a, b) return (a % 7) * 1000 + a < (b % 7) * 1000 + b end",
            ", nil", ", 1", ", function() error('e', 0) end", ", {}", ", function() return false end",
        ])
        switch random.below(4) {
        case 0: return "tell({\(words)}, table.sort)"
        case 1:
            let usual = comparator.contains("return false") ? "" : comparator
            return "sorted({\(numbers)}, \(count), table.sort\(usual))"
        case 2: return "tell({\(random.pick(["1, {}", "{}, {}", "'a', 1", "nil, 1, 2", "1, 2.5, 0"]))}, table.sort)"
        default:
            if comparator.contains("false") { return "tell({1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, table.sort\(comparator))" }
            return "tell({\(numbers)}, table.sort\(comparator))"
        }
    }

    // MARK: - The rest

    private mutating func valueCall() -> String {
        let value = random.pick([
            "1", "-0.0", "1e15", "1e16", "1e100", "2^53", "2^63", "0.1", "1/3", "math.huge", "-math.huge",
            "math.maxinteger", "math.mininteger", "nil", "true", "'text'", "shouting", "named",
            "setmetatable({}, {__tostring = function() end})",
            "setmetatable({}, {__tostring = function() return 1 end})",
            "{}", "3.14159265358979", "1e-7", "123456789012345678",
        ])
        switch random.below(4) {
        case 0: return "setmetatable(setmetatable({}, {__metatable = 1}), \(value))"
        case 1: return "setmetatable(\(["named", "shouting"].contains(value) ? "{}" : value), {})"
        case 2: return "string.gsub(tostring(\(value)), '0x%x+', 'address')"
        default: return "tostring(\(value == "{}" ? "" : value))"
        }
    }

    private mutating func chunkCall() -> String {
        let text = random.text(
            upTo: 8,
            of: [
                "return ", "1", " + ", "x", " = ", "(", ")", "{", "}", "'s'", "function() ", "end ", "if ", "then ",
                "or ", ", ", "--c\n", "\"", "[[", "]]", "local ", "goto a ", "::a:: ", "\\", "1e", "..", "...",
                "break ", "\n",
            ])
        let name = random.pick(["", ", '=name'", ", '@file'", ", 'text'", ", nil"])
        switch random.below(4) {
        case 0: return "load(pieces(\(Self.quoted(text)), \(random.below(5) + 1))\(name))"
        case 1:
            let reader = random.pick([
                "function() return {} end", "function() return true end", "function() error('e', 0) end",
                "function() error({}) end", "function() end", "function() return '' end", "nil", "{}", "5", "'='",
            ])
            return "load(\(reader)\(name))"
        default: return "load(\(Self.quoted(text))\(name))"
        }
    }

    private mutating func utf8Call() -> String {
        let text = Self.quoted(random.text(upTo: 5, of: ["a", "é", "€", "😀", "\0", "z"]))
        let bytes = random.chance(70) ? text : "('\\xff\\x80' .. \(text))"
        switch random.below(5) {
        case 0: return "utf8.len(\(bytes), \(smallInteger()), \(smallInteger()))"
        case 1: return "utf8.codepoint(\(bytes), \(smallInteger()), \(smallInteger()))"
        case 2: return "utf8.offset(\(bytes), \(smallInteger()), \(smallInteger()))"
        case 3: return "utf8.char(\(random.below(70000)), \(smallInteger()))"
        default: return "all(string.gmatch(\(bytes), utf8.charpattern))"
        }
    }
}
