// SPDX-License-Identifier: MIT

import LuaSyntax

/// Texts that are valid programs, and texts with one mistake.
enum SyntaxCases {
    static let all = numerals + strings + statements + scopes

    private static let numerals = [
        "return 0, 1, 3.5, .5, 5., 1e10, 1E+5, 1e-5, 0x10, 0XfF, 0x.8, 0x8.p1, 0xA.8P-2, 9223372036854775808",
        "return 3x", "return 0x", "return 1e", "return 1e+", "return 1..2", "return 1 ..2", "return 0x1p", "return 0x.",
        "return 1.2.3", "return 3f", "return 0xfg", "return 1_000", "return 0x1.8", "return 08", "return 1e999",
        "return 0xffffffffffffffffffff", "return 0x1p99999", "return .", "return ..", "return ...", "return ....",
    ]

    private static let strings = [
        #"return "\a\b\f\n\r\t\v\\\"\'", '\65\065\x41\u{48}\u{7FFFFFFF}', "a\z   b""#, #"return "\300""#,
        #"return "\xg0""#, #"return "\u{80000000}""#, #"return "\u41""#, #"return "\u{}""#, #"return "\q""#,
        "return \"a\\\nb\"", "return \"a\nb\"", "return \"a", "return [[a]]", "return [==[a]]b]=]c]==]", "return [=a",
        "return [==", "return [[a", "return [=[a]]", "--[[a]] return 1", "--[[a", "--[=[a]] return", "--[=a\nreturn 1",
        "-- a", "--", "return 'a'..'b'", "return \"\\\r\n\"", "return [[\r\na\n\rb\r]]", "return \"\\u{0}\\0\"",
    ]

    private static let statements = [
        "", ";;;", "return", "return;", "return 1;;", "return 1 return 2", "local x", "local x, y = 1",
        "local x = 1, 2",
        "local x <const> = 1", "local x <close> = nil", "local x <foo> = 1", "local x <close>, y <close> = 1, 2",
        "local x <const> = 1 x = 2", "local x <close> = nil x = 2", "local x <const> = 1 function x() end",
        "local x <const> = {} x.y = 1", "local x <const> = {} function x.y() end", "x = 1", "x, y = 1, 2",
        "x.y, z[1] = 1",
        "f()", "f().x = 1", "f() = 1", "(f)() ", "(f) = 1", "(f)", "f", "x.y", "x:y()", "x:y", "x:y = 1", "f{}", "f''",
        "f[[x]]", "f{}.x[1]:m''", "a.b:c().d = 1", "1 = x", "nil = x", "x +", "x = = 1", "x = 1 1", "x == 1",
        "if x then end", "if x then else end", "if x then elseif y then else end", "if x then elseif y end",
        "if x then else elseif y then end", "if x end", "while x do end", "while do end", "repeat until x",
        "repeat local x until x", "for i = 1, 2 do end", "for i = 1 do end", "for i = 1, 2, 3 do end",
        "for i = 1, 2, 3, 4 do end", "for a in b do end", "for a, b in c, d do end", "for a.b in c do end",
        "for a, b = 1, 2 do end", "for in x do end", "do end", "do", "end", "function f() end",
        "function f.a.b:c() end",
        "function f:a.b() end", "function f[1]() end", "function () end", "local function f() end",
        "local function f.x() end", "return function(a, b, ...) end", "return function(..., a) end",
        "return function(a,) end", "return function(self, self) end", "function f() return ... end", "return ...",
        "break", "while x do break end", "while x do break; break end", "while x do if y then break end end",
        "if x then break end", "repeat break until x", "for i = 1, 2 do function f() break end end",
        "while x do local function f() break end end", "return {1, 2; 3, a = 1, [b] = 2, f(), ...}", "return {,}",
        "return {1,,2}", "return {a = }", "return {[a]}", "return {a b}", "return {function() end}", "return {a == b}",
        "return not not x, - -x, ~x, #x, -x^2, 2^-3, 2^3^2, a..b..c", "return a + + b", "return a or and b",
        "return a < b < c", "return (a)", "return ()", "return (a, b)", "return a.1", "return a.end", "a.end = 1",
        "return a:b", "return a //b, a>>b<<c, a~b, a~=b, a&b|c", "return a = b", "and = 1", "local function", "x = }",
        "\u{FEFF}return 1", "#!x\nreturn 1", "return é", "return 'é'", "x = \u{1}", "@", "$", "x = !y", "x != y",
        "x += 1",
        "return \0", "a\0b = 1", "\u{1B}Lua", "function f(a, a) end", "local a <const>, b = 1, 2 b = 3",
        "local a <const> = 1 return function() a = 2 end", "local a <const>; a = 1",
    ]

    private static let scopes = [
        "goto a ::a::", "goto a", "::a:: goto a", "::a:: ::a::", "::a:: do ::a:: end", "do ::a:: end ::a::",
        "do ::a:: end goto a", "do goto a end ::a::", "goto a local x ::a::", "goto a local x ::a:: x = 1",
        "goto a; local x; ::a:: ; ::b:: ;", "goto a do local x end ::a:: f()", "goto a local x ::a:: do end",
        "repeat goto c local x ::c:: until x", "repeat goto c; local x; ::c:: until y", "do goto a local x ::a:: end",
        "function f() goto a end ::a::", "::a:: function f() goto a end", "while x do goto continue ::continue:: end",
        "for i = 1, 2 do if x then goto continue end f() ::continue:: end", "if x then goto a else ::a:: end",
        "for i = 1, 2 do if x then goto continue end local y ::continue:: end", "::a:: return", "goto = 1", "goto 1",
        "for i = 1, 2 do for j = 1, 2 do if x then goto next end end ::next:: end", "goto a ::b:: ::a:: local x goto b",
        "do goto x end local a ::x:: f(a)", "do do goto x end end local a ::x::", "::a", "::1::",
        "goto a; goto a; ::a::",
        "local _ENV = {} x = 1", "local _ENV <const> = {} x = 1", "function f(_ENV) x = 1 return y end", "_ENV = {}",
        "local x = x", "local function f() return f end", "while x do local x <close> = nil break end",
        "do goto b end ::b:: do goto b end", "repeat if x then break end local y ::z:: until y",
        "if x then goto e end local y do return end ::e::",
    ]

    /// Texts that are repeated before and after a part: before, part, after.
    static let nested = [
        ("return (", "", ""), ("(", "x", ")()"), ("do ", "", " end"), ("x = -", "", ""),
        ("while x do ", "", " end "), ("if x then ", "", " end "), ("repeat ", "", " until x "),
        ("f(", "x", ")"), ("f{", "", "}"), ("local x = function() ", "", " end "), ("x = {", "1", "}"),
        ("::", "a", "::"), ("if x then else ", "", " end "), ("for i = 1, 2 do ", "", " end "),
        ("for i in x do ", "", " end "), ("local function f() ", "", " end "), ("f(a, f(", "b", "))"),
        ("f(", "a", ")"), ("return a.b(c, ", "d", ")"),
    ]

    /// The beginning of a text, the repeated part with `#` for its number, the separator, and the end of the text.
    static let repeated = [
        ("return -", "-", " ", "x"), ("return ", "not", " ", " x"), ("return ", "(", "", "x"),
        ("return ", "x#", " .. ", ""), ("return ", "1", " + ", ""), ("return ", "x", " ^ ", ""),
        ("return ", "a", " and ", ""), ("return ", "x", ", ", ""), ("return ", "1", ", ", ""), ("f(", "x", ", ", ")"),
        ("f(", "#", ", ", ")"), ("local ", "x#", ", ", ""), ("local ", "x#", ", ", " = f()"),
        ("", "local x#", " ", ""), ("", "local x# = #", " ", ""), ("", "local x# <const> = #", " ", ""),
        ("", "x#", ", ", " = 1"), ("", "x.y", ", ", " = 1"), ("", "x[y]", ", ", " = 1"), ("x = {", "x", ", ", "}"),
        ("x = {", "f()", ", ", "}"), ("x = {", "a = 1", ", ", "}"), ("function f(", "x#", ", ", ") end"),
        ("for ", "x#", ", ", " in y do end"), ("for x in ", "y", ", ", " do end"), ("return a", ".b", "", ""),
        ("return a", "()", "", ""), ("return a", "[b]", "", ""), ("return a", ":b()", "", ""), ("", "::a#::", " ", ""),
        ("if x then ", "elseif x then", " ", " end"), ("", "goto a", " ", " ::a::"),
        ("while x do ", "break;", " ", " end"), ("", "do goto a# end ::a#::", " ", ""),
        ("local f = function() return ", "x", ", ", " end"), ("return f(function() return ", "x", ", ", " end)"),
        ("local x# = 1 return function() return ", "x", ", ", " end"), ("return {", "{", "", ""),
        ("return ", "{", " ", ""), ("x = ", "{x", ", ", ""), ("return x ", "== y", " ", ""),
        ("return ", "x <", " ", " y"),
    ]

    static let pieces =
        Symbol.allCases.map(\.rawValue) + [
            "x", "y", "_ENV", "f", "self", "1", "0x1F", "1.5", "'s'", "\"t\\n\"", "[[u]]", "-- c\n", "--[[d]]", "\n",
            "<const>", "<close>", "::l::", "goto l", "f()", "local z = 1", "return", " ", "\\", "\u{0}", "é", "0x",
            "1e",
        ]
}
