// SPDX-License-Identifier: MIT

import MoondialLua
import Testing

/// utf8.codes gives characters and their positions, and refuses invalid bytes at any position.
@Suite struct CodesTests {
    private static let each = """
        local function each(...)
          local found = {}
          local ok, e = pcall(function(...)
            for p, c in utf8.codes(...) do found[#found + 1] = p .. '=' .. ('%x'):format(c) end
          end, ...)
          found[#found + 1] = not ok and e:gsub('^test.lua:%d+: ', '') or nil
          return table.concat(found, ' ')
        end

        """

    static let valid: [Script] = [
        Script("nothing", "return each ''", ""),
        Script("ASCII", "return each 'a\\0b'", "1=61 2=0 3=62"),
        Script(
            "each length", "return each '\\u{7f}\\u{80}\\u{7ff}\\u{800}\\u{ffff}\\u{10000}\\u{10ffff}'",
            "1=7f 2=80 4=7ff 6=800 9=ffff 12=10000 16=10ffff"),
        Script("around surrogates", "return each '\\u{d7ff}\\u{e000}'", "1=d7ff 4=e000"),
        Script("surrogates, lax", "return each('\\u{d800}\\u{dfff}', true)", "1=d800 4=dfff"),
        Script(
            "large ones, lax",
            "return each('\\u{110000}\\u{1fffff}\\u{200000}\\u{3ffffff}\\u{4000000}\\u{7fffffff}', 1)",
            "1=110000 5=1fffff 9=200000 14=3ffffff 19=4000000 25=7fffffff"),
        Script("a number", "return each(12)", "1=31 2=32"),
        Script(
            "three values", "local f, s, i = utf8.codes('ab') return type(f), s, i, f(s, 0)", "function ab 0 1 97"),
        Script("behind the end", "local f = utf8.codes '' return select('#', f('ab', 2), f('ab', 3))", "1"),
        Script(
            "other positions",
            "local f = utf8.codes '' return select('#', f('ab', -1)), select('#', f('ab', math.maxinteger)), f('éa', 1)",
            "0 0 3 97"),
        Script(
            "no string", "return pcall(utf8.codes)",
            "false bad argument #1 to 'utf8.codes' (string expected, got no value)"),
    ]

    @Test(arguments: valid)
    func validTextGivesPositionsAndCharacters(_ script: Script) throws {
        #expect(try shown(LuaFixture().run(Self.each + script.text)) == script.expected)
    }

    @Test(arguments: valid)
    func stockLuaGivesTheExpectedResult(_ script: Script) throws {
        #expect(try StockLua.run(Self.each + script.text) == script.expected)
    }

    static let invalid: [Script] = [
        Script("a continuation byte first", "'\\x80a'", "bad argument #1 to 'codes' (invalid UTF-8 code)"),
        Script("a continuation byte", "'in\\x80valid'", "1=69 invalid UTF-8 code"),
        Script("a continuation byte behind a character", "'é\\xbfa'", "invalid UTF-8 code"),
        Script("a continuation byte last", "'ab\\xbf'", "1=61 invalid UTF-8 code"),
        Script("a character cut off", "'a\\xc3'", "1=61 invalid UTF-8 code"),
        Script("a character cut off by another", "'\\xe2\\x82a'", "invalid UTF-8 code"),
        Script("a character cut off by a zero", "'\\xe2\\0'", "invalid UTF-8 code"),
        Script("no character at all", "'a\\xff'", "1=61 invalid UTF-8 code"),
        Script("seven bytes", "'\\xfe\\x80\\x80\\x80\\x80\\x80\\x80', true", "invalid UTF-8 code"),
        Script("two bytes for one", "'\\xc1\\xbf'", "invalid UTF-8 code"),
        Script("three bytes for two", "'\\xe0\\x9f\\xbf'", "invalid UTF-8 code"),
        Script("four bytes for three, lax", "'\\xf0\\x8f\\xbf\\xbf', true", "invalid UTF-8 code"),
        Script("six bytes for five, lax", "'\\xfc\\x83\\xbf\\xbf\\xbf\\xbf', true", "invalid UTF-8 code"),
        Script("a surrogate", "'a\\u{d800}'", "1=61 invalid UTF-8 code"),
        Script("the other end of surrogates", "'\\u{dfff}'", "invalid UTF-8 code"),
        Script("above the last", "'\\u{110000}'", "invalid UTF-8 code"),
    ]

    @Test(arguments: invalid)
    func invalidTextIsAnError(_ script: Script) throws {
        #expect(try shown(LuaFixture().run(Self.each + "return each(\(script.text))")) == script.expected)
    }

    @Test func errorOfUTF8CodesHasItsPlace() throws {
        let error = try LuaFixture().error(of: "\nfor _ in utf8.codes('a\\x80') do end")
        #expect(error.description == "test.lua:2: invalid UTF-8 code")
    }
}
