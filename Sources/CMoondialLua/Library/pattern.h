// SPDX-License-Identifier: MIT
//
// The matcher of Lua patterns: https://www.lua.org/manual/5.4/manual.html#6.4.1

#ifndef CMOONDIALLUA_PATTERN_H
#define CMOONDIALLUA_PATTERN_H

#include "library.h"

enum { MOONDIAL_MAX_CAPTURES = 32 };

typedef struct {
    const char *start;
    ptrdiff_t length;  ///< or one of the two below
} moondial_capture;

enum { MOONDIAL_CAPTURE_OPEN = -1, MOONDIAL_CAPTURE_POSITION = -2 };

/// One subject and one pattern. Lives on the C stack and holds nothing that has to be freed.
typedef struct {
    lua_State *state;
    const moondial_vm *vm;
    const char *subject, *subject_end;
    const char *pattern, *pattern_end;
    int depth;
    int first;  ///< the byte that every match begins with, or -1
    int count;
    moondial_capture captures[MOONDIAL_MAX_CAPTURES];
} moondial_matcher;

/// Both texts end with a zero beyond their length, as Lua's strings do. Never raises.
void moondial_matcher_init(
    moondial_matcher *m, lua_State *L, const char *subject, size_t subject_length, const char *pattern,
    size_t pattern_length);
/// Where a match that begins at `at` ends, or NULL. Raises when the pattern is malformed or too complex.
const char *moondial_match(moondial_matcher *m, const char *at);
/// Where the first match at or after `from` begins, or NULL; a match that ends at `last` does not count. Raises as
/// above.
const char *moondial_search(moondial_matcher *m, const char *from, const char *last, const char **end);
/// Capture `index` of the match from `start` to `end`; 0 is the match when there are no captures. Gives its length, or
/// -1 after pushing a position. Raises when there is no such capture, or it is not closed.
ptrdiff_t moondial_get_capture(
    moondial_matcher *m, int index, const char *start, const char *end, const char **bytes);
/// Pushes all captures, or the match when there are none, and returns how many. Raises as above.
int moondial_push_captures(moondial_matcher *m, const char *start, const char *end);

#endif
