// SPDX-License-Identifier: MIT
//
// table.sort: quicksort, which changes to heapsort where the pivots are bad. If the comparator raises an error, no
// value is missing from the table.

#include <limits.h>

#include "library.h"

/// Ranges up to this length are sorted by insertion.
enum { MAX_INSERTION = 32 };

typedef struct {
    lua_State *state;
    const moondial_vm *vm;
    bool compares;  ///< with the function that is second on the stack
} sorter;

/// Calls the comparator, which is on the stack with two values above it. Pops all three.
static inline bool pop_comparison(lua_State *L) {
    lua_call(L, 2, 1);
    bool result = lua_toboolean(L, -1);
    lua_pop(L, 1);
    return result;
}

/// Whether the value at one place on the stack belongs before the one at another. May raise, like all functions below.
static inline bool precedes(const sorter *s, int a, int b) {
    lua_State *L = s->state;
    moondial_poll(L, s->vm);
    if (!s->compares) return lua_compare(L, a, b, LUA_OPLT);
    lua_pushvalue(L, 2);
    lua_pushvalue(L, a < 0 ? a - 1 : a);
    lua_pushvalue(L, b < 0 ? b - 2 : b);
    return pop_comparison(L);
}

/// Exchanges the values of two indices. They are on the stack, that of `a` below that of `b`; pops them.
static inline void set_exchanged(lua_State *L, lua_Integer a, lua_Integer b) {
    lua_seti(L, 1, a);
    lua_seti(L, 1, b);
}

/// Exchanges the values of two indices, of which `a` is the lower, when they are in the wrong order: true when so.
static bool order_two(const sorter *s, lua_Integer a, lua_Integer b) {
    lua_State *L = s->state;
    lua_geti(L, 1, a);
    lua_geti(L, 1, b);
    if (precedes(s, -1, -2)) {
        set_exchanged(L, a, b);
        return true;
    }
    lua_pop(L, 2);
    return false;
}

// MARK: - Insertion sort

/// Sorts a short range on the stack, where a comparison takes one call, with few comparisons.
static void sort_by_insertion(const sorter *s, lua_Integer low, lua_Integer high) {
    lua_State *L = s->state;
    int base = lua_gettop(L);
    bool moved = false;
    for (lua_Integer i = low; i <= high; i++) {
        lua_geti(L, 1, i);
        int value = lua_gettop(L);
        int first = base + 1, last = value - 1;  // if it precedes the last, its place is in between
        if (first > last || !precedes(s, value, last)) continue;
        while (first < last) {
            int middle = (first + last) / 2;
            if (precedes(s, value, middle))
                last = middle;
            else
                first = middle + 1;
        }
        lua_insert(L, first);
        moved = true;
    }
    for (lua_Integer i = high; moved && i >= low; i--) lua_seti(L, 1, i);
    lua_settop(L, base);
}

// MARK: - Heapsort

/// Restores the heap of the `count` values after `base`, of which only the root may be too small.
static void sift_down(const sorter *s, lua_Integer base, lua_Integer root, lua_Integer count) {
    lua_State *L = s->state;
    for (lua_Integer child; (child = 2 * root) <= count; root = child) {
        lua_geti(L, 1, base + root);
        lua_geti(L, 1, base + child);
        if (child < count) {
            lua_geti(L, 1, base + child + 1);
            if (precedes(s, -2, -1)) {
                lua_copy(L, -1, -2);
                child++;
            }
            lua_pop(L, 1);
        }
        if (!precedes(s, -2, -1)) {
            lua_pop(L, 2);
            return;
        }
        set_exchanged(L, base + root, base + child);
    }
}

static void sort_by_heap(const sorter *s, lua_Integer low, lua_Integer high) {
    lua_State *L = s->state;
    lua_Integer base = low - 1, count = high - base;
    for (lua_Integer root = count / 2; root >= 1; root--) sift_down(s, base, root, count);
    for (; count > 1; count--) {
        lua_geti(L, 1, base + 1);
        lua_geti(L, 1, base + count);
        set_exchanged(L, base + 1, base + count);
        sift_down(s, base, 1, count - 1);
    }
}

// MARK: - Quicksort

static _Noreturn void raise_invalid_order(lua_State *L) {
    luaL_error(L, "invalid order function for sorting");
    __builtin_unreachable();
}

/// Advances `*i` to a value that does not precede the pivot, and pushes it.
static void scan_up(const sorter *s, lua_Integer *i, lua_Integer high, int pivot) {
    lua_State *L = s->state;
    for (;;) {
        moondial_poll(L, s->vm);
        if (s->compares) lua_pushvalue(L, 2);
        lua_geti(L, 1, ++*i);
        if (s->compares) {
            lua_pushvalue(L, pivot);
            if (!pop_comparison(L)) {
                lua_geti(L, 1, *i);
                return;
            }
        } else {
            if (!lua_compare(L, -1, pivot, LUA_OPLT)) return;
            lua_pop(L, 1);
        }
        if (*i >= high) raise_invalid_order(L);
    }
}

/// Moves `*j` back to a value that the pivot does not precede, and pushes it.
static void scan_down(const sorter *s, lua_Integer *j, lua_Integer low, int pivot) {
    lua_State *L = s->state;
    for (;;) {
        moondial_poll(L, s->vm);
        if (s->compares) {
            lua_pushvalue(L, 2);
            lua_pushvalue(L, pivot);
        }
        lua_geti(L, 1, --*j);
        if (s->compares) {
            if (!pop_comparison(L)) {
                lua_geti(L, 1, *j);
                return;
            }
        } else {
            if (!lua_compare(L, pivot, -1, LUA_OPLT)) return;
            lua_pop(L, 1);
        }
        if (*j <= low) raise_invalid_order(L);
    }
}

/// Splits the range at a pivot: no value from `*right` on precedes a value up to `*left`. A value between the two is in
/// its final place.
static void partition(
    const sorter *s, lua_Integer low, lua_Integer high, lua_Integer *left, lua_Integer *right) {
    lua_State *L = s->state;
    lua_Integer middle = low + (high - low) / 2;
    order_two(s, low, middle);
    if (order_two(s, middle, high)) order_two(s, low, middle);
    lua_geti(L, 1, middle);
    int pivot = lua_gettop(L);
    // The values at both ends stop the scans, unless the comparator is not a valid order.
    lua_Integer i = low, j = high;
    for (;;) {
        scan_up(s, &i, high, pivot);
        scan_down(s, &j, low, pivot);
        if (i >= j) break;
        set_exchanged(L, i, j);
    }
    lua_settop(L, pivot - 1);
    *left = i == j ? j - 1 : j;
    *right = i == j ? i + 1 : i;
}

static void sort_range(const sorter *s, lua_Integer low, lua_Integer high, int patience) {
    while (high - low >= MAX_INSERTION) {
        if (patience-- == 0) {
            sort_by_heap(s, low, high);
            return;
        }
        lua_Integer left, right;
        partition(s, low, high, &left, &right);
        if (left - low < high - right) {
            sort_range(s, low, left, patience);
            low = right;
        } else {
            sort_range(s, right, high, patience);
            high = left;
        }
    }
    sort_by_insertion(s, low, high);
}

int moondial_sort(lua_State *L) {
    lua_Integer count =
        moondial_check_length(L, 1, MOONDIAL_TABLE_READ | MOONDIAL_TABLE_WRITE);
    if (count < 2) return 0;
    luaL_argcheck(L, count < INT_MAX, 1, "array too big");
    if (!lua_isnoneornil(L, 2)) luaL_checktype(L, 2, LUA_TFUNCTION);
    lua_settop(L, 2);
    luaL_checkstack(L, MAX_INSERTION + LUA_MINSTACK, "too many values");
    sorter s = {L, moondial_vm_of(L), !lua_isnil(L, 2)};
    int patience = 0;
    for (lua_Integer n = count; n > 1; n /= 2) patience += 2;
    sort_range(&s, 1, count, patience);
    return 0;
}
