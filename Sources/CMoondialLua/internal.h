// SPDX-License-Identifier: MIT
//
// Shared by the files of this target. Each function says whether it can raise a Lua error.

#ifndef CMOONDIALLUA_INTERNAL_H
#define CMOONDIALLUA_INTERNAL_H

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>

#include "CMoondialLua.h"
#include "Limits/arena.h"

/// 5.4.4. What the program is built with is checked here, and what it runs with by `moondial_lua_is_supported`.
#define MOONDIAL_OLDEST_LUA 50404

#if LUA_VERSION_NUM != 504 || LUA_VERSION_RELEASE_NUM < MOONDIAL_OLDEST_LUA
#error "moondial needs Lua 5.4.4 or a later 5.4 (Debian and Ubuntu: apt-get install liblua5.4-dev)"
#endif

/// A call of a coroutine that is going on: another one, or the host, waits for it in C.
typedef struct moondial_frame {
    lua_State *state;   ///< who waits; NULL is the host
    bool closing;       ///< the coroutine is not resumed but closed: nothing in it may wait
    int closings;       ///< how many frames from here up are closing
    struct moondial_frame *up;
} moondial_frame;

/// A call of the host into Lua: what a stop jumps back to.
typedef struct moondial_entry {
    sigjmp_buf jump;
    uint64_t started;         ///< on the coarse clock
    struct moondial_entry *outer;
    // What was so before, and is again afterwards:
    moondial_meter *meter;
    moondial_frame *frame;
    lua_State *running;
    lua_State *calling;
    struct moondial_vm *here;  ///< on this operating system thread
    int stopping;
} moondial_entry;

/// What the watchdog knows of the slice that is going on: the time from an entry to its end, or to the next wait. Written
/// on the VM's thread while `number` is 0.
typedef struct {
    _Atomic uint64_t number;    ///< no two slices of a VM have the same; 0 when nothing runs
    _Atomic uint64_t started;   ///< nanoseconds on the coarse clock
    _Atomic uint64_t limit;     ///< nanoseconds of processor time
    _Atomic uint64_t deadline;  ///< nanoseconds on the coarse clock
    _Atomic int32_t thread;     ///< the operating system's number of the thread
    _Atomic bool is_interruptible;  ///< by the user: other slices end by themselves
    // Written by others:
    _Atomic uint64_t overdue;   ///< the number of the slice that has to stop
    _Atomic int32_t reason;     ///< and why
    _Atomic uint64_t stalled;   ///< the number of the slice that has to stop in the middle of an instruction
    // How much processor time the thread had used, in nanoseconds. To know that for each slice would cost more than most
    // slices do.
    _Atomic uint64_t cpu;       ///< at the watchdog's last look, or in place of one
    _Atomic uint64_t cpu_base;  ///< at the last look before slice `base_of` began
    _Atomic uint64_t base_of;
} moondial_slice;

/// What the watchdog has done about a slice.
typedef struct {
    uint64_t slice;
    bool is_told;  ///< that it has to stop
    uint64_t cpu_when_told;
} moondial_sighting;

/// A block of memory that Lua asks for, new or larger than before.
typedef struct {
    size_t size;
    const void *site;  ///< in Lua, where it does
    bool is_object;    ///< a new one, which the collector knows, and not a vector or a buffer
} moondial_request;

/// What `lua_load` is reading.
typedef enum { MOONDIAL_LOADS_NOTHING, MOONDIAL_LOADS_TEXT, MOONDIAL_LOADS_BINARY } moondial_loading;

typedef struct moondial_line_counts moondial_line_counts;

struct moondial_vm {
    lua_State *main;
    moondial_call call;
    void *context;
    moondial_clock clock;  ///< NULL for the system's
    moondial_limits limits;
    size_t source_limit;  ///< bytes of one text to compile
    uint32_t secret[4];   ///< enciphers addresses

    moondial_buffer inbox;
    moondial_buffer outbox;
    size_t functions;  ///< on the outbox: end of the newest function's links, 0 when there is none

    moondial_arena arena;  ///< all of Lua's memory
    size_t live_bytes;
    size_t live_limit;
    uint64_t allocations;      ///< how many more succeed
    moondial_failure failure;  ///< and how the others fail
    uint64_t failed_allocations;  ///< how often Lua got NULL
    uint64_t failed_before;    ///< the same, when Lua was last entered
    bool full;                 ///< `live_bytes` was over `live_limit` once
    bool needs_collection;     ///< what runs next would not get memory
    bool is_learning;          ///< how Lua asks for memory is being tried out
    bool is_set_up;            ///< the host calls Lua from here on within slices only
    moondial_loading loading;
    bool has_changed_metatables;  ///< of tables that had one
    moondial_request request;  ///< the last one, while that goes on
    size_t node_size;          ///< bytes of one key of a table with its value; 0 until it is known
    const void *node_site;     ///< where Lua asks for vectors of these, and nothing else; NULL when there is no such place
    const void *buffer_sites[2];  ///< where the auxiliary library asks for a buffer, and for a larger one

    moondial_meter *meter;           ///< of what runs
    moondial_meter host_meter;       ///< of the host's own work: unlimited
    moondial_entry *entry;           ///< innermost
    lua_State *volatile running;     ///< coroutine whose code runs
    volatile bool is_lost;           ///< the state was left in the middle of something: nothing may call Lua for it
    volatile bool is_guarded;        ///< what runs must not be left in the middle now
    volatile sig_atomic_t stopping;  ///< a `moondial_stop_reason`: what runs has to stop
    _Atomic bool interrupted;        ///< the host's user wants whatever runs, or runs next, to stop
    uint64_t slices;                 ///< the last number given
    moondial_slice slice;
    int32_t clocked;                 ///< the thread that `slice.cpu` is of
    _Atomic bool is_overlooked;      ///< by the watchdog, in tests
    moondial_sighting sighting;      ///< this and the following are the watchdog's
    moondial_vm *next_watched;
    _Atomic bool is_watched;

    moondial_frame *frame;     ///< innermost
    lua_State *calling;        ///< state whose host call is being answered
    lua_Debug caller;          ///< where that call stands, once asked
    moondial_thread *current;  ///< thread that runs
    bool waiting;              ///< a wait travels up to the host; no script code runs while it is set
    lua_State *waiting_in;     ///< outermost coroutine it has reached; NULL when it has not left the first
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
extern const char moondial_key_environment;  ///< the globals of modules; absent when they are those of everything else
extern const char moondial_key_raised;    ///< message -> kind
extern const char moondial_key_frozen;    ///< in a metatable, not the registry: the table behind a read-only one

/// The VM of any of its states. Never raises.
static inline moondial_vm *moondial_vm_of(lua_State *L) {
    void *vm;
    lua_getallocf(L, &vm);
    return vm;
}

// MARK: - vm.c

/// The release of Lua that runs, as 50404 for 5.4.4; 0 when it does not say. Never raises.
int moondial_lua_release_number(void);

// MARK: - tape.c

/// Begins a new tape to the host; functions on the old one that nobody took are forgotten. Never raises.
void moondial_outbox_begin(moondial_vm *vm);
/// Appends the value at `index` to the outbox by raw access. Never raises unless `functions` is set, which makes
/// references (memory). On MOONDIAL_LIMIT `*problem` says which cap was hit.
moondial_status moondial_encode(
    lua_State *L, int index, const moondial_limits *limits, bool functions, const char **problem);
/// Pushes every value on the inbox and returns how many, on a state of the current thread if an argument is kept. May raise (memory, or a table key that Lua refuses).
int moondial_decode(lua_State *L);
/// Append to a buffer; false when memory ran out. Never raise.
bool moondial_put_integer(moondial_buffer *out, int64_t value);
bool moondial_put_text(moondial_buffer *out, moondial_tape tag, const char *bytes, size_t count);

// MARK: - view.c

/// How much of a value is shown: with an error value, less than what a log or a prompt may show.
typedef enum { MOONDIAL_VIEW_OF_VALUE, MOONDIAL_VIEW_OF_ERROR, MOONDIAL_VIEW_OF_ALL } moondial_view_size;
/// Appends a view of the value at `index` to the outbox. It never goes over a limit: what there is no room for, beside the
/// other values on the outbox, is left out. Fails only when memory runs out. Never raises.
moondial_status moondial_encode_view(lua_State *L, int index, moondial_view_size size);
/// Behind `moondial_vm_names` and `moondial_vm_forget_modules`. May raise (memory).
int moondial_list_names(lua_State *L);
int moondial_forget_modules(lua_State *L);

// MARK: - report.c

/// Our own prelude, whose frames errors and tracebacks leave out, is named so.
bool moondial_is_prelude_name(const char *chunk_name);
/// Writes the error value on top of `L` and the stack it left behind to the outbox, popping nothing. Never raises.
moondial_status moondial_report(lua_State *L, int lua_status);
moondial_status moondial_report_text(moondial_vm *vm, moondial_status status, const char *text);
/// What the host calls a chunk: its name, or the abbreviation of a text without one, which lives as long as `ar`.
const char *moondial_source(const lua_Debug *ar, size_t *count);
/// Raises the message on top of the stack, after "file:line: " of the innermost script function.
int moondial_raise(lua_State *L);
int moondial_raise_as(lua_State *L, lua_Integer kind);
/// Keeps the kind of the message on top of the stack for the time when it is reported. May raise (memory).
void moondial_note_kind(lua_State *L, lua_Integer kind);
/// The kind of the message at `index`. Never raises; needs two slots of stack.
lua_Integer moondial_kind(lua_State *L, int index);
/// Replaces an error value, the only argument, by its text if it has one of its own: the result of `__tostring`.
int moondial_error_text(lua_State *L);

/// Writes the stack of `L` and of the coroutines that wait for it to the outbox, under the message. Never raises.
void moondial_report_stop(lua_State *L);

// MARK: - allocator.c

/// The `lua_Alloc` of a VM.
void *moondial_allocate(void *context, void *block, size_t old_size, size_t new_size);
/// Finds out how Lua asks for the hash part of a table and for buffers. May raise (memory).
void moondial_learn_requests(lua_State *L);

// MARK: - meter.c

/// Nanoseconds on a monotonic clock that is cheap to read and moves on every few milliseconds.
uint64_t moondial_now(void);
/// What `moondial_charge_allocation` does where a limit is met.
bool moondial_charge_over_limit(moondial_vm *vm, size_t bytes, moondial_request request);
/// Charges an allocation of that many bytes: false when it must fail. Does not return when the run is stopped by it.
static inline bool moondial_charge_allocation(moondial_vm *vm, size_t bytes, moondial_request request) {
    moondial_meter *meter = vm->meter;
    uint64_t allocated = meter->allocated + bytes;
    if (__builtin_expect(
            allocated > meter->allocation_limit || vm->live_bytes + bytes > vm->live_limit || vm->allocations == 0, 0))
        return moondial_charge_over_limit(vm, bytes, request);
    meter->allocated = allocated;
    vm->allocations--;
    return true;
}
/// Ends the run, which has to stop, where Lua asks for memory and would raise an error if it got none. Does not return.
_Noreturn void moondial_stop_allocating(moondial_vm *vm);
/// Collects all garbage if memory has been refused because the state had too much of it: what runs now would not get any,
/// and the collector makes no progress without. Called at the beginning of a slice, and within it.
void moondial_make_room(moondial_vm *vm);
/// Charges a new coroutine of a script, or does not return.
void moondial_charge_coroutine(lua_State *L);

// MARK: - stop.c

/// Begins the host's call of `state`, with what it may use. Then `sigsetjmp(entry->jump, 0)` marks where a stop ends, and
/// `moondial_leave` ends the call in either case. Never raises.
void moondial_enter(moondial_vm *vm, moondial_entry *entry, moondial_meter *meter, lua_State *state);
void moondial_leave(moondial_vm *vm, moondial_entry *entry);
/// Makes what runs stop at its next instruction. Safe in a signal handler on the VM's thread. Never raises.
void moondial_request_stop(moondial_vm *vm, moondial_stop_reason reason);
/// The code of another coroutine, or of another function of the host's, runs from here on.
void moondial_set_running(moondial_vm *vm, lua_State *state);
/// Keeps what runs on this thread, if it does, from being left in the middle: it calls the system, which may hold a lock
/// or be changing something that outlives the VM. Returns what `moondial_unguard` takes.
bool moondial_guard(void);
void moondial_unguard(bool was_guarded);
/// Does not return: the run that is going on ends here. No code of a script between here and the host's call has a say,
/// and the coroutines on the way are abandoned.
_Noreturn void moondial_stop(lua_State *L);
/// Ends the run if it has to stop. Called in every loop of C whose length a script chooses.
static inline void moondial_poll(lua_State *L, const moondial_vm *vm) {
    if (vm->stopping) moondial_stop(L);
}
/// The slice that is going on has to stop. From any thread.
void moondial_stop_slice(moondial_vm *vm, uint64_t slice, moondial_stop_reason reason);
/// Makes the thread of the slice that is going on look again at whether it has to stop. From any thread.
void moondial_signal_slice(moondial_vm *vm);
/// The VM whose slice goes on on this thread of the operating system, or NULL.
moondial_vm *moondial_vm_here(void);

// MARK: - line_counts.c

/// In a hook: takes it away, or puts that in its place which counts lines.
void moondial_clear_hook(lua_State *L, lua_Debug *ar);
void moondial_free_line_counts(moondial_line_counts *counts);

// MARK: - last_resort.c

/// Finds out where the code of Lua is. Once, before the others.
void moondial_find_lua(void);
/// In the signal handler: if Lua was interrupted, or the system's library on its behalf, the slice ends when the handler
/// returns, and the VM is lost.
void moondial_last_resort(moondial_vm *vm, void *context);
/// Ends the host's call of a VM that is lost from here on. Does not return.
_Noreturn void moondial_lose(moondial_vm *vm);
/// Reports that the VM was lost before.
moondial_status moondial_report_lost(moondial_vm *vm);

// MARK: - watchdog.c

/// Nanoseconds of processor time that a thread has used; 0 when it is gone.
uint64_t moondial_cpu_time(int32_t thread);
/// Whether the watchdog looks at the VM every few milliseconds now.
bool moondial_is_watched(const moondial_vm *vm);
/// A slice with limits begins, or one has to stop: the watchdog looks at it from time to time. From any thread.
void moondial_watch(moondial_vm *vm);
/// The VM goes away.
void moondial_unwatch(moondial_vm *vm);

// MARK: - refusal.c

/// Raises unless the host may be called here: "NAME cannot wait inside CONSTRUCT" for a function that may wait unless
/// every coroutine on the way to the host can yield.
void moondial_check_call(lua_State *L, uint32_t flags, const char *name);

// MARK: - call.c

/// Calls host function `function` with the arguments on the stack; may raise or yield, returns the number of results.
int moondial_call_host(lua_State *L, uint32_t function, uint32_t flags, const char *name);
/// A host function as scripts see it. Upvalues: number, flags, name.
int moondial_host_function(lua_State *L);

// MARK: - coroutine.c

/// Says whether `L` is the state of a host thread. Never raises.
void moondial_mark_thread(lua_State *L, bool is_host_thread);
/// Closes what `co` left open, on behalf of `closer` (NULL is the host): LUA_OK, or the status of an error whose value
/// is left on `co`. Never raises.
int moondial_close(moondial_vm *vm, lua_State *closer, lua_State *co);
/// Closes `co` and the coroutines through which it waits, innermost first. Never raises.
void moondial_close_waiting(moondial_vm *vm, lua_State *co);
/// Opens the library, leaving its table on the stack. May raise (memory).
int moondial_open_coroutine(lua_State *L);

// MARK: - frozen.c

/// Replaces a read-only table at `index` by the one behind it; false when it is an ordinary value. Never raises; needs
/// three slots of stack.
bool moondial_look_behind(lua_State *L, int index);
/// Makes the table at `index` read-only under `name`. May raise (memory).
void moondial_freeze(lua_State *L, int index, const char *name, bool deep);
/// freeze_but_for(table, name, newindex), for the prelude: makes the table read-only but for what `newindex` does, and
/// returns the table behind it.
int moondial_freeze_but_for(lua_State *L);
/// Sets what pairs and # of a read-only table use in the metatable on top of the stack. May raise (memory).
void moondial_set_reading_methods(lua_State *L);
/// rawget, rawset, rawlen and next, which know read-only tables.
extern const luaL_Reg moondial_raw_functions[];

// MARK: - record.c

/// Replaces the table on top of the stack by a record with these contents. May raise (memory).
void moondial_make_record(lua_State *L, uint32_t class);
/// What the prelude needs to give records their class.
extern const luaL_Reg moondial_record_functions[];

// MARK: - words.c

/// Words and labels of one text, of those that are counted, and fields of fields in one expression.
enum { MOONDIAL_WORD_LIMIT = 3000, MOONDIAL_CHAIN_LIMIT = 200 };

typedef enum {
    MOONDIAL_NO_EXCESS,
    MOONDIAL_MANY_WORDS,  ///< the time to compile the text might grow with the square of their number
    MOONDIAL_LONG_CHAIN,  ///< the time to report an error in it, and the C stack that this takes, might grow too far
} moondial_excess;

/// What the text has too much of. Never raises.
moondial_excess moondial_find_excess(const char *text, size_t count);

// MARK: - repair.c

/// Replaces the function on top of the stack, which `text` was compiled to, by one without the wrong CLOSE instructions
/// of the compiler: LUA_OK, or another status with the message in its place. May raise (memory).
int moondial_repair(lua_State *L, const char *text, size_t count);

// MARK: - lines.c

/// Replaces the function on top of the stack by one whose lines have numbers that are greater by `lines`: LUA_OK, or another
/// status with the message in its place. May raise (memory).
int moondial_move_lines(lua_State *L, size_t lines);

// MARK: - compile.c

/// Bytes of one text to compile, unless the host says otherwise.
enum { MOONDIAL_SOURCE_LIMIT = 128 << 10 };

/// Compiles text (never bytecode), if it is not too much: LUA_OK with the function on top of the stack, or another status
/// with the message there. May raise (memory).
int moondial_compile(lua_State *L, const char *text, size_t count, const char *name);
/// The same for a text whose first line has this number.
int moondial_compile_at(lua_State *L, const char *text, size_t count, const char *name, uint32_t first_line);
/// `load`, for text only. No script code runs inside the parser. Upvalue: the globals of what is loaded, or none for those
/// of the VM.
int moondial_load(lua_State *L);

/// The text that `load` could not compile, when the error value at the top is what it said of that; else an empty one.
const char *moondial_failed_text(lua_State *L, size_t *count);

// MARK: - values.c, random.c, time.c

/// Pushes what `tostring` gives for the value and returns it. May raise, as script code may run.
const char *moondial_tostring(lua_State *L, int index, size_t *count);
/// Pushes the number that stands for the address of the value, or `null` when it has none. May raise (memory).
void moondial_push_address(lua_State *L, int index, const char *null);
/// Raises when the table at `index`, about to become a metatable, has a finalizer.
void moondial_check_metatable(lua_State *L, int index);
/// Fills `bytes` (at most 256); false when the system does not provide. Never raises.
bool moondial_random(void *bytes, size_t count);
extern const luaL_Reg moondial_random_functions[];
/// time and date by the clock of what runs; clock by its processor time.
extern const luaL_Reg moondial_os_functions[];
extern const luaL_Reg moondial_value_functions[];

// MARK: - string_patterns.c, strings.c, tables.c, sort.c, codes.c

extern const luaL_Reg moondial_pattern_functions[];
extern const luaL_Reg moondial_string_functions[];
extern const luaL_Reg moondial_table_functions[];
extern const luaL_Reg moondial_utf8_functions[];

/// Functions that get the stock function which they replace as an upvalue.
extern const luaL_Reg moondial_string_wrappers[];
extern const luaL_Reg moondial_value_wrappers[];

/// What an argument must be capable of, through metamethods when it is no table.
enum { MOONDIAL_TABLE_READ = 1, MOONDIAL_TABLE_WRITE = 2, MOONDIAL_TABLE_LENGTH = 4 };

/// The format at argument 1, which must not be too long. May raise.
const char *moondial_check_format(lua_State *L, size_t *length);
/// The length of the argument, which must be capable of `uses` too. May raise.
lua_Integer moondial_check_length(lua_State *L, int index, int uses);
/// `table.sort`.
int moondial_sort(lua_State *L);

// MARK: - library.c, module.c, object.c

/// Fills the globals. May raise (memory).
void moondial_open_libraries(lua_State *L, const char *const *allowed);
/// Pushes a `require` that asks host function `function`. May raise (memory).
void moondial_push_require(lua_State *L, uint32_t function);
/// What the prelude needs to give modules their own globals.
extern const luaL_Reg moondial_module_functions[];
/// What the prelude needs to make values with methods.
extern const luaL_Reg moondial_object_functions[];

#endif
