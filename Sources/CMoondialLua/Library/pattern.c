// SPDX-License-Identifier: MIT
//
// The matcher goes through a pattern item by item. It checks for a stop at every item, and at every byte of a
// repetition.

#include "pattern.h"

#include <string.h>

/// How deep repetitions and captures may nest, as in stock Lua.
enum { MAX_DEPTH = 200 };
/// How many bytes a pattern may have: a set is searched for every character.
enum { MAX_PATTERN = 256 << 10 };

static inline int byte(const char *p) { return (unsigned char)*p; }

// MARK: - Classes

enum {
    CONTROL = 1, DIGIT = 2, LOWER = 4, UPPER = 8, PUNCTUATION = 16, SPACE = 32, HEXADECIMAL = 64, ZERO = 128,
    LETTER = LOWER | UPPER,
};

/// The kinds of all bytes in the C locale, which is the only one: os.setlocale is not available.
static const uint8_t kinds[256] = {
    [0] = CONTROL | ZERO, [1 ... 8] = CONTROL, [9 ... 13] = CONTROL | SPACE, [14 ... 31] = CONTROL, [' '] = SPACE,
    ['!' ... '/'] = PUNCTUATION, ['0' ... '9'] = DIGIT | HEXADECIMAL, [':' ... '@'] = PUNCTUATION,
    ['A' ... 'F'] = UPPER | HEXADECIMAL, ['G' ... 'Z'] = UPPER, ['[' ... '`'] = PUNCTUATION,
    ['a' ... 'f'] = LOWER | HEXADECIMAL, ['g' ... 'z'] = LOWER, ['{' ... '~'] = PUNCTUATION, [127] = CONTROL,
};

/// The kinds that the class of a letter consists of; 0 for other characters.
static const uint8_t classes[256] = {
    ['a'] = LETTER, ['c'] = CONTROL, ['d'] = DIGIT, ['g'] = LETTER | DIGIT | PUNCTUATION, ['l'] = LOWER,
    ['p'] = PUNCTUATION, ['s'] = SPACE, ['u'] = UPPER, ['w'] = LETTER | DIGIT, ['x'] = HEXADECIMAL,
    ['z'] = ZERO,  // no longer in the manual
    ['A'] = LETTER, ['C'] = CONTROL, ['D'] = DIGIT, ['G'] = LETTER | DIGIT | PUNCTUATION, ['L'] = LOWER,
    ['P'] = PUNCTUATION, ['S'] = SPACE, ['U'] = UPPER, ['W'] = LETTER | DIGIT, ['X'] = HEXADECIMAL, ['Z'] = ZERO,
};

static inline bool is_upper(int c) { return kinds[c] & UPPER; }

static inline bool is_digit(int c) { return kinds[c] & DIGIT; }

// MARK: - Single characters

typedef enum { ANY, LITERAL, CLASS, SET } single_kind;

/// The part of a pattern that one character of the subject is compared with.
typedef struct {
    single_kind kind;
    bool negated;             ///< of CLASS and SET
    int value;                ///< of LITERAL the byte, of CLASS the kinds
    const char *begin, *end;  ///< of SET: what is between the brackets, without the ^
} single;

static bool is_in_set(const single *set, int c) {
    for (const char *p = set->begin; p < set->end; p++) {
        if (*p == '%') {
            p++;
            int class = classes[byte(p)];
            if (class != 0 ? is_upper(byte(p)) != ((kinds[c] & class) != 0) : byte(p) == c) return !set->negated;
        } else if (p[1] == '-' && p + 2 < set->end) {
            if (byte(p) <= c && c <= byte(p + 2)) return !set->negated;
            p += 2;
        } else if (byte(p) == c) {
            return !set->negated;
        }
    }
    return set->negated;
}

static inline bool accepts(const single *one, int c) {
    switch (one->kind) {
        case ANY: return true;
        case LITERAL: return c == one->value;
        case CLASS: return one->negated != ((kinds[c] & one->value) != 0);
        case SET: return is_in_set(one, c);
    }
    return false;
}

/// Reads the set that begins after its bracket at `p`; returns what follows it.
static const char *read_set(moondial_matcher *m, const char *p, single *set) {
    set->kind = SET;
    set->negated = *p == '^';
    if (set->negated) p++;
    set->begin = p;
    // A bracket that comes first is one of the characters.
    for (bool first = true; first || *p != ']'; first = false) {
        if (p == m->pattern_end) luaL_error(m->state, "malformed pattern (missing ']')");
        if (*p == '%' && p + 1 < m->pattern_end) p++;
        p++;
    }
    set->end = p;
    return p + 1;
}

/// Reads the single character at `p`, which is not the end of the pattern; returns what follows it.
static const char *read_single(moondial_matcher *m, const char *p, single *one) {
    switch (*p) {
        case '.': one->kind = ANY; return p + 1;
        case '[': return read_set(m, p + 1, one);
        case '%':
            if (p + 1 == m->pattern_end) luaL_error(m->state, "malformed pattern (ends with '%%')");
            p++;
            one->kind = classes[byte(p)] != 0 ? CLASS : LITERAL;
            one->value = one->kind == CLASS ? classes[byte(p)] : byte(p);
            one->negated = is_upper(byte(p));
            return p + 1;
        default:
            one->kind = LITERAL;
            one->value = byte(p);
            return p + 1;
    }
}

/// The byte that a match of `p` must begin with, or -1 when there is none or it would take long to find.
static int leading_byte(const moondial_matcher *m, const char *p) {
    if (p == m->pattern_end) return -1;
    int c = byte(p);
    switch (c) {
        case '(': case ')': case '.': case '[': return -1;
        case '$':
            if (p + 1 == m->pattern_end) return -1;
            break;
        case '%':
            if (++p == m->pattern_end || (kinds[byte(p)] & (LETTER | DIGIT))) return -1;
            c = byte(p);
            break;
        default: break;
    }
    return p[1] == '*' || p[1] == '?' || p[1] == '-' ? -1 : c;
}

// MARK: - Items

static const char *match(moondial_matcher *m, const char *s, const char *p);

/// Checks for a stop once in 64 KiB, for loops whose turns take almost no time.
static inline void poll_at_times(const moondial_matcher *m, const char *s) {
    if (((uintptr_t)s & 0xFFFF) == 0) moondial_poll(m->state, m->vm);
}

/// The first character at or after `s` that `one` does not accept.
static const char *skip_accepted(moondial_matcher *m, const single *one, const char *s) {
    const char *end = m->subject_end;
    switch (one->kind) {
        case ANY: return end;
        case LITERAL:
            for (; s < end && byte(s) == one->value; s++) poll_at_times(m, s);
            return s;
        case CLASS:
            for (; s < end && one->negated != ((kinds[byte(s)] & one->value) != 0); s++) poll_at_times(m, s);
            return s;
        case SET:
            for (; s < end && is_in_set(one, byte(s)); s++) moondial_poll(m->state, m->vm);
            return s;
    }
    return s;
}

/// `*` and `+`: as many as can be from `least` on, then `rest`.
static const char *match_most(moondial_matcher *m, const single *one, const char *least, const char *rest) {
    const char *s = skip_accepted(m, one, least);
    // The first try also reports errors in the rest of the pattern. Later tries are skipped where they cannot succeed.
    const char *end = match(m, s, rest);
    int leading = leading_byte(m, rest);
    while (end == NULL && s > least) {
        s--;
        if (leading < 0 || byte(s) == leading)
            end = match(m, s, rest);
        else
            moondial_poll(m->state, m->vm);
    }
    return end;
}

/// `-`: as few as can be, then `rest`.
static const char *match_least(moondial_matcher *m, const single *one, const char *s, const char *rest) {
    const char *end = match(m, s, rest);
    int leading = leading_byte(m, rest);
    while (end == NULL && s < m->subject_end && accepts(one, byte(s))) {
        s++;
        if (leading < 0 || byte(s) == leading)
            end = match(m, s, rest);
        else
            moondial_poll(m->state, m->vm);
    }
    return end;
}

static const char *open_capture(moondial_matcher *m, const char *s, const char *rest, ptrdiff_t length) {
    if (m->count == MOONDIAL_MAX_CAPTURES) luaL_error(m->state, "too many captures");
    m->captures[m->count++] = (moondial_capture){s, length};
    const char *end = match(m, s, rest);
    if (end == NULL) m->count--;
    return end;
}

static const char *close_capture(moondial_matcher *m, const char *s, const char *rest) {
    int index = m->count - 1;
    while (index >= 0 && m->captures[index].length != MOONDIAL_CAPTURE_OPEN) index--;
    if (index < 0) luaL_error(m->state, "invalid pattern capture");
    m->captures[index].length = s - m->captures[index].start;
    const char *end = match(m, s, rest);
    if (end == NULL) m->captures[index].length = MOONDIAL_CAPTURE_OPEN;
    return end;
}

/// `%b`: the place after the balanced text at `s`, or NULL.
static const char *skip_balanced(moondial_matcher *m, const char *s, const char *delimiters) {
    if (m->pattern_end - delimiters < 2) luaL_error(m->state, "malformed pattern (missing arguments to '%%b')");
    if (s == m->subject_end || *s != delimiters[0]) return NULL;
    size_t open = 1;
    while (++s < m->subject_end) {
        moondial_poll(m->state, m->vm);
        if (*s == delimiters[1]) {
            if (--open == 0) return s + 1;
        } else if (*s == delimiters[0]) {
            open++;
        }
    }
    return NULL;
}

/// `%f`: whether a character of the set at `p` is at `s`, and none is before it. Advances `p`.
static bool is_frontier(moondial_matcher *m, const char *s, const char **p) {
    if (**p != '[') luaL_error(m->state, "missing '[' after '%%f' in pattern");
    single set;
    *p = read_set(m, *p + 1, &set);
    int before = s == m->subject ? 0 : byte(s - 1);
    int after = s == m->subject_end ? 0 : byte(s);
    return !is_in_set(&set, before) && is_in_set(&set, after);
}

/// `%1`: the place after the text at `s` that equals that capture, or NULL.
static const char *skip_repeated(moondial_matcher *m, const char *s, int digit) {
    int index = digit - '1';
    if (index < 0 || index >= m->count || m->captures[index].length == MOONDIAL_CAPTURE_OPEN)
        luaL_error(m->state, "invalid capture index %%%d", index + 1);
    ptrdiff_t length = m->captures[index].length;
    if (length == MOONDIAL_CAPTURE_POSITION || m->subject_end - s < length) return NULL;
    return memcmp(m->captures[index].start, s, (size_t)length) == 0 ? s + length : NULL;
}

/// Matches `%b`, `%f` or `%1` at `*p`, advancing both; false when there is another item at `*p`.
static bool match_special(moondial_matcher *m, const char **s, const char **p) {
    int what = byte(*p + 1);
    if (what == 'b') {
        *s = skip_balanced(m, *s, *p + 2);
        *p += 4;
    } else if (what == 'f') {
        *p += 2;
        if (!is_frontier(m, *s, p)) *s = NULL;
    } else if (is_digit(what)) {
        *s = skip_repeated(m, *s, what);
        *p += 2;
    } else {
        return false;
    }
    return true;
}

/// Where a match of all of `p` at `s` ends, or NULL.
static const char *match_items(moondial_matcher *m, const char *s, const char *p) {
    while (p != m->pattern_end) {
        moondial_poll(m->state, m->vm);
        switch (*p) {
            case '(':
                if (p[1] == ')') return open_capture(m, s, p + 2, MOONDIAL_CAPTURE_POSITION);
                return open_capture(m, s, p + 1, MOONDIAL_CAPTURE_OPEN);
            case ')': return close_capture(m, s, p + 1);
            case '$':
                if (p + 1 == m->pattern_end) return s == m->subject_end ? s : NULL;
                break;
            case '%':
                if (!match_special(m, &s, &p)) break;
                if (s == NULL) return NULL;
                continue;
            default: break;
        }
        single one;
        const char *rest = read_single(m, p, &one);
        bool here = s < m->subject_end && accepts(&one, byte(s));
        p = rest + 1;
        switch (*rest) {
            case '*':
                if (here) return match_most(m, &one, s, p);
                break;
            case '+': return here ? match_most(m, &one, s + 1, p) : NULL;
            case '-':
                if (here) return match_least(m, &one, s, p);
                break;
            case '?': {
                const char *end = here ? match(m, s + 1, p) : NULL;
                if (end != NULL) return end;
                break;
            }
            default:
                if (!here) return NULL;
                s++;
                p = rest;
        }
    }
    return s;
}

static const char *match(moondial_matcher *m, const char *s, const char *p) {
    if (m->depth == MAX_DEPTH) luaL_error(m->state, "pattern too complex");
    m->depth++;
    const char *end = match_items(m, s, p);
    m->depth--;
    return end;
}

// MARK: - Searching

void moondial_matcher_init(
    moondial_matcher *m, lua_State *L, const char *subject, size_t subject_length, const char *pattern,
    size_t pattern_length) {
    m->state = L;
    m->vm = moondial_vm_of(L);
    m->subject = subject;
    m->subject_end = subject + subject_length;
    m->pattern = pattern;
    if (pattern_length > MAX_PATTERN) luaL_error(L, "pattern is longer than 256 KiB");
    m->pattern_end = pattern + pattern_length;
    m->depth = 0;
    m->first = leading_byte(m, pattern);
    m->count = 0;
}

const char *moondial_match(moondial_matcher *m, const char *at) {
    m->count = 0;
    return match(m, at, m->pattern);
}

const char *moondial_search(moondial_matcher *m, const char *from, const char *last, const char **end) {
    for (; from <= m->subject_end; from++) {
        if (m->first >= 0) {
            from = memchr(from, m->first, (size_t)(m->subject_end - from));
            if (from == NULL) return NULL;
        }
        *end = moondial_match(m, from);
        if (*end != NULL && *end != last) return from;
    }
    return NULL;
}

// MARK: - Captures

ptrdiff_t moondial_get_capture(
    moondial_matcher *m, int index, const char *start, const char *end, const char **bytes) {
    if (index >= m->count) {
        if (index != 0) luaL_error(m->state, "invalid capture index %%%d", index + 1);
        *bytes = start;
        return end - start;
    }
    const moondial_capture *capture = &m->captures[index];
    if (capture->length == MOONDIAL_CAPTURE_OPEN) luaL_error(m->state, "unfinished capture");
    *bytes = capture->start;
    if (capture->length != MOONDIAL_CAPTURE_POSITION) return capture->length;
    lua_pushinteger(m->state, capture->start - m->subject + 1);
    return -1;
}

int moondial_push_captures(moondial_matcher *m, const char *start, const char *end) {
    int count = m->count == 0 && start != NULL ? 1 : m->count;
    luaL_checkstack(m->state, count, "too many captures");
    for (int i = 0; i < count; i++) {
        const char *bytes;
        ptrdiff_t length = moondial_get_capture(m, i, start, end, &bytes);
        if (length >= 0) lua_pushlstring(m->state, bytes, (size_t)length);
    }
    return count;
}
