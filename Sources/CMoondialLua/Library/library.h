// SPDX-License-Identifier: MIT
//
// The standard library as scripts see it, and what the compiler must not be given.

#ifndef CMOONDIALLUA_LIBRARY_H
#define CMOONDIALLUA_LIBRARY_H

#include "Threads/threads.h"

// MARK: - words.c

/// Words and labels of one text, of those that are counted, and fields of fields in one expression.
enum { MOONDIAL_WORD_LIMIT = 3000, MOONDIAL_CHAIN_LIMIT = 200 };

typedef enum {
    MOONDIAL_NO_EXCESS,
    MOONDIAL_MANY_WORDS,  ///< the time to compile the text might grow with the square of their number
    MOONDIAL_LONG_CHAIN,  ///< the time to report an error in it, and the C stack that this takes, might grow too far
} moondial_excess;

/// What the text has too much of. Never raises.
moondial_excess moondial_find_excess(const char *text, size_t count);

// MARK: - repair.c

/// Replaces the function on top of the stack, which `text` was compiled to, by one without the wrong CLOSE instructions
/// of the compiler: LUA_OK, or another status with the message in its place. May raise (memory).
int moondial_repair(lua_State *L, const char *text, size_t count);

// MARK: - lines.c

/// Replaces the function on top of the stack by one whose lines have numbers that are greater by `lines`: LUA_OK, or another
/// status with the message in its place. May raise (memory).
int moondial_move_lines(lua_State *L, size_t lines);

// MARK: - compile.c

/// Bytes of one text to compile, unless the host says otherwise.
enum { MOONDIAL_SOURCE_LIMIT = 128 << 10 };

/// Compiles text (never bytecode), if it is not too much: LUA_OK with the function on top of the stack, or another status
/// with the message there. May raise (memory).
int moondial_compile(lua_State *L, const char *text, size_t count, const char *name);
/// The same for a text whose first line has this number.
int moondial_compile_at(lua_State *L, const char *text, size_t count, const char *name, uint32_t first_line);
/// `load`, for text only. No script code runs inside the parser. Upvalue: the globals of what is loaded, or none for those
/// of the VM.
int moondial_load(lua_State *L);

// MARK: - base.c, values.c, random.c, time.c

/// Fills `bytes` (at most 256); false when the system does not provide. Never raises.
bool moondial_random(void *bytes, size_t count);
extern const luaL_Reg moondial_random_functions[];
/// time and date by the clock of what runs; clock by its processor time.
extern const luaL_Reg moondial_os_functions[];
extern const luaL_Reg moondial_base_functions[];
extern const luaL_Reg moondial_value_functions[];

// MARK: - string_patterns.c, strings.c, tables.c, sort.c, codes.c

extern const luaL_Reg moondial_pattern_functions[];
extern const luaL_Reg moondial_string_functions[];
extern const luaL_Reg moondial_table_functions[];
extern const luaL_Reg moondial_utf8_functions[];

/// Functions that get the stock function which they replace as an upvalue.
extern const luaL_Reg moondial_string_wrappers[];
extern const luaL_Reg moondial_value_wrappers[];

/// What an argument must be capable of, through metamethods when it is no table.
enum { MOONDIAL_TABLE_READ = 1, MOONDIAL_TABLE_WRITE = 2, MOONDIAL_TABLE_LENGTH = 4 };

/// The format at argument 1, which must not be too long. May raise.
const char *moondial_check_format(lua_State *L, size_t *length);
/// The length of the argument, which must be capable of `uses` too. May raise.
lua_Integer moondial_check_length(lua_State *L, int index, int uses);
/// `table.sort`.
int moondial_sort(lua_State *L);

// MARK: - keys.c

/// Behind `moondial_vm_names`. May raise (memory).
int moondial_list_names(lua_State *L);

// MARK: - module.c

/// Pushes a `require` that asks host function `function`. May raise (memory).
void moondial_push_require(lua_State *L, uint32_t function);
/// Behind `moondial_vm_forget_modules`. May raise (memory).
int moondial_forget_modules(lua_State *L);
/// What the prelude needs to give modules their own globals.
extern const luaL_Reg moondial_module_functions[];

// MARK: - library.c

/// Fills the globals. May raise (memory).
void moondial_open_libraries(lua_State *L, const char *const *allowed);

#endif
