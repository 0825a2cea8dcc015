// SPDX-License-Identifier: MIT

/// A bug of Lua 5.4.4 that scripts can reach, and what prevents harm from it.
///
/// From the list of bugs on lua.org and from the tests. Later releases of Lua fix some of them; the guards stay.
package struct LuaBug: Sendable {
    package let summary: String
    /// "mended: …", "shut off: …" or "harmless: …".
    package let guarded: String
    /// The attack that tries to use the bug: a file in the corpus of the tests.
    package let attack: String

    private init(_ summary: String, _ guarded: String, attack: String) {
        self.summary = summary
        self.guarded = guarded
        self.attack = attack
    }

    /// The release of Lua that has these bugs.
    package static let release = "Lua 5.4.4"

    package static let known: [LuaBug] = [
        LuaBug(
            "break and goto can leave a closing value of a loop open",
            "mended: compiled code is corrected", attack: "bugs/break_leaves_variable_open"),
        LuaBug(
            "nested coroutine.close overflows the C stack (before 5.4.5)",
            "mended: closes nest up to a depth", attack: "bugs/close_chain"),
        LuaBug(
            "a closed coroutine leaves its message handler behind",
            "mended: own xpcall", attack: "bugs/handler_of_closed_coroutine"),
        LuaBug(
            "utf8.codes accepts stray continuation bytes",
            "mended: own utf8.codes", attack: "bugs/utf8_codes"),
        LuaBug(
            "assigning a global where _ENV is constant (CVE-2022-28805)",
            "mended: by Debian's and Ubuntu's package", attack: "bugs/const_env"),
        LuaBug(
            "an overflow while an overflow is handled (CVE-2022-33099)",
            "mended: by Debian's and Ubuntu's package", attack: "bugs/overflow_while_handling_an_error"),
        LuaBug(
            "corrupted bytecode can do anything",
            "shut off: text alone is loaded", attack: "bugs/corrupted_bytecode"),
        LuaBug(
            "comparing strings can read past their end in some locales",
            "shut off: the locale is C", attack: "bugs/string_comparison_past_the_end"),
        LuaBug(
            "keys that collide make a table grow in quadratic time",
            "shut off: limit table_keys", attack: "library/table_rehash_collisions"),
        LuaBug(
            "chains of weak keys stall the collector",
            "shut off: the Lua state is given up", attack: "library/weak_keys_chain"),
        LuaBug(
            "long chains of 'and', 'or', 'goto' compile in quadratic time",
            "shut off: at most 3000 in a text", attack: "library/load_many_or"),
        LuaBug(
            "use after free in luaV_finishset, in an emergency collection",
            "shut off: none under limits; a run over them ends", attack: "bugs/weak_metatable_while_it_grows"),
        LuaBug(
            "long chains of fields, a.b.b.b, overflow the C stack in an error",
            "shut off: at most 200 in an expression", attack: "bugs/fields_of_fields"),
        LuaBug(
            "a closing value overwrites the message handler of a coroutine",
            "mended: own xpcall", attack: "bugs/handler_overwritten_while_closing"),
        LuaBug(
            "gmatch loses count of its recursion after an error",
            "mended: own gmatch", attack: "bugs/gmatch_after_an_error"),
        LuaBug(
            "decoding UTF-8 shifts too far after a byte 0xFF",
            "harmless: the sequence is refused", attack: "bugs/utf8_seven_continuation_bytes"),
        LuaBug(
            "a weak table's new metatable can be collected",
            "mended: own setmetatable", attack: "bugs/metatable_changed_in_a_weak_table"),
        LuaBug(
            "// and % by zero, and calls over several lines",
            "harmless: but the line can be wrong", attack: "bugs/division_by_zero_on_another_line"),
        LuaBug(
            "bitwise operations in functions with over 255 constants",
            "harmless: but the number can be wrong", attack: "bugs/constants_in_bitwise_operations"),
        LuaBug(
            "an upvalue indexed by a comparison of constants, t[1<2]",
            "harmless: but the value can be wrong", attack: "bugs/upvalue_indexed_by_comparison"),
    ]
}
