// SPDX-License-Identifier: MIT
//
// Where Lua cannot yield, a call of a host function that may wait is refused, and the host is not called.

#include <string.h>

#include "threads.h"

/// How many levels are searched for a construct. Finding a level takes time in proportion to its number.
enum { MAX_LEVELS = 1000 };

/// Lua can yield across these: they do not explain a refusal.
static bool is_transparent(const char *name) {
    return strcmp(name, "pcall") == 0 || strcmp(name, "xpcall") == 0 || strcmp(name, "pairs") == 0
           || strncmp(name, "coroutine.", 10) == 0;
}

static const char *phrase(const char *name) {
    static const struct {
        const char *name, *phrase;
    } phrases[] = {
        {"ipairs", "an __index metamethod called by ipairs"},
        {"load", "a load reader function"},
        {"os.time", "an __index metamethod called by os.time"},
        {"print", "a __tostring metamethod called by print"},
        {"require", "require, while a module loads"},
        {"string arithmetic", "an arithmetic metamethod called for a string operand"},
        {"string.format", "a __tostring metamethod called by string.format"},
        {"string.gsub", "a string.gsub replacement"},
        {"table.concat", "a metamethod called by table.concat"},
        {"table.insert", "a metamethod called by table.insert"},
        {"table.move", "a metamethod called by table.move"},
        {"table.remove", "a metamethod called by table.remove"},
        {"table.sort", "a table.sort comparator"},
        {"table.unpack", "a metamethod called by table.unpack"},
        {"tostring", "a __tostring metamethod called by tostring"},
    };
    for (size_t i = 0; i < sizeof phrases / sizeof *phrases; i++)
        if (strcmp(name, phrases[i].name) == 0) return phrases[i].phrase;
    return name;
}

/// Returns the name of the innermost function of `L` that Lua cannot yield across, or NULL. Never raises.
static const char *construct(lua_State *L) {
    lua_Debug ar;
    if (!lua_checkstack(L, 2)) return NULL;
    for (int level = 0; level < MAX_LEVELS && lua_getstack(L, level, &ar); level++) {
        lua_rawgetp(L, LUA_REGISTRYINDEX, &moondial_key_names);
        lua_getinfo(L, "f", &ar);
        lua_rawget(L, -2);
        const char *name = lua_tostring(L, -1);  // the registry keeps it
        lua_pop(L, 2);
        if (name != NULL && !is_transparent(name)) return phrase(name);
    }
    return NULL;
}

/// Returns what keeps `L`, running in `frame`, from yielding; NULL when `L` can yield.
static const char *obstacle(lua_State *L, const moondial_frame *frame) {
    if (lua_isyieldable(L)) return NULL;
    const char *found = construct(L);
    if (found != NULL) return found;
    return frame != NULL && frame->closing ? "a __close metamethod of a coroutine that is being closed"
                                           : "a call from C";
}

/// Whether `L` and the states that wait for its end can all yield. Allocates nothing and never raises.
static bool can_yield(lua_State *L) {
    if (!lua_isyieldable(L)) return false;
    for (const moondial_frame *frame = moondial_vm_of(L)->frame; frame != NULL && frame->state != NULL; frame = frame->up)
        if (!lua_isyieldable(frame->state)) return false;
    return true;
}

bool moondial_vm_can_wait(const moondial_vm *vm) {
    return vm->calling != NULL && vm->current != NULL && can_yield(vm->calling);
}

static const char *innermost_obstacle(lua_State *L) {
    const moondial_frame *frame = moondial_vm_of(L)->frame;
    const char *found = obstacle(L, frame);
    for (; found == NULL && frame != NULL && frame->state != NULL; frame = frame->up)
        found = obstacle(frame->state, frame->up);
    return found;
}

void moondial_check_call(lua_State *L, uint32_t flags, const char *name) {
    if (!(flags & MOONDIAL_MAY_WAIT) || can_yield(L)) return;
    const char *inside = innermost_obstacle(L);
    lua_pushfstring(L, "%s cannot wait inside %s", name, inside);
    moondial_raise_as(L, MOONDIAL_ERROR_CANNOT_WAIT);
}
