// SPDX-License-Identifier: MIT
//
// Small blocks come from slabs, each of which holds blocks of one size. Thirty-two slabs make a segment, which is
// allocated from the system and given back when all its slabs are empty. An arena is used by one thread at a time.

#include "arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { SLAB = 1 << 16, SLABS = 32, SEGMENT = SLABS * SLAB, CARVE = 2048, FINE = 512, RESERVE = 16, MANY = 256 };

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SMALL 0  // every block comes from malloc, which the sanitizer checks
#endif
#endif
#ifndef SMALL
#define SMALL 8192
#endif

#define likely(condition) __builtin_expect(condition, 1)

/// As large as a cache line, so that two slabs do not share one.
struct moondial_slab {
    void *free;  ///< free blocks, each of which holds the address of the next
    moondial_slab *next;
    moondial_slab **link;  ///< the pointer to this slab; NULL when the slab was found full
    uint32_t used;         ///< blocks
    uint32_t fresh;        ///< offset of the part that has never been used
    uint32_t size;         ///< of its blocks
    uint32_t class;
    void *unused[2];
};

/// A segment begins with this.
struct moondial_segment {
    moondial_segment *next;
    moondial_segment **link;
    size_t empty;
    void *unused[5];
    moondial_slab slabs[SLABS];
};

/// Stands before a block that comes from malloc.
struct moondial_large {
    moondial_large *next;
    moondial_large **link;
};

// MARK: - Classes

static inline unsigned class_of(size_t size) {
    if (likely(size <= FINE)) return (unsigned)((size - 1) >> 3);
    unsigned doubling = 63 - (unsigned)__builtin_clzll(size - 1);
    return MOONDIAL_FINE_CLASSES + (doubling - 9) * 4 + (unsigned)(((size - 1) >> (doubling - 2)) & 3);
}

static uint32_t size_of_class(unsigned class) {
    if (class < MOONDIAL_FINE_CLASSES) return (class + 1) * 8;
    unsigned coarse = class - MOONDIAL_FINE_CLASSES;
    return (5 + coarse % 4) << (7 + coarse / 4);
}

// MARK: - Segments

static inline moondial_segment *segment_of(const void *address) {
    return (moondial_segment *)((uintptr_t)address & ~(uintptr_t)(SEGMENT - 1));
}

static inline moondial_slab *slab_of(const void *block) {
    return &segment_of(block)->slabs[((uintptr_t)block / SLAB) % SLABS];
}

static char *memory_of(const moondial_slab *slab) {
    moondial_segment *segment = segment_of(slab);
    return (char *)segment + (slab - segment->slabs) * SLAB;
}

static void *map(size_t size) {
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

/// A segment's memory, aligned to its size, all zeros.
static void *map_segment(void) {
    char *memory = map(SEGMENT);  // usually next to the last segment, and then aligned
    if (memory == NULL || segment_of(memory) == (void *)memory) return memory;
    munmap(memory, SEGMENT);
    memory = map(2 * SEGMENT);
    if (memory == NULL) return NULL;
    char *begin = (char *)segment_of(memory + SEGMENT - 1);
    if (begin > memory) munmap(memory, (size_t)(begin - memory));
    munmap(begin + SEGMENT, (size_t)(memory + SEGMENT - begin));
    return begin;
}

static void link_slab(moondial_slab *slab, moondial_slab **link) {
    slab->next = *link;
    slab->link = link;
    if (slab->next != NULL) slab->next->link = &slab->next;
    *link = slab;
}

static void unlink_slab(moondial_slab *slab) {
    *slab->link = slab->next;
    if (slab->next != NULL) slab->next->link = slab->link;
    slab->link = NULL;
}

static bool add_segment(moondial_arena *arena) {
    arena->calls_system = true;
    moondial_segment *segment = map_segment();
#ifdef MADV_HUGEPAGE
    // Large states then have fewer page faults, and are freed faster.
    if (segment != NULL && arena->used_count >= MANY) madvise(segment, SEGMENT, MADV_HUGEPAGE);
#endif
    arena->calls_system = false;
    if (segment == NULL) return false;
    segment->next = arena->segments;
    segment->link = &arena->segments;
    if (segment->next != NULL) segment->next->link = &segment->next;
    arena->segments = segment;
    for (int i = SLABS; i-- > 0;) link_slab(&segment->slabs[i], &arena->empty);
    segment->empty = SLABS;
    arena->empty_count += SLABS;
    return true;
}

static void remove_segment(moondial_arena *arena, moondial_segment *segment) {
    for (int i = 0; i < SLABS; i++) unlink_slab(&segment->slabs[i]);
    arena->empty_count -= SLABS;
    *segment->link = segment->next;
    if (segment->next != NULL) segment->next->link = segment->link;
    arena->calls_system = true;
    munmap(segment, SEGMENT);
    arena->calls_system = false;
}

// MARK: - Slabs

/// Gives a class an empty slab; NULL when memory ran out.
static moondial_slab *add_slab(moondial_arena *arena, unsigned class) {
    if (arena->empty == NULL && !add_segment(arena)) return NULL;
    moondial_slab *slab = arena->empty;
    unlink_slab(slab);
    moondial_segment *segment = segment_of(slab);
    segment->empty--;
    arena->empty_count--;
    arena->used_count++;
    slab->free = NULL;
    slab->fresh = slab == segment->slabs ? sizeof *segment : 0;
    slab->size = size_of_class(class);
    slab->class = class;
    link_slab(slab, &arena->slabs[class]);
    return slab;
}

/// Takes an empty slab from its class. The arena keeps about as many empty slabs as are in use, and gives the others
/// back to the system: with a garbage collector, the memory in use varies by about a factor of two.
static void remove_slab(moondial_arena *arena, moondial_slab *slab) {
    moondial_segment *segment = segment_of(slab);
    unlink_slab(slab);
    link_slab(slab, &arena->empty);
    segment->empty++;
    arena->empty_count++;
    arena->used_count--;
    if (arena->empty_count <= arena->used_count + RESERVE) return;
    if (segment->empty == SLABS) return remove_segment(arena, segment);
    if (slab == segment->slabs) return;
    arena->calls_system = true;
    madvise(memory_of(slab), SLAB, MADV_DONTNEED);
    arena->calls_system = false;
}

/// Divides unused memory of the slab into free blocks; false when there is none left.
static bool carve(moondial_slab *slab) {
    uint32_t size = slab->size;
    uint32_t count = (SLAB - slab->fresh) / size;
    if (count == 0) return false;
    if (count > CARVE / size) count = CARVE / size ? CARVE / size : 1;
    char *block = memory_of(slab) + slab->fresh;
    slab->fresh += count * size;
    slab->free = block;
    for (; --count > 0; block += size) *(void **)block = block + size;
    *(void **)block = NULL;
    return true;
}

static void *take_slowly(moondial_arena *arena, unsigned class) {
    moondial_slab *slab = arena->slabs[class];
    while (slab != NULL && slab->free == NULL && !carve(slab)) {
        moondial_slab *next = slab->next;
        unlink_slab(slab);  // found full
        slab = next;
    }
    if (slab == NULL) {
        slab = add_slab(arena, class);
        if (slab == NULL) return NULL;
        carve(slab);
    }
    void *block = slab->free;
    slab->free = *(void **)block;
    slab->used++;
    return block;
}

/// To be called after a block was given back to a slab that was full before, or is empty now.
static void give_slowly(moondial_arena *arena, moondial_slab *slab) {
    moondial_slab **first = &arena->slabs[slab->class];
    // After the first slab, which may have more free blocks.
    if (slab->link == NULL) link_slab(slab, *first == NULL ? first : &(*first)->next);
    bool is_only_one = *first == slab && slab->next == NULL;
    if (slab->used == 0 && !is_only_one) remove_slab(arena, slab);
}

// MARK: - Large blocks

static void link_large(moondial_arena *arena, moondial_large *large) {
    large->next = arena->large;
    large->link = &arena->large;
    if (large->next != NULL) large->next->link = &large->next;
    arena->large = large;
}

static void unlink_large(moondial_large *large) {
    *large->link = large->next;
    if (large->next != NULL) large->next->link = large->link;
}

static void *take_large(moondial_arena *arena, size_t size) {
    arena->calls_system = true;
    moondial_large *large = malloc(sizeof *large + size);
    arena->calls_system = false;
    if (large == NULL) return NULL;
    link_large(arena, large);
    return large + 1;
}

static void give_large(moondial_arena *arena, void *block) {
    moondial_large *large = (moondial_large *)block - 1;
    unlink_large(large);
    arena->calls_system = true;
    free(large);
    arena->calls_system = false;
}

static void *resize_large(moondial_arena *arena, void *block, size_t size) {
    moondial_large *large = (moondial_large *)block - 1;
    unlink_large(large);
    arena->calls_system = true;
    moondial_large *moved = realloc(large, sizeof *large + size);
    arena->calls_system = false;
    link_large(arena, moved != NULL ? moved : large);
    return moved != NULL ? moved + 1 : NULL;
}

// MARK: - Blocks

void *moondial_arena_take(moondial_arena *arena, size_t size) {
    if (size > SMALL) return take_large(arena, size);
    unsigned class = class_of(size);
    moondial_slab *slab = arena->slabs[class];
    if (!likely(slab != NULL && slab->free != NULL)) return take_slowly(arena, class);
    void *block = slab->free;
    slab->free = *(void **)block;
    slab->used++;
    return block;
}

void moondial_arena_give(moondial_arena *arena, void *block, size_t size) {
    if (block == NULL) return;
    if (size > SMALL) return give_large(arena, block);
    moondial_slab *slab = slab_of(block);
    *(void **)block = slab->free;
    slab->free = block;
    slab->used--;
    if (!likely(slab->used > 0 && slab->link != NULL)) give_slowly(arena, slab);
}

void *moondial_arena_resize(moondial_arena *arena, void *block, size_t old_size, size_t new_size) {
    if (old_size > SMALL && new_size > SMALL) return resize_large(arena, block, new_size);
    if (old_size <= SMALL && new_size <= SMALL && slab_of(block)->class == class_of(new_size)) return block;
    void *result = moondial_arena_take(arena, new_size);
    // Lua requires that shrinking never fails. A small block may stay where it is: its slab is found by its address.
    if (result == NULL) return new_size < old_size && old_size <= SMALL ? block : NULL;
    memcpy(result, block, new_size < old_size ? new_size : old_size);
    moondial_arena_give(arena, block, old_size);
    return result;
}

/// Frees the oldest block first: otherwise malloc would give memory back to the system piece by piece.
static void free_large(moondial_arena *arena) {
    moondial_large *oldest = NULL;
    while (arena->large != NULL) {
        moondial_large *large = arena->large;
        arena->large = large->next;
        large->next = oldest;
        oldest = large;
    }
    while (oldest != NULL) {
        moondial_large *next = oldest->next;
        free(oldest);
        oldest = next;
    }
}

void moondial_arena_free(moondial_arena *arena) {
    free_large(arena);
    while (arena->segments != NULL) {
        moondial_segment *segment = arena->segments;
        arena->segments = segment->next;
        munmap(segment, SEGMENT);
    }
}
