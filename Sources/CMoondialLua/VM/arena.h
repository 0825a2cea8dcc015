// SPDX-License-Identifier: MIT
//
// The memory of one VM: allocates the block sizes of Lua fast, and is released as a whole.

#ifndef CMOONDIALLUA_ARENA_H
#define CMOONDIALLUA_ARENA_H

#include <stdbool.h>
#include <stddef.h>

enum {
    MOONDIAL_FINE_CLASSES = 64,    ///< sizes of blocks up to 512 bytes, in steps of 8
    MOONDIAL_COARSE_CLASSES = 16,  ///< and up to 8192 bytes, four sizes for each doubling
    MOONDIAL_CLASSES = MOONDIAL_FINE_CLASSES + MOONDIAL_COARSE_CLASSES,
};

typedef struct moondial_slab moondial_slab;
typedef struct moondial_segment moondial_segment;
typedef struct moondial_large moondial_large;

/// All zeros is an arena without memory. Blocks are aligned to 8 bytes, as Lua requires.
typedef struct {
    moondial_slab *slabs[MOONDIAL_CLASSES];  ///< slabs that may have a free block; blocks come from the first
    moondial_slab *empty;                    ///< slabs that belong to no class
    size_t empty_count;
    size_t used_count;
    moondial_segment *segments;
    moondial_large *large;
    volatile bool calls_system;  ///< it is allocating memory from the system or giving some back
} moondial_arena;

/// A block of `size` > 0 bytes, or NULL.
void *moondial_arena_take(moondial_arena *arena, size_t size);
/// Takes back a block of that size; does nothing for NULL.
void moondial_arena_give(moondial_arena *arena, void *block, size_t size);
/// `realloc` of a block. NULL leaves the block as it was.
void *moondial_arena_resize(moondial_arena *arena, void *block, size_t old_size, size_t new_size);
/// Gives all memory back to the system, blocks in use included, in time that depends only on the number of bytes.
void moondial_arena_free(moondial_arena *arena);

#endif
