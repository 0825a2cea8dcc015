// SPDX-License-Identifier: MIT
//
// Counts how often the lines of files run, and at which of their lines functions return, for reports of coverage.
//
// A VM that counts has a hook in all its coroutines: a new coroutine copies the hook of the one that makes it. The hook
// that stops a run replaces the counting hook in one coroutine, and restores it when there is nothing to stop. A VM
// that does not count has no such hook.

#include <stdlib.h>
#include <string.h>

#include "limits.h"

/// How many lines of one chunk are counted. Longer files are probably generated and need no report.
enum { MAX_LINES = 1 << 20 };

typedef struct {
    char *name;
    size_t name_count;
    moondial_line_count *lines;  ///< by the number of the line
    size_t count;
} counted_chunk;

struct moondial_line_counts {
    counted_chunk *chunks;
    size_t count;
    size_t latest;  ///< the chunk that was counted last
};

// MARK: - Chunks

static bool is_named(const counted_chunk *chunk, const char *name, size_t count) {
    return chunk->name_count == count && memcmp(chunk->name, name, count) == 0;
}

static counted_chunk *add_chunk(moondial_line_counts *counts, const char *name, size_t count) {
    counted_chunk *chunks = realloc(counts->chunks, (counts->count + 1) * sizeof *chunks);
    if (chunks == NULL) return NULL;
    counts->chunks = chunks;
    char *copy = malloc(count);
    if (copy == NULL) return NULL;
    memcpy(copy, name, count);
    chunks[counts->count] = (counted_chunk){copy, count, NULL, 0};
    counts->latest = counts->count++;
    return &chunks[counts->latest];
}

/// The chunk of that name; NULL when memory ran out.
static counted_chunk *find_chunk(moondial_line_counts *counts, const char *name, size_t count) {
    if (counts->count > 0 && is_named(&counts->chunks[counts->latest], name, count))
        return &counts->chunks[counts->latest];
    for (size_t i = 0; i < counts->count; i++) {
        if (!is_named(&counts->chunks[i], name, count)) continue;
        counts->latest = i;
        return &counts->chunks[i];
    }
    return add_chunk(counts, name, count);
}

static bool has_room(counted_chunk *chunk, size_t line) {
    if (line < chunk->count) return true;
    if (line >= MAX_LINES) return false;
    size_t count = line + 1 > 2 * chunk->count ? line + 64 : 2 * chunk->count;
    moondial_line_count *lines = realloc(chunk->lines, count * sizeof *lines);
    if (lines == NULL) return false;
    memset(lines + chunk->count, 0, (count - chunk->count) * sizeof *lines);
    chunk->lines = lines;
    chunk->count = count;
    return true;
}

static moondial_line_count *find_line(moondial_line_counts *counts, const char *name, size_t name_count, size_t line) {
    bool was_guarded = moondial_guard();  // memory of the system
    counted_chunk *chunk = find_chunk(counts, name, name_count);
    moondial_line_count *found = chunk != NULL && has_room(chunk, line) ? &chunk->lines[line] : NULL;
    moondial_unguard(was_guarded);
    return found;
}

// MARK: - The hook

static void note_line(lua_State *L, lua_Debug *ar, bool returns) {
    if (!lua_getinfo(L, "Sl", ar) || ar->source[0] != '@' || ar->currentline <= 0) return;
    moondial_line_counts *counts = moondial_vm_of(L)->line_counts;
    moondial_line_count *line = find_line(counts, ar->source, ar->srclen, (size_t)ar->currentline);
    if (line == NULL) return;
    if (returns) line->returns++;
    else line->visits++;
}

static void counting_hook(lua_State *L, lua_Debug *ar) {
    moondial_poll(L, moondial_vm_of(L));
    note_line(L, ar, ar->event == LUA_HOOKRET);
}

static void set_counting_hook(lua_State *L) { lua_sethook(L, counting_hook, LUA_MASKLINE | LUA_MASKRET, 0); }

void moondial_clear_hook(lua_State *L, lua_Debug *ar) {
    if (moondial_vm_of(L)->line_counts == NULL) {
        lua_sethook(L, NULL, 0, 0);
        return;
    }
    // Lua calls the counting hook for the next line. If this call is for a line, that line is counted here.
    if (ar->event == LUA_HOOKLINE) note_line(L, ar, false);
    set_counting_hook(L);
}

// MARK: - The host's side

bool moondial_vm_count_lines(moondial_vm *vm) {
    vm->line_counts = calloc(1, sizeof *vm->line_counts);
    if (vm->line_counts == NULL) return false;
    set_counting_hook(vm->main);
    return true;
}

bool moondial_vm_line_counts(
    const moondial_vm *vm, size_t index, const char **name, size_t *name_count, const moondial_line_count **lines,
    size_t *count) {
    if (vm->line_counts == NULL || index >= vm->line_counts->count) return false;
    const counted_chunk *chunk = &vm->line_counts->chunks[index];
    *name = chunk->name;
    *name_count = chunk->name_count;
    *lines = chunk->lines;
    *count = chunk->count;
    return true;
}

void moondial_free_line_counts(moondial_line_counts *counts) {
    if (counts == NULL) return;
    for (size_t i = 0; i < counts->count; i++) {
        free(counts->chunks[i].name);
        free(counts->chunks[i].lines);
    }
    free(counts->chunks);
    free(counts);
}
