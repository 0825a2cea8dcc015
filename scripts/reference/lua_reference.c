// SPDX-License-Identifier: MIT
//
// The reference of scripts/bench: the same work in plain C on the Lua API, without any host.
// Usage: lua_reference hook-call|coroutine|coroutine-reused, prints nanoseconds per operation.

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return t.tv_sec * 1e9 + t.tv_nsec;
}

static const char *const hook =
    "return function(req)\n"
    "  return { decision = 'allow', reason = req.phone, channel = req.channel, token = req.token }\n"
    "end";

static const char *const keys[] = {"decision", "reason", "channel", "token"};

// Data from a network has a length and no fixed address: lua_pushstring would find literals in its cache.
typedef struct {
    const char *bytes;
    size_t count;
} text;

#define TEXT(literal) {literal, sizeof literal - 1}
static const text request[] = {
    TEXT("13800138000"), TEXT("STsid0000001542695429579Ob28vB7b0cYTI9w0GGZrv8ujUu05qZvw"), TEXT("order-1234567"),
    TEXT("native"),
};

static void push(lua_State *L, text value) { lua_pushlstring(L, value.bytes, value.count); }

static void take(lua_State *L, char result[64]) {
    size_t count;
    const char *text = lua_tolstring(L, -1, &count);
    memcpy(result, text, count + 1);
}

static void read_known_fields(lua_State *L, char results[4][64]) {
    for (int i = 0; i < 4; i++) {
        lua_getfield(L, -1, keys[i]);
        take(L, results[i]);
        lua_pop(L, 1);
    }
}

// All fields are read, as in a host that must refuse unknown fields.
static void read_all_fields(lua_State *L, char results[4][64]) {
    char name[64];
    int i = 0;
    for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) {
        if (lua_type(L, -2) != LUA_TSTRING || lua_type(L, -1) != LUA_TSTRING || i == 4) abort();
        take(L, results[i++]);
        lua_pushvalue(L, -2);
        take(L, name);
        lua_pop(L, 1);
    }
}

static void call_hook(lua_State *L, char results[4][64], void (*read_fields)(lua_State *, char[4][64])) {
    lua_pushvalue(L, 1);
    lua_createtable(L, 0, 4);
    push(L, request[0]);
    lua_setfield(L, -2, "phone");
    push(L, request[1]);
    lua_setfield(L, -2, "token");
    push(L, request[2]);
    lua_setfield(L, -2, "exid");
    push(L, request[3]);
    lua_setfield(L, -2, "channel");
    if (lua_pcall(L, 1, 1, 0) != LUA_OK) abort();
    read_fields(L, results);
    lua_pop(L, 1);
}

static int wait_for_host(lua_State *L) { return lua_yield(L, 0); }

static const char *const waiter = "local wait = ...; return function() wait() end";

static void run_coroutine(lua_State *L, lua_State *co) {
    int results;
    lua_pushvalue(L, 1);
    lua_xmove(L, co, 1);
    if (lua_resume(co, L, 0, &results) != LUA_YIELD) abort();
    if (lua_resume(co, L, 0, &results) != LUA_OK) abort();
    if (lua_resetthread(co) != LUA_OK) abort();
}

/// Runs a file once: CPU in ms.
static int run_workload(lua_State *L, const char *path) {
    if (luaL_loadfile(L, path) != LUA_OK) abort();
    double start = now();
    lua_call(L, 0, 0);
    printf("%.2f\n", (now() - start) / 1e6);
    return 0;
}

int main(int argc, char **argv) {
    if (argc < 2) return 64;
    long rounds = 500000;
    lua_State *L = luaL_newstate();
    luaL_openlibs(L);
    if (argc == 3 && strcmp(argv[1], "workload") == 0) return run_workload(L, argv[2]);
    int is_hook = strncmp(argv[1], "hook-call", 9) == 0;
    if (luaL_loadstring(L, is_hook ? hook : waiter) != LUA_OK) abort();
    lua_pushcfunction(L, wait_for_host);
    lua_call(L, 1, 1);
    double start = now();
    if (is_hook) {
        char results[4][64];
        int reads_all = strcmp(argv[1], "hook-call-all") == 0;
        for (long i = 0; i < rounds; i++) call_hook(L, results, reads_all ? read_all_fields : read_known_fields);
    } else if (strcmp(argv[1], "coroutine-reused") == 0) {
        lua_State *co = lua_newthread(L);
        for (long i = 0; i < rounds; i++) run_coroutine(L, co);
    } else {
        for (long i = 0; i < rounds; i++) {
            lua_State *co = lua_newthread(L);
            lua_insert(L, 1);
            lua_pushvalue(L, 2);
            lua_insert(L, 1);
            run_coroutine(L, co);
            lua_settop(L, 1);
        }
    }
    printf("%.1f\n", (now() - start) / rounds);
    lua_close(L);
    return 0;
}
