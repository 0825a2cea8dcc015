// SPDX-License-Identifier: MIT
//
// Shared by the files of this target. Each function says whether it can raise a Lua error.

#ifndef CMOONDIALLUA_INTERNAL_H
#define CMOONDIALLUA_INTERNAL_H

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>

#include "CMoondialLua.h"

#if LUA_VERSION_NUM != 504
#error "moondial needs Lua 5.4 (Debian and Ubuntu: apt-get install liblua5.4-dev)"
#endif

/// A coroutine that is suspended in the C function that resumed another: the way a wait travels up.
typedef struct moondial_frame {
    lua_State *state;
    bool closing;  ///< in coroutine.close, or the host closes a thread: nothing below may wait
    struct moondial_frame *up;
} moondial_frame;

struct moondial_vm {
    lua_State *main;
    moondial_call call;
    void *context;
    moondial_buffer inbox;
    moondial_buffer outbox;
    moondial_limits limits;
    size_t live_bytes;
    uint64_t allocations;       ///< how many more may succeed, when `counts_allocations`
    bool counts_allocations;
    bool waiting;               ///< a wait travels up; no script code runs while it is set
    bool raise;                 ///< the reply being delivered is an error
    uint64_t tickets;           ///< the last ticket given
    moondial_frame *frame;      ///< innermost coroutine that waits for another
    lua_State *calling;         ///< state whose host call is being answered
    moondial_thread *current;   ///< thread that runs
    moondial_thread *threads;   ///< all of them
    moondial_thread *idle;      ///< those to reuse
};

struct moondial_thread {
    moondial_vm *vm;
    lua_State *state;
    void *owner;
    uint64_t ticket;
    bool waits;
    moondial_thread *next;       ///< in `threads`
    moondial_thread *next_idle;  ///< in `idle`
};

/// Registry keys are the addresses of these.
extern const char moondial_key_names;    ///< function -> its name in the standard library
extern const char moondial_key_host;     ///< the table of host-only functions
extern const char moondial_key_classes;  ///< class number -> metatable
extern const char moondial_key_frozen;   ///< in a metatable: the table behind a read-only one
extern const char moondial_key_array;    ///< metatable that marks arrays

/// The VM of any of its states. Never raises.
static inline moondial_vm *moondial_vm_of(lua_State *L) {
    void *vm;
    lua_getallocf(L, &vm);
    return vm;
}

/// What a coroutine's extra space says: a script's own coroutine, one that waits, or (a pointer) a host thread.
#define MOONDIAL_SCRIPT_COROUTINE ((void *)0)
#define MOONDIAL_WAITING_COROUTINE ((void *)2)

static inline void **moondial_mark(lua_State *L) { return (void **)lua_getextraspace(L); }

static inline bool moondial_is_host_thread(lua_State *L) {
    void *mark = *moondial_mark(L);
    return mark != MOONDIAL_SCRIPT_COROUTINE && mark != MOONDIAL_WAITING_COROUTINE;
}

// tape.c

/// Appends the value at `index` to the outbox by raw access. Never raises unless `functions` is set, which makes
/// references (memory). On MOONDIAL_LIMIT `*problem` says which cap was hit.
moondial_status moondial_encode(lua_State *L, int index, bool functions, const char **problem);
/// Pushes every value on the inbox and returns how many. May raise (memory).
int moondial_decode(lua_State *L);
/// Appends to the outbox; false when memory ran out. Never raise.
bool moondial_put_integer(moondial_buffer *out, int64_t value);
bool moondial_put_string(moondial_buffer *out, const char *bytes, size_t count);

// report.c

/// Writes the error value on top of `L` and the stack it left behind to the outbox, popping nothing. Never raises.
moondial_status moondial_report(lua_State *L, int lua_status);
moondial_status moondial_report_text(moondial_vm *vm, moondial_status status, const char *text);
/// True for our own prelude, which errors and tracebacks leave out.
bool moondial_is_prelude(const lua_Debug *ar);
/// Pushes "file:line: " of the innermost script function, or "". May raise (memory).
void moondial_push_where(lua_State *L);
/// Raises "NAME cannot wait inside CONSTRUCT" unless every coroutine on the way to the host can yield.
void moondial_check_can_wait(lua_State *L, const char *name);

// call.c

/// Calls host function `function` with the arguments on the stack; may raise or yield, returns the number of results.
int moondial_call_host(lua_State *L, uint32_t function, uint32_t flags, const char *name);

// coroutine.c and library.c: open a library, leaving its table on the stack. May raise.
int moondial_open_coroutine(lua_State *L);
void moondial_open_libraries(lua_State *L, const char *const *allowed);
/// Makes the table at `index` read-only under `name`. May raise (memory).
void moondial_freeze(lua_State *L, int index, const char *name, bool deep);
/// Pushes a `require` that asks host function `function`. May raise (memory).
void moondial_push_require(lua_State *L, uint32_t function);

#endif
