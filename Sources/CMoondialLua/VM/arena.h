// SPDX-License-Identifier: MIT
//
// The memory of one VM: fast to get for blocks of the sizes that Lua wants, and released as a whole.

#ifndef CMOONDIALLUA_ARENA_H
#define CMOONDIALLUA_ARENA_H

#include <stdbool.h>
#include <stddef.h>

enum {
    MOONDIAL_FINE_CLASSES = 64,    ///< sizes of blocks up to 512 bytes, 8 apart
    MOONDIAL_COARSE_CLASSES = 16,  ///< and up to 8192 bytes, four to a doubling
    MOONDIAL_CLASSES = MOONDIAL_FINE_CLASSES + MOONDIAL_COARSE_CLASSES,
};

typedef struct moondial_slab moondial_slab;
typedef struct moondial_segment moondial_segment;
typedef struct moondial_large moondial_large;

/// All zeros is an arena without memory. Blocks are aligned to 8 bytes, as Lua needs it.
typedef struct {
    moondial_slab *slabs[MOONDIAL_CLASSES];  ///< that may have a free block; blocks come from the first
    moondial_slab *empty;                    ///< that belong to no class
    size_t empty_count;
    size_t used_count;
    moondial_segment *segments;
    moondial_large *large;
    volatile bool calls_system;  ///< to get memory from it or to give some back
} moondial_arena;

/// A block of `size` > 0 bytes, or NULL.
void *moondial_arena_take(moondial_arena *arena, size_t size);
/// Takes back a block of that size; NULL is none.
void moondial_arena_give(moondial_arena *arena, void *block, size_t size);
/// `realloc` of a block. NULL leaves the block as it was.
void *moondial_arena_resize(moondial_arena *arena, void *block, size_t old_size, size_t new_size);
/// Gives all memory back to the system, blocks in use and all, in time that depends on their bytes only.
void moondial_arena_free(moondial_arena *arena);

#endif
