// SPDX-License-Identifier: MIT
//
// The coroutine library, as described in the reference manual. In addition, a host call can wait inside coroutines: a
// coroutine that waits for the host makes those that resumed it yield too, up to the host thread, and is later resumed
// through the same coroutines.

#include "threads.h"

// MARK: - Marks

// The extra space of a coroutine says to whom it belongs: NULL for a script's, `host_thread` for a host thread's. For
// one that waits for the host it is the coroutine through which it waits, or NULL, with the lowest bit set.

static uint64_t host_thread;

static void **mark(lua_State *co) { return (void **)lua_getextraspace(co); }

void moondial_mark_thread(lua_State *L, bool is_host_thread) { *mark(L) = is_host_thread ? &host_thread : NULL; }

static void mark_script(lua_State *co) { *mark(co) = NULL; }

static void mark_waiting(lua_State *co, lua_State *through) { *mark(co) = (void *)((uintptr_t)through | 1); }

static lua_State *waits_through(lua_State *co) { return (lua_State *)((uintptr_t)*mark(co) & ~(uintptr_t)1); }

static bool is_host_thread(lua_State *co) { return *mark(co) == &host_thread; }

/// Whether it waits for the host, or is a host thread: only the host resumes or closes it.
static bool belongs_to_host(lua_State *co) { return *mark(co) != NULL; }

// MARK: - Closing

/// A closing handler can close another coroutine, and so on, and in Lua 5.4.4 each starts a new count of C calls, up to
/// 200. This many closings can use up their counts on a stack of 8 MiB.
enum { MAX_CLOSINGS = 10 };

int moondial_close(moondial_vm *vm, lua_State *closer, lua_State *co) {
    moondial_frame frame = {closer, true, vm->frame ? vm->frame->closings + 1 : 1, vm->frame};
    lua_State *outer = vm->running;
    vm->frame = &frame;
    vm->running = co;
    int status = lua_resetthread(co);
    vm->running = outer;
    vm->frame = frame.up;
    return status;
}

void moondial_close_waiting(moondial_vm *vm, lua_State *co) {
    if (co == NULL) return;
    moondial_close_waiting(vm, waits_through(co));
    mark_script(co);
    moondial_close(vm, NULL, co);
    lua_settop(co, 0);
}

/// Closes `co` for `L`; its closing handlers cannot wait. May raise (too many closings).
static int close_from(lua_State *L, lua_State *co) {
    moondial_vm *vm = moondial_vm_of(L);
    if (vm->frame != NULL && vm->frame->closings >= MAX_CLOSINGS) luaL_error(L, "C stack overflow");
    int status = moondial_close(vm, L, co);
    moondial_poll(L, vm);  // a stop that was asked for while `co` ran may have come too late for it
    return status;
}

// MARK: - resume and wrap

static int continue_resume(lua_State *L, int status, lua_KContext wrapped);

/// Runs `co` with `arguments` values from the top of `L` until it yields, returns or fails. Returns the number of
/// results on `L`, or -1 with an error value there. When `co` waits for the host, `L` yields as well and this does not
/// return.
static int run_coroutine(lua_State *L, lua_State *co, int arguments, bool wrapped) {
    moondial_vm *vm = moondial_vm_of(L);
    if (!lua_checkstack(co, arguments)) {
        lua_pushliteral(L, "too many arguments to resume");
        return -1;
    }
    lua_xmove(L, co, arguments);
    moondial_frame frame = {L, false, vm->frame ? vm->frame->closings : 0, vm->frame};
    vm->frame = &frame;
    vm->running = co;
    int results = 0;
    int status = lua_resume(co, L, arguments, &results);
    vm->running = L;
    vm->frame = frame.up;
    moondial_poll(L, vm);  // a stop that was asked for while `co` ran may have come too late for it
    if (status == LUA_YIELD && vm->waiting) {
        mark_waiting(co, vm->waiting_in);
        vm->waiting_in = co;
        return lua_yieldk(L, 0, wrapped, continue_resume);
    }
    if (status == LUA_OK || status == LUA_YIELD) {
        if (!lua_checkstack(L, results + 1)) {
            lua_pop(co, results);
            lua_pushliteral(L, "too many results to resume");
            return -1;
        }
        lua_xmove(co, L, results);
        return results;
    }
    lua_xmove(co, L, 1);
    return -1;
}

static int finish_resume(lua_State *L, int results) {
    lua_pushboolean(L, results >= 0);
    if (results < 0) results = 1;
    lua_insert(L, -(results + 1));
    return results + 1;
}

static int finish_wrap(lua_State *L, lua_State *co, int results) {
    if (results >= 0) return results;
    int status = lua_status(co);
    if (status != LUA_OK && status != LUA_YIELD) {
        status = close_from(L, co);
        lua_xmove(co, L, 1);
    }
    if (status != LUA_ERRMEM && lua_type(L, -1) == LUA_TSTRING) {
        lua_Integer kind = moondial_kind(L, -1);
        luaL_where(L, 1);
        lua_insert(L, -2);
        lua_concat(L, 2);
        if (kind != MOONDIAL_ERROR_OTHER) moondial_note_kind(L, kind);
    }
    return lua_error(L);
}

static int continue_resume(lua_State *L, int status, lua_KContext wrapped) {
    (void)status;
    lua_State *co = lua_tothread(L, wrapped ? lua_upvalueindex(1) : 1);
    mark_script(co);
    int results = run_coroutine(L, co, 0, wrapped);
    return wrapped ? finish_wrap(L, co, results) : finish_resume(L, results);
}

static lua_State *check_coroutine(lua_State *L) {
    lua_State *co = lua_tothread(L, 1);
    luaL_argexpected(L, co, 1, "thread");
    return co;
}

static int coroutine_resume(lua_State *L) {
    lua_State *co = check_coroutine(L);
    if (belongs_to_host(co)) {
        lua_pushliteral(L, "cannot resume non-suspended coroutine");
        return finish_resume(L, -1);
    }
    return finish_resume(L, run_coroutine(L, co, lua_gettop(L) - 1, false));
}

static int call_wrapped(lua_State *L) {
    lua_State *co = lua_tothread(L, lua_upvalueindex(1));
    if (belongs_to_host(co)) return luaL_error(L, "cannot resume non-suspended coroutine");
    return finish_wrap(L, co, run_coroutine(L, co, lua_gettop(L), true));
}

static int coroutine_create(lua_State *L) {
    luaL_checktype(L, 1, LUA_TFUNCTION);
    moondial_charge_coroutine(L);
    lua_State *co = lua_newthread(L);
    lua_pushvalue(L, 1);
    lua_xmove(L, co, 1);
    return 1;
}

static int coroutine_wrap(lua_State *L) {
    coroutine_create(L);
    lua_pushcclosure(L, call_wrapped, 1);
    return 1;
}

// MARK: - yield, status, close

static int coroutine_yield(lua_State *L) {
    if (is_host_thread(L)) {
        lua_pushliteral(L, "attempt to yield from outside a coroutine");
        return lua_error(L);
    }
    return lua_yield(L, lua_gettop(L));
}

typedef enum { RUNNING, DEAD, SUSPENDED, NORMAL } coroutine_state;

static coroutine_state state_of(lua_State *L, lua_State *co) {
    lua_Debug ar;
    if (L == co) return RUNNING;
    switch (lua_status(co)) {
        case LUA_YIELD: return belongs_to_host(co) ? NORMAL : SUSPENDED;
        case LUA_OK:
            if (lua_getstack(co, 0, &ar)) return NORMAL;
            return lua_gettop(co) == 0 ? DEAD : SUSPENDED;
        default: return DEAD;
    }
}

static const char *const state_names[] = {"running", "dead", "suspended", "normal"};

static int coroutine_status(lua_State *L) {
    lua_pushstring(L, state_names[state_of(L, check_coroutine(L))]);
    return 1;
}

static int coroutine_close(lua_State *L) {
    lua_State *co = check_coroutine(L);
    coroutine_state state = state_of(L, co);
    if (state != DEAD && state != SUSPENDED)
        return luaL_error(L, "cannot close a %s coroutine", state_names[state]);
    if (close_from(L, co) == LUA_OK) {
        lua_pushboolean(L, 1);
        return 1;
    }
    lua_pushboolean(L, 0);
    lua_xmove(co, L, 1);
    return 2;
}

static int coroutine_isyieldable(lua_State *L) {
    lua_State *co = lua_isnone(L, 1) ? L : check_coroutine(L);
    lua_pushboolean(L, !is_host_thread(co) && lua_isyieldable(co));
    return 1;
}

static int coroutine_running(lua_State *L) {
    bool main = lua_pushthread(L);
    lua_pushboolean(L, main || is_host_thread(L));
    return 2;
}

int moondial_open_coroutine(lua_State *L) {
    static const luaL_Reg functions[] = {
        {"create", coroutine_create},   {"resume", coroutine_resume},
        {"wrap", coroutine_wrap},       {"yield", coroutine_yield},
        {"status", coroutine_status},   {"close", coroutine_close},
        {"running", coroutine_running}, {"isyieldable", coroutine_isyieldable},
        {NULL, NULL},
    };
    luaL_newlib(L, functions);
    return 1;
}
