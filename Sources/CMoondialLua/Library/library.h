// SPDX-License-Identifier: MIT
//
// The standard library as scripts see it, and checks of texts before they are compiled.

#ifndef CMOONDIALLUA_LIBRARY_H
#define CMOONDIALLUA_LIBRARY_H

#include "Threads/threads.h"

// MARK: - words.c

/// How many of the counted words and labels one text may have, and how many fields of fields one expression.
enum { MOONDIAL_WORD_LIMIT = 3000, MOONDIAL_CHAIN_LIMIT = 200 };

typedef enum {
    MOONDIAL_NO_EXCESS,
    MOONDIAL_MANY_WORDS,  ///< the time to compile the text might grow with the square of their number
    MOONDIAL_LONG_CHAIN,  ///< to report an error in it might take too much time and C stack
} moondial_excess;

/// Finds what the text has too much of. Never raises.
moondial_excess moondial_find_excess(const char *text, size_t count);

// MARK: - repair.c

/// Replaces the function on top of the stack, which is the compiled `text`, by one without the wrong CLOSE instructions
/// of the compiler. Returns LUA_OK, or another status with a message instead of the function. May raise (memory).
int moondial_repair(lua_State *L, const char *text, size_t count);

// MARK: - lines.c

/// Replaces the function on top of the stack by one whose line numbers are greater by `lines`. Returns LUA_OK, or
/// another status with a message instead of the function. May raise (memory).
int moondial_move_lines(lua_State *L, size_t lines);

// MARK: - compile.c

/// How many bytes one text to compile may have, unless the host sets another limit.
enum { MOONDIAL_SOURCE_LIMIT = 128 << 10 };

/// Compiles text (never bytecode) within the limits. Returns LUA_OK with the function on top of the stack, or another
/// status with a message there. May raise (memory).
int moondial_compile(lua_State *L, const char *text, size_t count, const char *name);
/// The same for a text whose first line has this number.
int moondial_compile_at(lua_State *L, const char *text, size_t count, const char *name, uint32_t first_line);
/// `load`, for text only. No script code runs inside the parser. Upvalue: the globals of loaded functions, or none for
/// the globals of the VM.
int moondial_load(lua_State *L);

// MARK: - base.c, values.c, random.c, time.c

/// Fills `bytes` (at most 256) with random numbers; false when the system has none. Never raises.
bool moondial_random(void *bytes, size_t count);
extern const luaL_Reg moondial_random_functions[];
/// `time` and `date` use the clock of the running code, `clock` its processor time.
extern const luaL_Reg moondial_os_functions[];
extern const luaL_Reg moondial_base_functions[];
extern const luaL_Reg moondial_value_functions[];

// MARK: - string_patterns.c, strings.c, tables.c, sort.c, codes.c

extern const luaL_Reg moondial_pattern_functions[];
extern const luaL_Reg moondial_string_functions[];
extern const luaL_Reg moondial_table_functions[];
extern const luaL_Reg moondial_utf8_functions[];

/// Functions whose upvalue is the stock function that they replace.
extern const luaL_Reg moondial_string_wrappers[];
extern const luaL_Reg moondial_value_wrappers[];

/// The operations that an argument must allow, through metamethods if it is not a table.
enum { MOONDIAL_TABLE_READ = 1, MOONDIAL_TABLE_WRITE = 2, MOONDIAL_TABLE_LENGTH = 4 };

/// The format at argument 1, which must not be too long. May raise.
const char *moondial_check_format(lua_State *L, size_t *length);
/// The length of the argument, which must also allow the operations `uses`. May raise.
lua_Integer moondial_check_length(lua_State *L, int index, int uses);
/// `table.sort`.
int moondial_sort(lua_State *L);

// MARK: - keys.c

/// The protected part of `moondial_vm_names`. May raise (memory).
int moondial_list_names(lua_State *L);

// MARK: - module.c

/// Pushes a `require` that gets modules from host function `function`. May raise (memory).
void moondial_push_require(lua_State *L, uint32_t function);
/// The protected part of `moondial_vm_forget_modules`. May raise (memory).
int moondial_forget_modules(lua_State *L);
/// Functions with which the prelude gives modules their own globals.
extern const luaL_Reg moondial_module_functions[];

// MARK: - library.c

/// Fills the globals. May raise (memory).
void moondial_open_libraries(lua_State *L, const char *const *allowed);

#endif
