// SPDX-License-Identifier: MIT
//
// Values as they are shown to people: of every type and any size, and without running their metamethods.

#include <string.h>

#include "values.h"

enum {
    MAX_DEPTH = 200,
    USUAL_DEPTH = 32,
    USUAL_BYTES = 4 << 20,
    MOST_BYTES = 1 << 30,
    MOST_NODES = 4 << 20,
    MAX_COUNTED = 1 << 20,  ///< in a table with more entries, those left out are not counted any more
};

typedef struct {
    lua_State *state;
    moondial_buffer *out;
    uint32_t nodes;
    uint32_t most_nodes;
    uint32_t most_depth;
    size_t most_bytes;  ///< on the tape, before the last value
    size_t most_of_string;
    const void *path[MAX_DEPTH];  ///< the tables around the current value, outermost first
} viewer;

static bool put(viewer *v, const void *bytes, size_t count) { return moondial_put(v->out, bytes, count); }

static bool put_tag(viewer *v, moondial_tape tag) { return moondial_put_tag(v->out, tag); }

static bool put_number(viewer *v, uint32_t number) { return put(v, &number, sizeof number); }

static bool is_full(const viewer *v) { return v->nodes >= v->most_nodes || v->out->count >= v->most_bytes; }

static bool view(viewer *v, int index, uint32_t depth);

static bool view_string(viewer *v, int index) {
    size_t count;
    const char *bytes = lua_tolstring(v->state, index, &count);
    if (count <= v->most_of_string) return moondial_put_text(v->out, MOONDIAL_TAPE_STRING, bytes, count);
    uint32_t whole = count > UINT32_MAX ? UINT32_MAX : (uint32_t)count;
    return put_tag(v, MOONDIAL_TAPE_LONG_STRING) && put_number(v, whole) &&
           moondial_put_text(v->out, MOONDIAL_TAPE_STRING, bytes, v->most_of_string);
}

/// A function without a reference: its source and line, or the name it has in the library.
static bool view_function(viewer *v, int index) {
    lua_State *L = v->state;
    lua_pushvalue(L, index);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &moondial_key_names);
    lua_pushvalue(L, -2);
    lua_rawget(L, -2);
    const char *name = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : NULL;
    if (lua_tocfunction(L, -3) == moondial_vm_of(L)->host_function) {
        lua_pop(L, 1);
        lua_getupvalue(L, -2, 3);
        name = lua_tostring(L, -1);
    }
    lua_Debug ar;
    lua_pushvalue(L, -3);
    lua_getinfo(L, ">S", &ar);
    size_t count;
    const char *source = moondial_source(&ar, &count);
    int32_t line = ar.linedefined;
    int32_t nothing[2] = {MOONDIAL_NO_FUNCTION, 0};
    if (name != NULL) {
        source = name;
        count = strlen(name);
        line = -1;
    } else if (*ar.what == 'C' || moondial_is_prelude_name(ar.source)) {
        count = 0;
        line = -1;
    }
    bool ok = put_tag(v, MOONDIAL_TAPE_FUNCTION) && put(v, nothing, sizeof nothing) &&
              moondial_put_text(v->out, MOONDIAL_TAPE_STRING, source, count) && put(v, &line, sizeof line);
    lua_pop(L, 3);
    return ok;
}

/// Writes the entries that there is room for, and the number of the others.
static bool view_entries(viewer *v, int index, uint32_t depth, lua_Unsigned shown) {
    lua_State *L = v->state;
    const moondial_vm *vm = moondial_vm_of(L);
    uint32_t left = 0, seen = 0;
    for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1)) {
        moondial_poll(L, vm);
        if (++seen > MAX_COUNTED) {
            left++;
            lua_pop(L, 2);
            break;
        }
        if (lua_isinteger(L, -2)) {
            lua_Integer key = lua_tointeger(L, -2);
            if (key >= 1 && (lua_Unsigned)key <= shown) continue;
        }
        if (is_full(v)) {
            left++;
        } else if (!view(v, -2, depth + 1) || !view(v, -1, depth + 1)) {
            return false;
        }
    }
    return put_tag(v, MOONDIAL_TAPE_END) && put_number(v, left);
}

/// Whether a table is a record, as hooks get them: a table that holds another one, and may have a metatable of its own.
static bool is_record(lua_State *L, int index) {
    if (!lua_getmetatable(L, index)) return false;
    bool is_record = lua_rawgetp(L, -1, &moondial_key_frozen) == LUA_TBOOLEAN;
    lua_pop(L, 2);
    return is_record;
}

/// The `__name` of a table's metatable, or no text.
static bool view_name(viewer *v, int index) {
    lua_State *L = v->state;
    lua_getmetatable(L, index);
    lua_pushliteral(L, "__name");
    lua_rawget(L, -2);
    size_t count = 0;
    const char *name = lua_type(L, -1) == LUA_TSTRING ? lua_tolstring(L, -1, &count) : "";
    bool ok = moondial_put_text(v->out, MOONDIAL_TAPE_STRING, name, count < 64 ? count : 64);
    if (ok) lua_pop(L, 2);
    return ok;
}

static bool view_table(viewer *v, int index, uint32_t depth) {
    lua_State *L = v->state;
    const void *identity = lua_topointer(L, index);
    for (uint32_t i = 0; i < depth; i++)
        if (v->path[i] == identity) return put_tag(v, MOONDIAL_TAPE_CYCLE) && put_number(v, depth - i);
    if (depth >= v->most_depth || is_full(v)) return put_tag(v, MOONDIAL_TAPE_CUT);
    if (!lua_checkstack(L, 10)) return false;
    v->path[depth] = identity;
    lua_pushvalue(L, index);
    lua_pushvalue(L, index);
    index = lua_gettop(L);
    int named = index;  // the table whose metatable is shown
    bool is_array = false;
    if (lua_getmetatable(L, index)) {
        lua_pop(L, 1);
        if (is_record(L, index)) named = index - 1;
        moondial_look_behind(L, index);
        is_array = moondial_is_array(L, index);
    }
    bool has_metatable = !is_array && lua_getmetatable(L, named);
    if (has_metatable) lua_pop(L, 1);
    lua_Unsigned length = lua_rawlen(L, index);
    lua_Unsigned room = v->nodes < v->most_nodes ? v->most_nodes - v->nodes : 0;
    uint32_t shown = (uint32_t)(length < room ? length : room);
    size_t count_at = v->out->count + 2 * sizeof(moondial_tape);
    if (!put_tag(v, MOONDIAL_TAPE_VIEW) || !put_tag(v, is_array ? MOONDIAL_TAPE_ARRAY : MOONDIAL_TAPE_TABLE)) return false;
    if (!put_number(v, shown) || !put_number(v, has_metatable)) return false;
    for (uint32_t i = 1; i <= shown; i++) {
        if (is_full(v)) {
            shown = i - 1;
            memcpy(v->out->bytes + count_at, &shown, sizeof shown);
            break;
        }
        lua_rawgeti(L, index, (lua_Integer)i);
        bool ok = view(v, -1, depth + 1);
        lua_pop(L, 1);
        if (!ok) return false;
    }
    bool ok = view_entries(v, index, depth, shown) && (!has_metatable || view_name(v, named));
    if (ok) lua_pop(L, 2);
    return ok;
}

static bool view_object(viewer *v, int index, uint32_t depth) {
    lua_State *L = v->state;
    const uint32_t *class = lua_touserdata(L, index);
    if (lua_rawlen(L, index) != sizeof *class) return moondial_put_text(v->out, MOONDIAL_TAPE_OPAQUE, "userdata", 8);
    if (depth >= v->most_depth) return put_tag(v, MOONDIAL_TAPE_CUT);
    if (!lua_checkstack(L, 4)) return false;
    v->path[depth] = class;
    if (!put_tag(v, MOONDIAL_TAPE_OBJECT) || !put(v, class, sizeof *class)) return false;
    lua_getiuservalue(L, index, 1);
    bool ok = view(v, -1, depth + 1);
    if (ok) lua_pop(L, 1);
    return ok;
}

/// On failure the stack is left as it is.
static bool view(viewer *v, int index, uint32_t depth) {
    lua_State *L = v->state;
    v->nodes++;
    const char *type;
    index = lua_absindex(L, index);
    switch (lua_type(L, index)) {
        case LUA_TNIL: return put_tag(v, MOONDIAL_TAPE_NIL);
        case LUA_TBOOLEAN: return put_tag(v, lua_toboolean(L, index) ? MOONDIAL_TAPE_TRUE : MOONDIAL_TAPE_FALSE);
        case LUA_TNUMBER: {
            if (lua_isinteger(L, index)) return moondial_put_integer(v->out, lua_tointeger(L, index));
            double value = lua_tonumber(L, index);
            return put_tag(v, MOONDIAL_TAPE_DOUBLE) && put(v, &value, sizeof value);
        }
        case LUA_TSTRING: return is_full(v) ? put_tag(v, MOONDIAL_TAPE_CUT) : view_string(v, index);
        case LUA_TTABLE: return view_table(v, index, depth);
        case LUA_TFUNCTION:
            return is_full(v) ? put_tag(v, MOONDIAL_TAPE_CUT) : lua_checkstack(L, 6) && view_function(v, index);
        case LUA_TUSERDATA: return is_full(v) ? put_tag(v, MOONDIAL_TAPE_CUT) : view_object(v, index, depth);
        case LUA_TLIGHTUSERDATA:
            if (lua_touserdata(L, index) == NULL) return put_tag(v, MOONDIAL_TAPE_NULL);
            break;
        default: break;
    }
    type = luaL_typename(L, index);
    return moondial_put_text(v->out, MOONDIAL_TAPE_OPAQUE, type, strlen(type));
}

moondial_status moondial_encode_view(lua_State *L, int index, moondial_view_size size) {
    bool is_error = size == MOONDIAL_VIEW_OF_ERROR, is_all = size == MOONDIAL_VIEW_OF_ALL;
    viewer v = {
        .state = L,
        .out = &moondial_vm_of(L)->outbox,
        .most_nodes = is_all ? MOST_NODES : is_error ? 64 : 50000,
        .most_depth = is_all ? MAX_DEPTH : USUAL_DEPTH,
        .most_bytes = is_all ? MOST_BYTES : is_error ? 32 << 10 : USUAL_BYTES,
        .most_of_string = is_all ? MOST_BYTES : is_error ? 8 << 10 : 64 << 10,
    };
    int top = lua_gettop(L);
    bool ok = view(&v, index, 0);
    lua_settop(L, top);
    return ok ? MOONDIAL_OK : MOONDIAL_MEMORY;
}
