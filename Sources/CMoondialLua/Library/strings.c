// SPDX-License-Identifier: MIT
//
// string.rep, format, pack and unpack: the stock functions can take long for short arguments, or show addresses.

#include <limits.h>
#include <string.h>

#include "library.h"

// MARK: - rep

/// Bytes that are copied without checking the stop flag.
enum { BLOCK = 1 << 20 };

/// Fills `total` bytes with repetitions of the first `unit` bytes, which are set already.
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

// MARK: - Formats

/// How many bytes a format may have: its bytes are read or copied one by one.
enum { MAX_FORMAT = 256 << 10 };

const char *moondial_check_format(lua_State *L, size_t *length) {
    const char *format = luaL_checklstring(L, 1, length);
    luaL_argcheck(L, *length <= MAX_FORMAT, 1, "format is longer than 256 KiB");
    return format;
}

/// A conversion of two bytes can produce a few hundred bytes.
enum { MAX_CONVERSIONS = 1000 };

/// Finds the next conversion at or after `*p`: sets `*p` to the place after its percent sign and returns its letter, or
/// NULL. The text ends with a zero at `end`.
static const char *next_conversion(const char **p, const char *end) {
    while ((*p = memchr(*p, '%', (size_t)(end - *p))) != NULL) {
        ++*p;
        if (**p != '%') return *p + strspn(*p, "-+ #0123456789.");
        ++*p;
    }
    return NULL;
}

/// Whether stock Lua allows the text between the percent sign and the letter for 'p'.
static bool is_pointer_conversion(const char *p, const char *letter) {
    while (*p == '-') p++;
    return letter - p <= 2 && strspn(p, "0123456789") == (size_t)(letter - p) && *p != '0';
}

/// Whether stock Lua, or a method of the argument, might show the argument of %s with its address.
static bool is_shown_by_address(lua_State *L, int index) {
    int type = lua_type(L, index);
    return type == LUA_TTABLE || type == LUA_TFUNCTION || type == LUA_TUSERDATA || type == LUA_TTHREAD
           || type == LUA_TLIGHTUSERDATA;
}

/// Longer strings take long to quote: stock Lua writes one byte after the other, some with `snprintf`.
enum { LONG_TO_QUOTE = 64 << 10 };

/// Whether the conversion quotes a long string.
static bool is_long_quotation(lua_State *L, const char *p, const char *letter, int argument) {
    return *letter == 'q' && letter == p && lua_type(L, argument) == LUA_TSTRING
           && lua_rawlen(L, argument) > LONG_TO_QUOTE;
}

/// Pushes a string as %q writes it.
static void push_quoted(lua_State *L, int index) {
    const moondial_vm *vm = moondial_vm_of(L);
    size_t length;
    const char *text = lua_tolstring(L, index, &length);
    luaL_Buffer buffer;
    luaL_buffinit(L, &buffer);
    luaL_addchar(&buffer, '"');
    for (const char *p = text; p < text + length; p++) {
        moondial_poll(L, vm);
        unsigned char c = (unsigned char)*p;
        if (c == '"' || c == '\\' || c == '\n') {
            luaL_addchar(&buffer, '\\');
            luaL_addchar(&buffer, *p);
        } else if (c >= ' ' && c != 127) {
            luaL_addchar(&buffer, *p);
        } else {
            bool digit_follows = p + 1 < text + length && p[1] >= '0' && p[1] <= '9';
            luaL_addchar(&buffer, '\\');
            if (digit_follows || c >= 100) luaL_addchar(&buffer, (char)('0' + c / 100));
            if (digit_follows || c >= 10) luaL_addchar(&buffer, (char)('0' + c / 10 % 10));
            luaL_addchar(&buffer, (char)('0' + c % 10));
        }
    }
    luaL_addchar(&buffer, '"');
    luaL_pushresult(&buffer);
}

/// Replaces the arguments of %s and %p that would show an address, and those of %q that are long, by text; true when a
/// letter has to become an 's'.
static bool replace_arguments(lua_State *L, const char *p, const char *end) {
    int top = lua_gettop(L), argument = 1;
    bool rewrites = false;
    for (const char *letter; (letter = next_conversion(&p, end)) != NULL; p = letter) {
        if (++argument > MAX_CONVERSIONS + 1) luaL_argerror(L, 1, "more than 1000 conversions");
        if (argument > top) continue;
        if (*letter == 's' && is_shown_by_address(L, argument)) {
            moondial_tostring(L, argument, NULL);
            lua_replace(L, argument);
        } else if (*letter == 'p' && is_pointer_conversion(p, letter)) {
            moondial_push_address(L, argument, "(null)");
            lua_replace(L, argument);
            rewrites = true;
        } else if (is_long_quotation(L, p, letter, argument)) {
            push_quoted(L, argument);
            lua_replace(L, argument);
            rewrites = true;
        }
    }
    return rewrites;
}

/// Replaces the format, first on the stack, by one that has 's' where an argument was replaced by text.
static void rewrite_format(lua_State *L, const char *format, size_t length) {
    luaL_Buffer buffer;
    char *copy = luaL_buffinitsize(L, &buffer, length + 1);
    memcpy(copy, format, length + 1);
    const char *p = copy;
    int argument = 1;
    for (const char *letter; (letter = next_conversion(&p, copy + length)) != NULL; p = letter) {
        argument++;
        if ((*letter == 'p' && is_pointer_conversion(p, letter)) || is_long_quotation(L, p, letter, argument))
            copy[letter - copy] = 's';
    }
    luaL_pushresultsize(&buffer, length);
    lua_replace(L, 1);
}

/// Stock `string.format`, which is the upvalue, without showing addresses and without running long.
static int string_format(lua_State *L) {
    if (lua_type(L, 1) == LUA_TSTRING) {
        size_t length;
        const char *format = moondial_check_format(L, &length);
        if (replace_arguments(L, format, format + length)) rewrite_format(L, format, length);
    }
    return lua_tocfunction(L, lua_upvalueindex(1))(L);
}

// MARK: - pack

/// How many bytes the c options of one format may request together: stock Lua fills them one by one.
enum { MAX_PACKED = 16 << 20 };

/// Stock `string.pack`, which is the upvalue, without formats that request gigabytes.
static int string_pack(lua_State *L) {
    size_t sum = 0, length;
    for (const char *p = moondial_check_format(L, &length); *p != '\0'; p++) {
        if (*p != 'c') continue;
        size_t size = 0;
        for (; p[1] >= '0' && p[1] <= '9' && size <= MAX_PACKED; p++) size = size * 10 + (size_t)(p[1] - '0');
        sum += size;
        luaL_argcheck(L, sum <= MAX_PACKED, 1, "more than 16 MiB of fixed-size strings");
    }
    return lua_tocfunction(L, lua_upvalueindex(1))(L);
}

/// Stock `string.packsize` or `string.unpack`, which is the upvalue, for formats of limited length.
static int with_format(lua_State *L) {
    size_t length;
    if (lua_type(L, 1) == LUA_TSTRING) moondial_check_format(L, &length);
    return lua_tocfunction(L, lua_upvalueindex(1))(L);
}

const luaL_Reg moondial_string_functions[] = {{"rep", string_rep}, {NULL, NULL}};

const luaL_Reg moondial_string_wrappers[] = {
    {"format", string_format},
    {"pack", string_pack},
    {"packsize", with_format},
    {"unpack", with_format},
    {NULL, NULL},
};
