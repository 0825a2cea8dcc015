// SPDX-License-Identifier: MIT
//
// string.rep, format and pack: those whose work is not in proportion to their arguments, or that show addresses.

#include <limits.h>
#include <string.h>

#include "internal.h"

// MARK: - rep

/// Bytes that are copied without a look at the stop flag.
enum { BLOCK = 1 << 20 };

/// Fills `total` bytes, of which the first `unit` are there, with repetitions of these.
static void repeat(lua_State *L, char *bytes, size_t unit, size_t total) {
    const moondial_vm *vm = moondial_vm_of(L);
    size_t step = unit;
    for (size_t done = unit; done < total;) {
        moondial_poll(L, vm);
        size_t count = total - done < step ? total - done : step;
        memcpy(bytes + done, bytes, count);
        done += count;
        if (step < BLOCK) step = done;
    }
}

static int string_rep(lua_State *L) {
    size_t length, separator_length;
    const char *text = luaL_checklstring(L, 1, &length);
    lua_Integer times = luaL_checkinteger(L, 2);
    const char *separator = luaL_optlstring(L, 3, "", &separator_length);
    size_t unit = length + separator_length;
    if (times > 0 && (unit < length || unit > (size_t)INT_MAX / (size_t)times))
        return luaL_error(L, "resulting string too large");
    if (times <= 0 || unit == 0) {
        lua_pushliteral(L, "");
        return 1;
    }
    size_t total = (size_t)times * unit - separator_length;
    luaL_Buffer buffer;
    char *bytes = luaL_buffinitsize(L, &buffer, total);
    memcpy(bytes, text, length);
    if (times > 1) {
        memcpy(bytes + length, separator, separator_length);
        repeat(L, bytes, unit, total);
    }
    luaL_pushresultsize(&buffer, total);
    return 1;
}

// MARK: - format

/// Each conversion can take a few hundred bytes, out of one that takes two.
enum { MAX_CONVERSIONS = 1000 };

/// Finds the next conversion at or after `*p`: leaves `*p` behind its percent sign and returns its letter, or NULL. The
/// text ends with a zero at `end`.
static const char *next_conversion(const char **p, const char *end) {
    while ((*p = memchr(*p, '%', (size_t)(end - *p))) != NULL) {
        ++*p;
        if (**p != '%') return *p + strspn(*p, "-+ #0123456789.");
        ++*p;
    }
    return NULL;
}

/// The conversion between the percent sign and the letter is one that stock Lua takes for 'p'.
static bool is_pointer_conversion(const char *p, const char *letter) {
    while (*p == '-') p++;
    return letter - p <= 2 && strspn(p, "0123456789") == (size_t)(letter - p) && *p != '0';
}

/// An argument for %s that stock Lua would show with its address, or whose own method might.
static bool is_shown_by_address(lua_State *L, int index) {
    int type = lua_type(L, index);
    return type == LUA_TTABLE || type == LUA_TFUNCTION || type == LUA_TUSERDATA || type == LUA_TTHREAD
           || type == LUA_TLIGHTUSERDATA;
}

/// Replaces the arguments of %s and %p that would show an address by text; true when a 'p' has to become an 's'.
static bool hide_addresses(lua_State *L, const char *p, const char *end) {
    int top = lua_gettop(L), argument = 1;
    bool pointers = false;
    for (const char *letter; (letter = next_conversion(&p, end)) != NULL; p = letter) {
        if (++argument > MAX_CONVERSIONS + 1) luaL_argerror(L, 1, "more than 1000 conversions");
        if (argument > top) continue;
        if (*letter == 's' && is_shown_by_address(L, argument)) {
            moondial_tostring(L, argument, NULL);
            lua_replace(L, argument);
        } else if (*letter == 'p' && is_pointer_conversion(p, letter)) {
            moondial_push_address(L, argument, "(null)");
            lua_replace(L, argument);
            pointers = true;
        }
    }
    return pointers;
}

/// Replaces the format, first on the stack, by one that has 's' for 'p'.
static void rewrite_pointers(lua_State *L, const char *format, size_t length) {
    luaL_Buffer buffer;
    char *copy = luaL_buffinitsize(L, &buffer, length + 1);
    memcpy(copy, format, length + 1);
    const char *p = copy;
    for (const char *letter; (letter = next_conversion(&p, copy + length)) != NULL; p = letter)
        if (*letter == 'p' && is_pointer_conversion(p, letter)) copy[letter - copy] = 's';
    luaL_pushresultsize(&buffer, length);
    lua_replace(L, 1);
}

/// Stock `string.format`, which is the upvalue, without addresses.
static int string_format(lua_State *L) {
    if (lua_type(L, 1) == LUA_TSTRING) {
        size_t length;
        const char *format = lua_tolstring(L, 1, &length);
        if (hide_addresses(L, format, format + length)) rewrite_pointers(L, format, length);
    }
    return lua_tocfunction(L, lua_upvalueindex(1))(L);
}

// MARK: - pack

/// Bytes that the c options of one format may ask for together: stock Lua fills them one by one.
enum { MAX_PACKED = 16 << 20 };

/// Stock `string.pack`, which is the upvalue, without formats that ask for gigabytes.
static int string_pack(lua_State *L) {
    size_t sum = 0;
    for (const char *p = luaL_checkstring(L, 1); *p != '\0'; p++) {
        if (*p != 'c') continue;
        size_t size = 0;
        for (; p[1] >= '0' && p[1] <= '9' && size <= MAX_PACKED; p++) size = size * 10 + (size_t)(p[1] - '0');
        sum += size;
        luaL_argcheck(L, sum <= MAX_PACKED, 1, "more than 16 MiB of fixed-size strings");
    }
    return lua_tocfunction(L, lua_upvalueindex(1))(L);
}

const luaL_Reg moondial_string_functions[] = {{"rep", string_rep}, {NULL, NULL}};

const luaL_Reg moondial_string_wrappers[] = {{"format", string_format}, {"pack", string_pack}, {NULL, NULL}};
