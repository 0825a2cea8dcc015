// SPDX-License-Identifier: MIT
//
// Makes and frees VMs, defines the host's values in them, and loads chunks.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "library.h"

/// Unreachable as long as every call in this target that may raise is protected.
static int panic(lua_State *L) {
    fprintf(stderr, "moondial: a Lua error escaped the host: %s\n", lua_tostring(L, -1));
    abort();
}

// MARK: - Life

/// Keeps the strings that Lua makes outside of protected calls. Since they exist already, Lua does not allocate memory
/// for them there, so that it cannot fail and call `panic`.
static void keep_unprotected_strings(lua_State *L) {
    static const char *const strings[] = {
        "error in error handling", "cannot resume dead coroutine", "cannot resume non-suspended coroutine",
        "C stack overflow"};
    for (size_t i = 0; i < sizeof strings / sizeof *strings; i++) {
        lua_pushstring(L, strings[i]);
        luaL_ref(L, LUA_REGISTRYINDEX);
    }
}

static int set_up(lua_State *L) {
    const char *const *allowed = lua_touserdata(L, 1);
    moondial_learn_requests(L);
    static const char *const tables[] = {
        &moondial_key_names, &moondial_key_host, &moondial_key_classes, &moondial_key_array};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        lua_newtable(L);
        lua_rawsetp(L, LUA_REGISTRYINDEX, tables[i]);
    }
    lua_pushliteral(L, "__name");
    lua_rawsetp(L, LUA_REGISTRYINDEX, &moondial_key_name);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &moondial_key_array);
    lua_pushliteral(L, "array");
    lua_setfield(L, -2, "__name");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    keep_unprotected_strings(L);
    moondial_open_libraries(L, allowed);
    return 0;
}

moondial_vm *moondial_vm_new(
    const char *const *allowed, moondial_limits limits, size_t live_limit, moondial_call call, void *context,
    uint64_t allocations) {
    moondial_vm *vm = calloc(1, sizeof *vm);
    if (vm == NULL) return NULL;
    vm->host_meter = (moondial_meter){
        .cpu_limit = UINT64_MAX, .deadline = UINT64_MAX, .allocation_limit = UINT64_MAX, .coroutine_limit = UINT32_MAX,
        .hash_limit = UINT64_MAX};
    vm->meter = &vm->host_meter;
    vm->limits = limits;
    vm->live_limit = live_limit;
    vm->source_limit = MOONDIAL_SOURCE_LIMIT;
    vm->call = call;
    vm->context = context;
    vm->host_function = moondial_host_function;
    vm->allocations = allocations;
    if (moondial_random(vm->secret, sizeof vm->secret)) vm->main = lua_newstate(moondial_allocate, vm);
    if (vm->main == NULL) {
        moondial_arena_free(&vm->arena);
        free(vm);
        return NULL;
    }
    vm->running = vm->main;
    moondial_mark_thread(vm->main, false);  // new coroutines copy the mark
    lua_atpanic(vm->main, panic);
    lua_pushcfunction(vm->main, set_up);
    lua_pushlightuserdata(vm->main, (void *)allowed);
    if (lua_pcall(vm->main, 1, 0, 0) == LUA_OK) {
        vm->is_set_up = true;
        return vm;
    }
    moondial_vm_free(vm);
    return NULL;
}

void moondial_vm_free(moondial_vm *vm) {
    moondial_unwatch(vm);
    // lua_close is not needed: it would visit every object to free it and to run finalizers. Objects hold nothing but
    // memory of the arena, and a script's finalizers could not call the host any more.
    moondial_arena_free(&vm->arena);
    for (moondial_thread *thread = vm->threads; thread != NULL;) {
        moondial_thread *next = thread->next;
        free(thread);
        thread = next;
    }
    moondial_free_line_counts(vm->line_counts);
    free(vm->inbox.bytes);
    free(vm->outbox.bytes);
    free(vm);
}

// MARK: - Definitions

typedef struct {
    const char *path;
    uint32_t function;
    uint32_t flags;
} definition;

static bool is_host_only(const char *path) { return strncmp(path, "host.", 5) == 0; }

/// Pushes the table that holds the last name of `path`, making those on the way, and returns that name.
static const char *push_parent(lua_State *L, const char *path) {
    if (is_host_only(path)) {
        lua_rawgetp(L, LUA_REGISTRYINDEX, &moondial_key_host);
        path += 5;
    } else {
        lua_pushglobaltable(L);
    }
    for (const char *dot; (dot = strchr(path, '.')) != NULL; path = dot + 1) {
        const char *name = lua_pushlstring(L, path, (size_t)(dot - path));
        luaL_getsubtable(L, -2, name);
        lua_replace(L, -3);
        lua_pop(L, 1);
    }
    return path;
}

static int define(lua_State *L) {
    const definition *d = lua_touserdata(L, 1);
    const char *name = push_parent(L, d->path);
    if (d->flags & MOONDIAL_LOADS_MODULE) {
        moondial_push_require(L, d->function);
    } else {
        lua_pushinteger(L, d->function);
        lua_pushinteger(L, d->flags);
        lua_pushstring(L, is_host_only(d->path) ? name : d->path);
        lua_pushcclosure(L, moondial_host_function, 3);
    }
    if (d->flags & (MOONDIAL_LOADS_MODULE | MOONDIAL_STRINGIFIES)) {
        lua_rawgetp(L, LUA_REGISTRYINDEX, &moondial_key_names);
        lua_pushvalue(L, -2);
        lua_pushstring(L, d->path);
        lua_rawset(L, -3);
        lua_pop(L, 1);
    }
    lua_setfield(L, -2, name);
    return 0;
}

static int set_value(lua_State *L) {
    const char *name = push_parent(L, lua_touserdata(L, 1));
    moondial_decode(L);
    lua_setfield(L, -2, name);
    return 0;
}

static int freeze_value(lua_State *L) {
    const char *path = lua_touserdata(L, 1);
    if (strcmp(path, "_G") == 0) {
        lua_pushglobaltable(L);
        moondial_freeze(L, -1, path, false);
        return 0;
    }
    const char *name = push_parent(L, path);
    if (lua_getfield(L, -1, name) != LUA_TTABLE) return luaL_error(L, "'%s' is not a table", path);
    moondial_freeze(L, -1, path, true);
    return 0;
}

typedef struct {
    const char *source;
    size_t count;
    const char *name;
    uint32_t first_line;
    int32_t function;
} chunk;

static int load_chunk(lua_State *L) {
    chunk *c = lua_touserdata(L, 1);
    if (moondial_compile_at(L, c->source, c->count, c->name, c->first_line) != LUA_OK) return lua_error(L);
    c->function = luaL_ref(L, LUA_REGISTRYINDEX);
    return 0;
}

static int run_prelude(lua_State *L) {
    const int32_t *function = lua_touserdata(L, 1);
    lua_rawgeti(L, LUA_REGISTRYINDEX, *function);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &moondial_key_host);
    lua_call(L, 1, 0);
    return 0;
}

static moondial_status call_protected(moondial_vm *vm, lua_CFunction function, const void *argument) {
    lua_State *L = vm->main;
    vm->failed_before = vm->failed_allocations;
    lua_settop(L, 0);
    lua_pushcfunction(L, function);
    lua_pushlightuserdata(L, (void *)argument);
    int status = lua_pcall(L, 1, 0, 0);
    moondial_status result = status == LUA_OK ? MOONDIAL_OK : moondial_report(L, status);
    lua_settop(L, 0);
    return result;
}

/// Runs `function` with `argument` as a light userdata on the main stack, which is empty before and after.
static moondial_status protect(moondial_vm *vm, lua_CFunction function, const void *argument) {
    if (vm->is_lost) return moondial_report_lost(vm);
    moondial_entry entry;
    moondial_enter(vm, &entry, &vm->host_meter, vm->main);
    moondial_status status = MOONDIAL_STOPPED;
    if (sigsetjmp(entry.jump, 0) == 0) status = call_protected(vm, function, argument);
    moondial_leave(vm, &entry);
    return status;
}

static int collect(lua_State *L) {
    lua_gc(L, LUA_GCCOLLECT);
    return 0;
}

void moondial_vm_collect(moondial_vm *vm) { protect(vm, collect, NULL); }

moondial_status moondial_vm_define(moondial_vm *vm, const char *path, uint32_t function, uint32_t flags) {
    definition d = {path, function, flags};
    return protect(vm, define, &d);
}

moondial_status moondial_vm_set(moondial_vm *vm, const char *path) { return protect(vm, set_value, path); }

moondial_status moondial_vm_names(moondial_vm *vm) { return protect(vm, moondial_list_names, NULL); }

moondial_status moondial_vm_forget_modules(moondial_vm *vm) { return protect(vm, moondial_forget_modules, NULL); }

moondial_status moondial_vm_freeze(moondial_vm *vm, const char *path) { return protect(vm, freeze_value, path); }

moondial_status moondial_vm_load(
    moondial_vm *vm, const void *source, size_t count, const char *name, uint32_t first_line, int32_t *function) {
    chunk c = {source ? source : "", count, name, first_line, MOONDIAL_NO_FUNCTION};
    moondial_status status = protect(vm, load_chunk, &c);
    *function = c.function;
    return status == MOONDIAL_RUNTIME ? MOONDIAL_SYNTAX : status;  // no code of the text has run
}

moondial_status moondial_vm_run_prelude(moondial_vm *vm, int32_t function) {
    return protect(vm, run_prelude, &function);
}
