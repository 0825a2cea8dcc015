// SPDX-License-Identifier: MIT
//
// string.find, match, gmatch and gsub.

#define _GNU_SOURCE  // memmem

#include <string.h>

#include "pattern.h"

/// The position, from 1, that `init` means in a string of `length` bytes. May be past the end.
static size_t start_position(lua_Integer init, size_t length) {
    if (init > 0) return (size_t)init;
    if (init == 0 || init < -(lua_Integer)length) return 1;
    return length + (size_t)init + 1;
}

// MARK: - find and match

static bool is_plain(const char *pattern, size_t length) {
    static const bool special[256] = {
        ['^'] = true, ['$'] = true, ['*'] = true, ['+'] = true, ['?'] = true, ['.'] = true, ['('] = true,
        ['['] = true, ['%'] = true, ['-'] = true};
    for (size_t i = 0; i < length; i++)
        if (special[(unsigned char)pattern[i]]) return false;
    return true;
}

/// WINDOW: bytes that are searched without checking the stop flag. Texts up to SHORT_TEXT bytes are searched simply.
enum { WINDOW = 1 << 16, SHORT_TEXT = 64, LONG_TEXT = 4 << 20 };

static const char *find_in_short(const char *text, size_t length, const char *what, size_t count) {
    const char *last = text + (length - count);
    for (; text <= last && (text = memchr(text, *what, (size_t)(last - text) + 1)) != NULL; text++)
        if (memcmp(text, what, count) == 0) return text;
    return NULL;
}

static const char *find_plain(lua_State *L, const char *text, size_t length, const char *what, size_t count);

/// Searches for the first bytes of `what`, and then compares the rest: one call of `memmem` would take too long.
static const char *find_long(lua_State *L, const char *text, size_t length, const char *what, size_t count) {
    const moondial_vm *vm = moondial_vm_of(L);
    const char *last = text + (length - count);
    for (const char *s = text; s <= last; s++) {
        s = find_plain(L, s, (size_t)(last - s) + WINDOW, what, WINDOW);
        if (s == NULL || memcmp(s + WINDOW, what + WINDOW, count - WINDOW) == 0) return s;
        moondial_poll(L, vm);
    }
    return NULL;
}

static const char *find_plain(lua_State *L, const char *text, size_t length, const char *what, size_t count) {
    if (count == 0) return text;
    if (count > length) return NULL;
    if (count == 1) return memchr(text, *what, length);
    if (length <= SHORT_TEXT) return find_in_short(text, length, what, count);
    if (count > LONG_TEXT) return find_long(L, text, length, what, count);
    const moondial_vm *vm = moondial_vm_of(L);
    size_t step = count < WINDOW ? WINDOW : count;  // `memmem` prepares `what` again in every step
    for (; length - count >= step; text += step, length -= step) {
        const char *found = memmem(text, step + count - 1, what, count);
        if (found != NULL) return found;
        moondial_poll(L, vm);
    }
    return memmem(text, length, what, count);
}

static int push_range(lua_State *L, ptrdiff_t start, ptrdiff_t end) {
    lua_pushinteger(L, start + 1);
    lua_pushinteger(L, end);
    return 2;
}

static int find_or_match(lua_State *L, bool find) {
    size_t length, count;
    const char *text = luaL_checklstring(L, 1, &length);
    const char *pattern = luaL_checklstring(L, 2, &count);
    size_t skipped = start_position(luaL_optinteger(L, 3, 1), length) - 1;
    if (skipped > length) {
        luaL_pushfail(L);
        return 1;
    }
    const char *from = text + skipped;
    if (find && (lua_toboolean(L, 4) || is_plain(pattern, count))) {
        const char *found = find_plain(L, from, length - skipped, pattern, count);
        if (found != NULL) return push_range(L, found - text, found - text + (ptrdiff_t)count);
        luaL_pushfail(L);
        return 1;
    }
    bool anchored = *pattern == '^';
    moondial_matcher m;
    moondial_matcher_init(&m, L, text, length, pattern + anchored, count - anchored);
    const char *end;
    if (anchored)
        end = moondial_match(&m, from);
    else if ((from = moondial_search(&m, from, NULL, &end)) == NULL)
        end = NULL;
    if (end == NULL) {
        luaL_pushfail(L);
        return 1;
    }
    if (!find) return moondial_push_captures(&m, from, end);
    return push_range(L, from - text, end - text) + moondial_push_captures(&m, NULL, NULL);
}

static int string_find(lua_State *L) { return find_or_match(L, true); }

static int string_match(lua_State *L) { return find_or_match(L, false); }

// MARK: - gmatch

/// Upvalues: subject, pattern, offset at which to continue, offset where the last match ended or -1.
static int next_match(lua_State *L) {
    size_t length, count;
    const char *text = lua_tolstring(L, lua_upvalueindex(1), &length);
    const char *pattern = lua_tolstring(L, lua_upvalueindex(2), &count);
    size_t from = (size_t)lua_tointeger(L, lua_upvalueindex(3));
    lua_Integer last = lua_tointeger(L, lua_upvalueindex(4));
    if (from > length) return 0;
    moondial_matcher m;
    moondial_matcher_init(&m, L, text, length, pattern, count);
    const char *end;
    const char *start = moondial_search(&m, text + from, last < 0 ? NULL : text + last, &end);
    if (start == NULL) return 0;
    lua_pushinteger(L, end - text);
    lua_copy(L, -1, lua_upvalueindex(3));
    lua_replace(L, lua_upvalueindex(4));
    return moondial_push_captures(&m, start, end);
}

static int string_gmatch(lua_State *L) {
    size_t length;
    luaL_checklstring(L, 1, &length);
    luaL_checkstring(L, 2);
    size_t skipped = start_position(luaL_optinteger(L, 3, 1), length) - 1;
    lua_settop(L, 2);
    lua_pushinteger(L, (lua_Integer)(skipped > length ? length + 1 : skipped));
    lua_pushinteger(L, -1);
    lua_pushcclosure(L, next_match, 4);
    return 1;
}

// MARK: - gsub

/// Adds the replacement string, third on the stack, for a match.
static void add_template(moondial_matcher *m, luaL_Buffer *out, const char *start, const char *end) {
    lua_State *L = m->state;
    size_t length;
    const char *text = lua_tolstring(L, 3, &length);
    const char *text_end = text + length;
    for (const char *mark; (mark = memchr(text, '%', (size_t)(text_end - text))) != NULL; text = mark + 2) {
        moondial_poll(L, m->vm);
        luaL_addlstring(out, text, (size_t)(mark - text));
        char what = mark[1];
        if (what == '%') {
            luaL_addchar(out, '%');
        } else if (what == '0') {
            luaL_addlstring(out, start, (size_t)(end - start));
        } else if (what >= '1' && what <= '9') {
            const char *bytes;
            ptrdiff_t count = moondial_get_capture(m, what - '1', start, end, &bytes);
            if (count < 0)
                luaL_addvalue(out);
            else
                luaL_addlstring(out, bytes, (size_t)count);
        } else {
            luaL_error(L, "invalid use of '%%' in replacement string");
        }
    }
    luaL_addlstring(out, text, (size_t)(text_end - text));
}

/// Adds the value that the function or table, third on the stack, gives for a match; false when the match stays
/// unchanged.
static bool add_lookup(moondial_matcher *m, luaL_Buffer *out, const char *start, const char *end, int type) {
    lua_State *L = m->state;
    if (type == LUA_TFUNCTION) {
        lua_pushvalue(L, 3);
        lua_call(L, moondial_push_captures(m, start, end), 1);
    } else {
        const char *bytes;
        ptrdiff_t count = moondial_get_capture(m, 0, start, end, &bytes);
        if (count >= 0) lua_pushlstring(L, bytes, (size_t)count);
        lua_gettable(L, 3);
    }
    if (lua_toboolean(L, -1)) {
        if (!lua_isstring(L, -1)) luaL_error(L, "invalid replacement value (a %s)", luaL_typename(L, -1));
        luaL_addvalue(out);
        return true;
    }
    lua_pop(L, 1);
    luaL_addlstring(out, start, (size_t)(end - start));
    return false;
}

static bool add_replacement(moondial_matcher *m, luaL_Buffer *out, const char *start, const char *end, int type) {
    if (type == LUA_TFUNCTION || type == LUA_TTABLE) return add_lookup(m, out, start, end, type);
    add_template(m, out, start, end);
    return true;
}

static int string_gsub(lua_State *L) {
    size_t length, count;
    const char *text = luaL_checklstring(L, 1, &length);
    const char *pattern = luaL_checklstring(L, 2, &count);
    int type = lua_type(L, 3);
    lua_Integer most = luaL_optinteger(L, 4, (lua_Integer)length + 1);
    luaL_argexpected(
        L, type == LUA_TNUMBER || type == LUA_TSTRING || type == LUA_TFUNCTION || type == LUA_TTABLE, 3,
        "string/function/table");
    bool anchored = *pattern == '^';
    moondial_matcher m;
    moondial_matcher_init(&m, L, text, length, pattern + anchored, count - anchored);
    luaL_Buffer out;
    luaL_buffinit(L, &out);
    const char *last = NULL;
    bool changed = false;
    lua_Integer matches = 0;
    while (matches < most && !(anchored && last != NULL)) {
        const char *end, *start = text;
        if (anchored)
            end = moondial_match(&m, text);
        else
            start = moondial_search(&m, text, last, &end);
        if (start == NULL || end == NULL) break;
        luaL_addlstring(&out, text, (size_t)(start - text));
        matches++;
        changed = add_replacement(&m, &out, start, end, type) || changed;
        text = last = end;
    }
    if (changed) {
        luaL_addlstring(&out, text, (size_t)(m.subject_end - text));
        luaL_pushresult(&out);
    } else {
        lua_pushvalue(L, 1);
    }
    lua_pushinteger(L, matches);
    return 2;
}

const luaL_Reg moondial_pattern_functions[] = {
    {"find", string_find}, {"match", string_match}, {"gmatch", string_gmatch}, {"gsub", string_gsub}, {NULL, NULL},
};
