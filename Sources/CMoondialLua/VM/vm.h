// SPDX-License-Identifier: MIT
//
// The lowest layer: what a VM consists of. Above it come Names, Limits, Values, Threads and Library. The header of each layer
// includes that of the one below, and a file includes the header of its own layer, so that nothing calls upwards.
// `scripts/check` checks that.
//
// Each function of these headers says whether it can raise a Lua error.

#ifndef CMOONDIALLUA_VM_H
#define CMOONDIALLUA_VM_H

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>

#include "CMoondialLua.h"
#include "arena.h"

/// 5.4.4. The headers are checked here, and the library by `moondial_lua_is_supported`.
#define MOONDIAL_OLDEST_LUA 50404

#if LUA_VERSION_NUM != 504 || LUA_VERSION_RELEASE_NUM < MOONDIAL_OLDEST_LUA
#error "moondial needs Lua 5.4.4 or a later 5.4 (Debian and Ubuntu: apt-get install liblua5.4-dev)"
#endif

/// A call of a coroutine that has not returned: another coroutine, or the host, waits for it in C.
typedef struct moondial_frame {
    lua_State *state;   ///< the coroutine that waits; NULL is the host
    bool closing;       ///< the coroutine is not resumed but closed: nothing in it may wait
    int closings;       ///< how many frames from here up are closing
    struct moondial_frame *up;
} moondial_frame;

/// A call of the host into Lua, to which a stop jumps back.
typedef struct moondial_entry {
    sigjmp_buf jump;
    uint64_t started;         ///< on the coarse clock
    struct moondial_entry *outer;
    // Saved values of the VM's fields, restored at the end:
    moondial_meter *meter;
    moondial_frame *frame;
    lua_State *running;
    lua_State *calling;
    struct moondial_vm *here;  ///< on this operating system thread
    int stopping;
} moondial_entry;

/// The data of the current slice for the watchdog. A slice is the time from an entry to its end, or to the next wait.
/// Written on the VM's thread while `number` is 0.
typedef struct {
    _Atomic uint64_t number;    ///< no two slices of a VM have the same; 0 when nothing runs
    _Atomic uint64_t started;   ///< nanoseconds on the coarse clock
    _Atomic uint64_t limit;     ///< nanoseconds of processor time
    _Atomic uint64_t deadline;  ///< nanoseconds on the coarse clock
    _Atomic int32_t thread;     ///< the operating system's number of the thread
    _Atomic bool is_interruptible;  ///< by the user: other slices end by themselves
    // Written by other threads:
    _Atomic uint64_t overdue;   ///< the number of the slice that has to stop
    _Atomic int32_t reason;     ///< and why
    _Atomic uint64_t stalled;   ///< the number of the slice that has to stop in the middle of an instruction
    // How much processor time the thread had used, in nanoseconds. Reading it at the start of each slice would take
    // longer than most slices.
    _Atomic uint64_t cpu;       ///< at the watchdog's last check, or at one that `note_cpu` does instead
    _Atomic uint64_t cpu_base;  ///< at the last check before slice `base_of` began
    _Atomic uint64_t base_of;
} moondial_slice;

/// The watchdog's actions on a slice.
typedef struct {
    uint64_t slice;
    bool is_told;  ///< whether the slice was asked to stop
    uint64_t cpu_when_told;
} moondial_sighting;

/// A request of Lua for a block of memory, new or larger than before.
typedef struct {
    size_t size;
    const void *site;  ///< the place in Lua's code that makes the request
    bool is_object;    ///< a new object of the collector, and not a vector or a buffer
} moondial_request;

/// What `lua_load` is reading.
typedef enum { MOONDIAL_LOADS_NOTHING, MOONDIAL_LOADS_TEXT, MOONDIAL_LOADS_BINARY } moondial_loading;

typedef struct moondial_line_counts moondial_line_counts;

struct moondial_vm {
    lua_State *main;
    moondial_call call;
    void *context;
    lua_CFunction host_function;  ///< the C function of all host functions
    moondial_clock clock;  ///< NULL for the system's
    moondial_limits limits;
    size_t source_limit;  ///< bytes of one text to compile
    uint32_t secret[4];   ///< the key that addresses are enciphered with

    moondial_buffer inbox;
    moondial_buffer outbox;
    size_t functions;  ///< on the outbox: end of the newest function's links; 0 when there is none

    moondial_arena arena;  ///< all of Lua's memory
    size_t live_bytes;
    size_t live_limit;
    uint64_t allocations;      ///< how many more succeed
    moondial_failure failure;  ///< and how the others fail
    uint64_t failed_allocations;  ///< how often Lua got NULL
    uint64_t failed_before;    ///< its value when Lua was last entered
    bool full;                 ///< `live_bytes` was over `live_limit` once
    bool needs_collection;     ///< the next run would not get memory
    bool is_learning;          ///< `moondial_learn_requests` is running
    bool is_set_up;            ///< from now on, the host calls Lua only within slices
    moondial_loading loading;
    bool has_changed_metatables;  ///< a table got another metatable than its first
    moondial_request request;  ///< the last request while `is_learning` is set
    size_t node_size;          ///< bytes of one key of a table with its value; 0 until it is known
    const void *node_site;     ///< the only place where Lua requests vectors of these, and nothing else; or NULL
    const void *buffer_sites[2];  ///< where the auxiliary library requests a buffer, and a larger one

    moondial_meter *meter;           ///< of the running code
    moondial_meter host_meter;       ///< of the host's own work: unlimited
    moondial_entry *entry;           ///< innermost
    lua_State *volatile running;     ///< coroutine whose code runs
    volatile bool is_lost;           ///< the state was left in the middle of an operation: Lua must not be called
    volatile bool is_guarded;        ///< the last resort must not end the running code now
    volatile sig_atomic_t stopping;  ///< a `moondial_stop_reason`: the running code has to stop
    _Atomic bool interrupted;        ///< the user wants the running code, or the next, to stop
    uint64_t slices;                 ///< the last number given
    moondial_slice slice;
    int32_t clocked;                 ///< the number of the thread whose time `slice.cpu` is
    _Atomic bool is_overlooked;      ///< by the watchdog, in tests
    moondial_sighting sighting;      ///< this and the following are the watchdog's
    moondial_vm *next_watched;
    _Atomic bool is_watched;

    moondial_frame *frame;     ///< innermost
    lua_State *calling;        ///< state whose host call is being answered
    lua_Debug caller;          ///< the place of that call, once it was requested
    moondial_thread *current;  ///< thread that runs
    bool waiting;              ///< the coroutines of a wait are yielding up to the host; no script code runs meanwhile
    lua_State *waiting_in;     ///< outermost coroutine that has yielded; NULL when only the host thread waits
    bool raise;                ///< the reply being delivered is an error
    uint64_t tickets;          ///< the last ticket given

    unsigned raised;  ///< messages whose kinds were kept

    moondial_line_counts *line_counts;  ///< NULL unless lines are counted

    moondial_thread *threads;  ///< all of them
    moondial_thread *idle;     ///< those to reuse
};

struct moondial_thread {
    moondial_vm *vm;
    lua_State *state;  ///< NULL when its last one was abandoned
    int reference;     ///< of the state
    void *owner;
    moondial_meter *meter;
    uint64_t ticket;
    bool waits;
    int kept;                    ///< reference of an argument that the thread keeps, or LUA_NOREF
    lua_State *waits_in;         ///< outermost of the coroutines through which it waits, or NULL
    moondial_thread *next;       ///< in `threads`
    moondial_thread *next_idle;  ///< in `idle`
};

/// Registry keys are the addresses of these.
extern const char moondial_key_name;      ///< the string "__name"
extern const char moondial_key_names;     ///< function -> its name in the standard library
extern const char moondial_key_host;      ///< the table of host-only functions
extern const char moondial_key_classes;   ///< class number -> metatable
extern const char moondial_key_array;     ///< metatable that marks arrays
extern const char moondial_key_modules;   ///< the table of loaded modules
extern const char moondial_key_environment;  ///< the globals of modules; absent when modules have the ordinary globals
extern const char moondial_key_raised;    ///< message -> kind
extern const char moondial_key_frozen;    ///< in a metatable, not the registry: the table behind a read-only one

/// The VM of any of its states. Never raises.
static inline moondial_vm *moondial_vm_of(lua_State *L) {
    void *vm;
    lua_getallocf(L, &vm);
    return vm;
}

// MARK: - The thread of the operating system

/// The state of a thread of the operating system.
typedef struct {
    moondial_vm *volatile vm;  ///< the VM whose slice is running, or NULL
    int32_t number;            ///< of the thread; 0 until it runs Lua for the first time
} moondial_os_thread;

extern _Thread_local moondial_os_thread moondial_here;

/// Keeps the last resort from ending the slice on this thread, if there is one, while it calls the system, which may
/// hold a lock or change data that outlives the VM. Returns the argument for `moondial_unguard`.
bool moondial_guard(void);
void moondial_unguard(bool was_guarded);

// MARK: - The release of Lua

/// The release of the Lua library, as 50404 for 5.4.4; 0 when it is not known. Never raises.
int moondial_lua_release_number(void);

// MARK: - Buffers

/// The bytes after the tag of a function. `previous` is the end of the links of the function before, or 0, so that all
/// functions can be found without reading the tape.
typedef struct {
    int32_t reference;
    uint32_t previous;
} moondial_function_links;

/// Begins a new tape to the host. Releases the functions on the old tape that the host has not taken. Never raises.
void moondial_outbox_begin(moondial_vm *vm);

// The following append to a buffer; false when memory ran out. They never raise.

static inline bool moondial_put(moondial_buffer *out, const void *bytes, size_t count) {
    if (!moondial_buffer_reserve(out, count)) return false;
    memcpy(out->bytes + out->count, bytes, count);
    out->count += count;
    return true;
}

static inline bool moondial_put_tagged(moondial_buffer *out, moondial_tape tag, const void *bytes, size_t count) {
    if (!moondial_buffer_reserve(out, sizeof tag + count)) return false;
    uint8_t *place = out->bytes + out->count;
    memcpy(place, &tag, sizeof tag);
    memcpy(place + sizeof tag, bytes, count);
    out->count += sizeof tag + count;
    return true;
}

static inline bool moondial_put_tag(moondial_buffer *out, moondial_tape tag) {
    return moondial_put(out, &tag, sizeof tag);
}

static inline bool moondial_put_integer(moondial_buffer *out, int64_t value) {
    return moondial_put_tagged(out, MOONDIAL_TAPE_INTEGER, &value, sizeof value);
}

static inline bool moondial_put_text(moondial_buffer *out, moondial_tape tag, const char *bytes, size_t count) {
    uint32_t length = (uint32_t)count;
    if (!moondial_buffer_reserve(out, sizeof tag + sizeof length + count)) return false;
    uint8_t *place = out->bytes + out->count;
    memcpy(place, &tag, sizeof tag);
    memcpy(place + sizeof tag, &length, sizeof length);
    memcpy(place + sizeof tag + sizeof length, bytes, count);
    out->count += sizeof tag + sizeof length + count;
    return true;
}

#endif
