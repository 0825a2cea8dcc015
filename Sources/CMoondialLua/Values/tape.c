// SPDX-License-Identifier: MIT
//
// Converts Lua values to bytes and back.

#include <stdlib.h>
#include <string.h>

#include "values.h"

// MARK: - Lua to host

typedef struct {
    lua_State *state;
    moondial_vm *vm;
    const moondial_limits *limits;
    uint32_t nodes;
    bool functions;
    const char *problem;
} encoder;

static moondial_status limit(encoder *e, const char *problem) {
    e->problem = problem;
    return MOONDIAL_LIMIT;
}

static moondial_status written(bool ok) { return ok ? MOONDIAL_OK : MOONDIAL_MEMORY; }

static moondial_status encode_value(encoder *e, int index, int type, uint32_t depth);

static inline moondial_status encode_string(encoder *e, int index) {
    moondial_buffer *out = &e->vm->outbox;
    size_t count;
    const char *bytes = lua_tolstring(e->state, index, &count);
    if (sizeof(moondial_tape) + sizeof(uint32_t) + count > e->limits->bytes - out->count)
        return limit(e, "the values are too large");
    return written(moondial_put_text(out, MOONDIAL_TAPE_STRING, bytes, count));
}

/// On failure the stack is left as it is: `moondial_encode` restores it.
static inline moondial_status encode(encoder *e, int index, uint32_t depth) {
    if (++e->nodes > e->limits->nodes) return limit(e, "there are too many values");
    if (e->vm->outbox.count > e->limits->bytes) return limit(e, "the values are too large");
    int type = lua_type(e->state, index);
    return type == LUA_TSTRING ? encode_string(e, index) : encode_value(e, index, type, depth);
}

static moondial_status encode_table(encoder *e, int index, uint32_t depth) {
    lua_State *L = e->state;
    if (depth >= e->limits->depth) return limit(e, "tables are nested too deep");
    if (!lua_checkstack(L, 6)) return MOONDIAL_MEMORY;
    index = lua_absindex(L, index);
    moondial_tape tag = MOONDIAL_TAPE_TABLE;
    bool has_metatable = lua_getmetatable(L, index);
    if (has_metatable) {
        lua_pop(L, 1);
        lua_pushvalue(L, index);
        index = lua_gettop(L);
        moondial_look_behind(L, index);
        if (moondial_is_array(L, index)) tag = MOONDIAL_TAPE_ARRAY;
    }
    lua_Unsigned length = lua_rawlen(L, index);
    if (length > e->limits->nodes) return limit(e, "there are too many values");
    uint32_t counts[2] = {(uint32_t)length, 0};
    if (!moondial_put_tagged(&e->vm->outbox, tag, counts, sizeof counts)) return MOONDIAL_MEMORY;
    for (lua_Unsigned i = 1; i <= length; i++) {
        lua_rawgeti(L, index, (lua_Integer)i);
        moondial_status status = encode(e, -1, depth + 1);
        if (status != MOONDIAL_OK) return status;
        lua_pop(L, 1);
    }
    for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1)) {
        moondial_poll(L, e->vm);
        if (length > 0 && lua_isinteger(L, -2)) {
            lua_Integer key = lua_tointeger(L, -2);
            if (key >= 1 && (lua_Unsigned)key <= length) continue;
        }
        moondial_status status = encode(e, -2, depth + 1);
        if (status == MOONDIAL_OK) status = encode(e, -1, depth + 1);
        if (status != MOONDIAL_OK) return status;
    }
    if (has_metatable) lua_pop(L, 1);
    moondial_poll(L, e->vm);
    return written(moondial_put_tag(&e->vm->outbox, MOONDIAL_TAPE_END));
}

static moondial_status encode_opaque(encoder *e, int index) {
    const char *name = luaL_typename(e->state, index);
    return written(moondial_put_text(&e->vm->outbox, MOONDIAL_TAPE_OPAQUE, name, strlen(name)));
}

static moondial_status encode_function(encoder *e, int index) {
    lua_State *L = e->state;
    if (!e->functions) return encode_opaque(e, index);
    moondial_buffer *out = &e->vm->outbox;
    lua_Debug ar;
    lua_pushvalue(L, index);
    lua_getinfo(L, ">S", &ar);
    size_t count;
    const char *source = moondial_source(&ar, &count);
    int32_t line = ar.linedefined;
    lua_pushvalue(L, index);
    moondial_function_links links = {luaL_ref(L, LUA_REGISTRYINDEX), (uint32_t)e->vm->functions};
    if (!moondial_put_tagged(out, MOONDIAL_TAPE_FUNCTION, &links, sizeof links)) {
        moondial_vm_release(e->vm, links.reference);
        return MOONDIAL_MEMORY;
    }
    e->vm->functions = out->count;
    return written(
        moondial_put_text(out, MOONDIAL_TAPE_STRING, source, count) && moondial_put(out, &line, sizeof line));
}

/// Objects are userdata with a class number and a payload; any other userdata is opaque.
static moondial_status encode_object(encoder *e, int index, uint32_t depth) {
    lua_State *L = e->state;
    if (depth >= e->limits->depth) return limit(e, "tables are nested too deep");
    if (!lua_checkstack(L, 4)) return MOONDIAL_MEMORY;
    const uint32_t *class = lua_touserdata(L, index);
    if (lua_rawlen(L, index) != sizeof *class) return encode_opaque(e, index);
    if (!moondial_put_tagged(&e->vm->outbox, MOONDIAL_TAPE_OBJECT, class, sizeof *class)) return MOONDIAL_MEMORY;
    lua_getiuservalue(L, index, 1);
    moondial_status status = encode(e, -1, depth + 1);
    if (status == MOONDIAL_OK) lua_pop(L, 1);
    return status;
}

/// On failure the stack is left as it is: `moondial_encode` restores it.
static moondial_status encode_value(encoder *e, int index, int type, uint32_t depth) {
    lua_State *L = e->state;
    moondial_buffer *out = &e->vm->outbox;
    switch (type) {
        case LUA_TNIL: return written(moondial_put_tag(out, MOONDIAL_TAPE_NIL));
        case LUA_TBOOLEAN:
            return written(moondial_put_tag(out, lua_toboolean(L, index) ? MOONDIAL_TAPE_TRUE : MOONDIAL_TAPE_FALSE));
        case LUA_TNUMBER: {
            if (lua_isinteger(L, index)) return written(moondial_put_integer(out, lua_tointeger(L, index)));
            double value = lua_tonumber(L, index);
            return written(moondial_put_tagged(out, MOONDIAL_TAPE_DOUBLE, &value, sizeof value));
        }
        case LUA_TTABLE: return encode_table(e, index, depth);
        case LUA_TFUNCTION: return encode_function(e, index);
        case LUA_TUSERDATA: return encode_object(e, index, depth);
        case LUA_TLIGHTUSERDATA:
            if (lua_touserdata(L, index) == NULL) return written(moondial_put_tag(out, MOONDIAL_TAPE_NULL));
            return encode_opaque(e, index);
        default: return encode_opaque(e, index);
    }
}

moondial_status moondial_encode(
    lua_State *L, int index, const moondial_limits *limits, bool functions, const char **problem) {
    encoder e = {L, moondial_vm_of(L), limits, 0, functions, ""};
    int top = lua_gettop(L);
    moondial_status status = encode(&e, index, 0);
    lua_settop(L, top);
    *problem = e.problem;
    return status;
}

// MARK: - Host to Lua

static uint32_t take_count(const uint8_t **cursor) {
    uint32_t value;
    memcpy(&value, *cursor, sizeof value);
    *cursor += sizeof value;
    return value;
}

/// The address of a literal, by which Lua finds its string again without hashing it.
static const char *take_literal(const uint8_t **cursor) {
    const char *text;
    memcpy(&text, *cursor, sizeof text);
    *cursor += sizeof text;
    return text;
}

static void decode(lua_State *L, const uint8_t **cursor);

static void decode_table(lua_State *L, const uint8_t **cursor) {
    uint32_t length = take_count(cursor);
    uint32_t pairs = take_count(cursor);
    luaL_checkstack(L, 4, "value nested too deep");
    lua_createtable(L, (int)length, (int)pairs);
    for (uint32_t i = 1; i <= length; i++) {
        decode(L, cursor);
        lua_rawseti(L, -2, i);
    }
    while (**cursor != MOONDIAL_TAPE_END) {
        if (**cursor == MOONDIAL_TAPE_LITERAL) {
            *cursor += 1;
            const char *name = take_literal(cursor);
            decode(L, cursor);
            lua_setfield(L, -2, name);  // raw, since the table has no metatable yet
        } else {
            decode(L, cursor);
            decode(L, cursor);
            lua_rawset(L, -3);
        }
    }
    *cursor += 1;
}

static void decode(lua_State *L, const uint8_t **cursor) {
    moondial_tape tag = (moondial_tape)**cursor;
    *cursor += 1;
    switch (tag) {
        case MOONDIAL_TAPE_FALSE: lua_pushboolean(L, 0); break;
        case MOONDIAL_TAPE_TRUE: lua_pushboolean(L, 1); break;
        case MOONDIAL_TAPE_INTEGER: {
            int64_t value;
            memcpy(&value, *cursor, sizeof value);
            *cursor += sizeof value;
            lua_pushinteger(L, value);
            break;
        }
        case MOONDIAL_TAPE_DOUBLE: {
            double value;
            memcpy(&value, *cursor, sizeof value);
            *cursor += sizeof value;
            lua_pushnumber(L, value);
            break;
        }
        case MOONDIAL_TAPE_STRING: {
            uint32_t count = take_count(cursor);
            lua_pushlstring(L, (const char *)*cursor, count);
            *cursor += count;
            break;
        }
        case MOONDIAL_TAPE_LITERAL: lua_pushstring(L, take_literal(cursor)); break;
        case MOONDIAL_TAPE_TABLE: decode_table(L, cursor); break;
        case MOONDIAL_TAPE_ARRAY:
            decode_table(L, cursor);
            lua_rawgetp(L, LUA_REGISTRYINDEX, &moondial_key_array);
            lua_setmetatable(L, -2);
            break;
        case MOONDIAL_TAPE_NULL: lua_pushlightuserdata(L, NULL); break;
        case MOONDIAL_TAPE_FUNCTION: {
            int32_t reference;
            memcpy(&reference, *cursor, sizeof reference);
            *cursor += sizeof reference;
            lua_rawgeti(L, LUA_REGISTRYINDEX, reference);
            break;
        }
        case MOONDIAL_TAPE_RECORD: {
            uint32_t class = take_count(cursor);
            decode(L, cursor);
            moondial_make_record(L, class);
            break;
        }
        case MOONDIAL_TAPE_KEEP: {
            moondial_thread *thread = moondial_vm_of(L)->current;
            decode(L, cursor);
            lua_pushvalue(L, -1);
            // With a number as the key: the list part of the registry may grow even where the limit of keys is small.
            thread->kept = luaL_ref(L, LUA_REGISTRYINDEX);
            break;
        }
        case MOONDIAL_TAPE_KEPT: lua_rawgeti(L, LUA_REGISTRYINDEX, moondial_vm_of(L)->current->kept); break;
        case MOONDIAL_TAPE_NIL:
        case MOONDIAL_TAPE_END:
        case MOONDIAL_TAPE_OBJECT:
        case MOONDIAL_TAPE_OPAQUE:
        case MOONDIAL_TAPE_LONG_STRING:
        case MOONDIAL_TAPE_VIEW:
        case MOONDIAL_TAPE_CYCLE:
        case MOONDIAL_TAPE_CUT: lua_pushnil(L); break;
    }
}

int moondial_decode(lua_State *L) {
    const moondial_buffer *in = &moondial_vm_of(L)->inbox;
    const uint8_t *cursor = in->bytes;
    const uint8_t *end = in->bytes + in->count;
    int values = 0;
    while (cursor < end) {
        luaL_checkstack(L, 4, "too many values");
        decode(L, &cursor);
        values++;
    }
    return values;
}
