// SPDX-License-Identifier: MIT
//
// The two directions of a call: Lua calls the host and may wait for it, the host runs Lua on a thread.

#include <stdlib.h>

#include "internal.h"

// MARK: - Lua calls the host

/// The values on the inbox become results, or the string there is raised. Runs with no Swift frame below it.
static int deliver(lua_State *L, bool raise) {
    if (!raise) return moondial_decode(L);
    moondial_push_where(L);
    moondial_decode(L);
    lua_concat(L, 2);
    return lua_error(L);
}

static int continue_after_wait(lua_State *L, int status, lua_KContext context) {
    (void)status;
    (void)context;
    return deliver(L, moondial_vm_of(L)->raise);
}

/// Replaces the arguments with one string, each as `tostring` gives it, tabs between.
static void stringify(lua_State *L) {
    int count = lua_gettop(L);
    luaL_Buffer buffer;
    luaL_buffinit(L, &buffer);
    for (int i = 1; i <= count; i++) {
        if (i > 1) luaL_addchar(&buffer, '\t');
        luaL_tolstring(L, i, NULL);
        luaL_addvalue(&buffer);
    }
    luaL_pushresult(&buffer);
    lua_replace(L, 1);
    lua_settop(L, 1);
}

static void encode_arguments(lua_State *L, uint32_t flags, const char *name) {
    moondial_vm_of(L)->outbox.count = 0;
    if (flags & MOONDIAL_STRINGIFIES) {
        if (lua_gettop(L) == 0) lua_pushliteral(L, "");
        stringify(L);
    }
    int count = lua_gettop(L);
    for (int i = 1; i <= count; i++) {
        const char *problem;
        moondial_status status = moondial_encode(L, i, flags & MOONDIAL_TAKES_FUNCTIONS, &problem);
        if (status == MOONDIAL_OK) continue;
        if (status == MOONDIAL_MEMORY) problem = "not enough memory";
        moondial_push_where(L);
        lua_pushfstring(L, "bad argument #%d to '%s' (%s)", i, name, problem);
        lua_concat(L, 2);
        lua_error(L);
    }
}

int moondial_call_host(lua_State *L, uint32_t function, uint32_t flags, const char *name) {
    moondial_vm *vm = moondial_vm_of(L);
    if (flags & MOONDIAL_MAY_WAIT) moondial_check_can_wait(L, name);
    encode_arguments(L, flags, name);
    vm->inbox.count = 0;
    if ((flags & MOONDIAL_MAY_WAIT) && vm->current != NULL) vm->current->ticket = ++vm->tickets;
    lua_State *outer = vm->calling;
    vm->calling = L;
    moondial_answer answer = vm->call(vm->context, function, vm->current);
    vm->calling = outer;
    if (answer != MOONDIAL_ANSWER_WAIT) return deliver(L, answer == MOONDIAL_ANSWER_RAISE);
    vm->waiting = true;
    return lua_yieldk(L, 0, 0, continue_after_wait);
}

// MARK: - The host runs Lua

typedef struct {
    int32_t function;
} start_request;

/// Protected: leaves the function and its arguments on the main stack.
static int prepare_start(lua_State *L) {
    start_request *request = lua_touserdata(L, 1);
    lua_settop(L, 0);
    lua_rawgeti(L, LUA_REGISTRYINDEX, request->function);
    return 1 + moondial_decode(L);
}

/// Ends what the thread's coroutine holds: to-be-closed variables close, the stack empties.
static void reset(moondial_thread *thread) {
    moondial_vm *vm = thread->vm;
    moondial_frame frame = {thread->state, true, vm->frame};
    moondial_thread *outer = vm->current;
    vm->current = thread;
    vm->frame = &frame;
    lua_resetthread(thread->state);
    lua_settop(thread->state, 0);
    vm->frame = frame.up;
    vm->current = outer;
    thread->waits = false;
}

static moondial_status encode_results(moondial_thread *thread, int count) {
    moondial_vm *vm = thread->vm;
    lua_State *L = thread->state;
    vm->outbox.count = 0;
    moondial_status status = MOONDIAL_OK;
    const char *problem = "";
    int first = lua_gettop(L) - count + 1;
    for (int i = 0; i < count && status == MOONDIAL_OK; i++)
        status = moondial_encode(L, first + i, false, &problem);
    lua_settop(L, 0);
    if (status == MOONDIAL_OK) return status;
    return moondial_report_text(vm, status, status == MOONDIAL_MEMORY ? "not enough memory" : problem);
}

static moondial_status run(moondial_thread *thread, int arguments) {
    moondial_vm *vm = thread->vm;
    int results = 0;
    vm->current = thread;
    thread->waits = false;
    int status = lua_resume(thread->state, NULL, arguments, &results);
    vm->current = NULL;
    if (status == LUA_OK) return encode_results(thread, results);
    if (status == LUA_YIELD) {
        // Only a host call gets here: coroutine.yield refuses to leave a host thread.
        vm->waiting = false;
        thread->waits = true;
        return MOONDIAL_WAITING;
    }
    moondial_status report = moondial_report(thread->state, status);
    // A closing handler may call the host, which writes to the outbox: the report is put aside meanwhile.
    moondial_buffer kept = vm->outbox;
    vm->outbox = (moondial_buffer){NULL, 0, 0};
    reset(thread);
    free(vm->outbox.bytes);
    vm->outbox = kept;
    return report;
}

moondial_status moondial_thread_start(moondial_thread *thread, int32_t function) {
    moondial_vm *vm = thread->vm;
    lua_State *L = vm->main;
    start_request request = {function};
    lua_settop(L, 0);
    lua_pushcfunction(L, prepare_start);
    lua_pushlightuserdata(L, &request);
    int status = lua_pcall(L, 1, LUA_MULTRET, 0);
    if (status != LUA_OK) {
        moondial_status report = moondial_report(L, status);
        lua_settop(L, 0);
        return report;
    }
    int count = lua_gettop(L);
    if (!lua_checkstack(thread->state, count)) {
        lua_settop(L, 0);
        return moondial_report_text(vm, MOONDIAL_MEMORY, "not enough memory");
    }
    lua_xmove(L, thread->state, count);
    return run(thread, count - 1);
}

moondial_status moondial_thread_resume(moondial_thread *thread, uint64_t ticket, bool raise) {
    if (!thread->waits || thread->ticket != ticket) return MOONDIAL_LATE;
    thread->vm->raise = raise;
    return run(thread, 0);
}

uint64_t moondial_thread_ticket(const moondial_thread *thread) { return thread->ticket; }

void *moondial_thread_owner(const moondial_thread *thread) { return thread->owner; }

/// Protected: makes a coroutine that lives as long as the VM.
static int prepare_thread(lua_State *L) {
    moondial_thread *thread = lua_touserdata(L, 1);
    thread->state = lua_newthread(L);
    luaL_ref(L, LUA_REGISTRYINDEX);
    *moondial_mark(thread->state) = thread;
    return 0;
}

moondial_thread *moondial_thread_acquire(moondial_vm *vm, void *owner) {
    moondial_thread *thread = vm->idle;
    if (thread != NULL) {
        vm->idle = thread->next_idle;
        thread->owner = owner;
        return thread;
    }
    thread = calloc(1, sizeof *thread);
    if (thread == NULL) return NULL;
    thread->vm = vm;
    thread->owner = owner;
    lua_settop(vm->main, 0);
    lua_pushcfunction(vm->main, prepare_thread);
    lua_pushlightuserdata(vm->main, thread);
    if (lua_pcall(vm->main, 1, 0, 0) != LUA_OK) {
        lua_settop(vm->main, 0);
        free(thread);
        return NULL;
    }
    thread->next = vm->threads;
    vm->threads = thread;
    return thread;
}

void moondial_thread_release(moondial_thread *thread) {
    if (thread->waits) reset(thread);
    thread->owner = NULL;
    thread->next_idle = thread->vm->idle;
    thread->vm->idle = thread;
}
