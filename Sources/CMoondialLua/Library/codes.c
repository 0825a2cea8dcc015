// SPDX-License-Identifier: MIT
//
// utf8.codes. That of Lua 5.4.4 skips continuation bytes that belong to no character.

#include "library.h"

static const char invalid[] = "invalid UTF-8 code";

/// May be called at the end of the text: its final zero is no continuation byte.
static inline bool is_continuation(const char *p) { return (*p & 0xc0) == 0x80; }

/// Decodes the character at `p`: returns its length, or 0 when it is invalid. `lax` allows codes up to 2^31 and
/// surrogates.
static size_t decode(const char *p, bool lax, uint32_t *code) {
    static const uint32_t lowest[] = {0, 0, 0x80, 0x800, 0x10000, 0x200000, 0x4000000};  // by length
    uint8_t first = (uint8_t)*p;
    *code = first;
    if (first < 0x80) return 1;
    size_t length = 0;
    while (first & (0x80 >> length)) length++;
    if (length < 2 || length > 6) return 0;
    *code = first & (0x7fu >> length);
    for (size_t i = 1; i < length; i++) {
        if (!is_continuation(p + i)) return 0;
        *code = *code << 6 | ((uint8_t)p[i] & 0x3f);
    }
    if (*code < lowest[length]) return 0;
    if (!lax && (*code > 0x10ffff || (*code >= 0xd800 && *code <= 0xdfff))) return 0;
    return length;
}

/// Returns the character after the one that begins at the given position, counted from 1; 0 is before the first.
static int next_character(lua_State *L, bool lax) {
    const moondial_vm *vm = moondial_vm_of(L);
    size_t length;
    const char *text = luaL_checklstring(L, 1, &length);
    lua_Unsigned next = (lua_Unsigned)lua_tointeger(L, 2);  // counted from 0
    for (; next < length && is_continuation(text + next); next++) moondial_poll(L, vm);
    if (next >= length) return 0;
    uint32_t code;
    size_t count = decode(text + next, lax, &code);
    if (count == 0 || is_continuation(text + next + count)) return luaL_error(L, invalid);
    lua_pushinteger(L, (lua_Integer)next + 1);
    lua_pushinteger(L, code);
    return 2;
}

static int next_strict(lua_State *L) { return next_character(L, false); }

static int next_lax(lua_State *L) { return next_character(L, true); }

static int utf8_codes(lua_State *L) {
    luaL_argcheck(L, !is_continuation(luaL_checkstring(L, 1)), 1, invalid);
    lua_pushcfunction(L, lua_toboolean(L, 2) ? next_lax : next_strict);
    lua_pushvalue(L, 1);
    lua_pushinteger(L, 0);
    return 3;
}

const luaL_Reg moondial_utf8_functions[] = {{"codes", utf8_codes}, {NULL, NULL}};
