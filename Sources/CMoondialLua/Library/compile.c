// SPDX-License-Identifier: MIT
//
// Compiles text to functions. No other file calls Lua's compiler for text.

#include <string.h>

#include "library.h"

/// Bytes that the parser gets at a time: it can be stopped between the pieces. 128 KiB of text can take the parser a
/// second, if nested functions have many variables each, since all of them are searched for every name.
enum { PIECE = 64 };

typedef struct {
    const moondial_vm *vm;
    const char *next;
    size_t left;
    uint32_t newlines;  ///< before the text
} source;

static const char *read_piece(lua_State *L, void *data, size_t *count) {
    source *s = data;
    if (s->vm->stopping) {  // an error ends the parser, so that it frees its memory
        lua_pushnil(L);
        lua_error(L);
    }
    static const char newlines[] = "\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n";
    if (s->newlines > 0) {
        uint32_t some = s->newlines < sizeof newlines - 1 ? s->newlines : sizeof newlines - 1;
        s->newlines -= some;
        *count = some;
        return newlines;
    }
    const char *piece = s->next;
    *count = s->left < PIECE ? s->left : PIECE;
    s->next += *count;
    s->left -= *count;
    return piece;
}

static void push_too_large(lua_State *L, size_t count) {
    lua_pushfstring(
        L, "chunk is too large (%I bytes, more than the %I of limits.source_bytes)", (LUAI_UACINT)count,
        (LUAI_UACINT)moondial_vm_of(L)->source_limit);
    moondial_note_kind(L, MOONDIAL_ERROR_SOURCE_TOO_LARGE);
}

/// Whether Lua expects more text; found out in the same way as in its standalone interpreter.
static bool is_incomplete(lua_State *L) {
    static const char mark[] = "near <eof>";
    size_t count;
    const char *message = lua_tolstring(L, -1, &count);
    return message != NULL && count >= sizeof mark - 1 && strcmp(message + count - (sizeof mark - 1), mark) == 0;
}

static void push_excess(lua_State *L, moondial_excess excess) {
    if (excess == MOONDIAL_MANY_WORDS)
        lua_pushfstring(
            L, "chunk has more than %d 'and', 'or', 'elseif', 'goto', 'break' and labels", MOONDIAL_WORD_LIMIT);
    else
        lua_pushfstring(L, "chunk has an expression with more than %d fields of fields", MOONDIAL_CHAIN_LIMIT);
}

static int compile(lua_State *L, const char *text, size_t count, const char *name, uint32_t newlines) {
    moondial_vm *vm = moondial_vm_of(L);
    if (count > vm->source_limit) {
        push_too_large(L, count);
        return LUA_ERRSYNTAX;
    }
    moondial_excess excess = moondial_find_excess(text, count);
    if (excess != MOONDIAL_NO_EXCESS) {
        push_excess(L, excess);
        return LUA_ERRSYNTAX;
    }
    source s = {vm, text, count, newlines};
    vm->loading = MOONDIAL_LOADS_TEXT;
    int status = lua_load(L, read_piece, &s, name, "t");
    vm->loading = MOONDIAL_LOADS_NOTHING;
    moondial_poll(L, vm);
    if (status == LUA_ERRSYNTAX && is_incomplete(L)) moondial_note_kind(L, MOONDIAL_ERROR_SOURCE_INCOMPLETE);
    return status == LUA_OK ? moondial_repair(L, text, count) : status;
}

int moondial_compile(lua_State *L, const char *text, size_t count, const char *name) {
    return compile(L, text, count, name, 0);
}

int moondial_compile_at(lua_State *L, const char *text, size_t count, const char *name, uint32_t first_line) {
    int status = compile(L, text, count, name, 0);
    if (first_line <= 1) return status;
    if (status == LUA_OK) return moondial_move_lines(L, first_line - 1);
    if (status != LUA_ERRSYNTAX) return status;
    lua_pop(L, 1);
    return compile(L, text, count, name, first_line - 1);  // so that the message has the right line
}

// MARK: - load

/// Replaces the reader function, first on the stack, by the text of its pieces. On failure: false, with an error value
/// on top.
static bool collect_pieces(lua_State *L) {
    const moondial_vm *vm = moondial_vm_of(L);
    luaL_Buffer buffer;
    luaL_buffinit(L, &buffer);
    for (;;) {
        moondial_poll(L, vm);
        lua_pushvalue(L, 1);
        if (lua_pcall(L, 0, 1, 0) != LUA_OK) return false;
        size_t count = 0;
        if (lua_isnil(L, -1) || (lua_isstring(L, -1) && (lua_tolstring(L, -1, &count), count == 0))) break;
        if (!lua_isstring(L, -1)) {
            luaL_where(L, 1);
            lua_pushliteral(L, "reader function must return a string");
            lua_concat(L, 2);
            return false;
        }
        if (count > vm->source_limit - luaL_bufflen(&buffer)) {
            push_too_large(L, luaL_bufflen(&buffer) + count);
            return false;
        }
        luaL_addvalue(&buffer);
    }
    lua_pop(L, 1);
    luaL_pushresult(&buffer);
    lua_replace(L, 1);
    return true;
}

/// Whether the argument `mode` allows text. If not, pushes a message.
static bool is_text_mode(lua_State *L) {
    const char *mode = luaL_optstring(L, 3, "t");
    if (strchr(mode, 't') != NULL) return true;
    lua_pushfstring(L, "attempt to load a chunk with mode '%s': only text chunks ('t') are loaded", mode);
    return false;
}

static int fail(lua_State *L) {
    luaL_pushfail(L);
    lua_insert(L, -2);
    return 2;
}

int moondial_load(lua_State *L) {
    if (!is_text_mode(L)) return fail(L);
    bool is_text = lua_isstring(L, 1), sets_environment = !lua_isnone(L, 4);
    const char *name = luaL_optstring(L, 2, is_text ? lua_tostring(L, 1) : "=(load)");
    luaL_argcheck(L, lua_isnoneornil(L, 2) || !moondial_is_prelude_name(name), 2, "the host uses such names itself");
    if (!is_text) luaL_checktype(L, 1, LUA_TFUNCTION);
    lua_settop(L, 4);
    if (!is_text && !collect_pieces(L)) return fail(L);
    size_t count;
    const char *text = lua_tolstring(L, 1, &count);
    int status = moondial_compile(L, text, count, name);
    if (status == LUA_ERRSYNTAX) moondial_note_failed_text(L, 1);
    if (status != LUA_OK) return fail(L);
    if (sets_environment || lua_istable(L, lua_upvalueindex(1))) {
        lua_pushvalue(L, sets_environment ? 4 : lua_upvalueindex(1));
        if (lua_setupvalue(L, -2, 1) == NULL) lua_pop(L, 1);
    }
    return 1;
}
