// SPDX-License-Identifier: MIT
//
// Before a text is compiled, counts what would make it slow to compile, or an error in it slow to report.
//
// The compiler keeps the jumps of an expression, of an `if` or to a label in lists and walks these for each new one: the
// time is the square of their length. It does the same with labels. 3000 in one list take 13 ms, 25000 take 0.9 s.
//
// To name the value in an error in `a.b.c.d`, Lua up to 5.4.6 examines each of these fields in turn: for each it
// searches the code of the function from its beginning, and uses a part of the C stack. 60000 fields take seconds,
// 120000 overflow the stack. A chain continues after brackets of any kind, whether they are those of a call or not.
//
// Tokens are separated as in llex.c. Where llex.c finds an error, compiling ends, so that the counts after that place
// do not matter.

#include <string.h>

#include "library.h"

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

static bool is_counted(const char *word, size_t count) {
    static const char *const words[] = {"and", "or", "elseif", "goto", "break"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strlen(words[i]) == count && memcmp(words[i], word, count) == 0) return true;
    return false;
}

/// The end of the long string or comment that the bracket at `p` opens; NULL when it opens none.
static const char *skip_long(const char *p, const char *end) {
    const char *q = p + 1;
    while (q < end && *q == '=') q++;
    if (q == end || *q != '[') return NULL;
    size_t level = (size_t)(q - p) - 1;
    for (q++; q < end; q++) {
        if (*q != ']') continue;
        const char *last = q + 1;
        while (last < end && *last == '=') last++;
        if (last < end && *last == ']' && (size_t)(last - q) - 1 == level) return last + 1;
        q = last - 1;  // a bracket there may begin the end
    }
    return end;
}

/// Ignores newlines: a newline without an escape is an error, after which the result does not matter.
static const char *skip_quoted(const char *p, const char *end) {
    char quote = *p++;
    while (p < end && *p != quote) p += *p == '\\' ? 2 : 1;
    return p < end ? p + 1 : end;
}

static const char *skip_comment(const char *p, const char *end) {
    const char *past = p < end && *p == '[' ? skip_long(p, end) : NULL;
    if (past != NULL) return past;
    while (p < end && *p != '\n' && *p != '\r') p++;
    return p;
}

// MARK: - Chains

/// How many levels of brackets are counted. The compiler allows fewer than 200.
enum { MAX_NESTING = 256 };

/// The length of the chain of fields at the end of the tokens so far, for each level of brackets.
typedef struct {
    size_t lengths[MAX_NESTING];
    size_t level;
    bool is_name;  ///< the next name is that of a field
} chains;

/// True when a chain gets too long.
static bool extend(chains *c, size_t fields) {
    return (c->lengths[c->level] += fields) > MOONDIAL_CHAIN_LIMIT;
}

static bool open_bracket(chains *c, char bracket) {
    bool too_long = bracket == '[' && extend(c, 1);
    if (bracket == '{') c->lengths[c->level] = 0;
    if (c->level + 1 < MAX_NESTING) c->level++;
    c->lengths[c->level] = 0;
    return too_long;
}

static bool close_bracket(chains *c, char bracket) {
    size_t inner = c->lengths[c->level];
    if (c->level > 0) c->level--;
    if (bracket == '}') c->lengths[c->level] = 0;
    return bracket == ')' && extend(c, inner);  // (a.b).c
}

/// A token that is neither a dot nor a bracket.
static void note_other(chains *c, bool is_word) {
    if (!is_word || !c->is_name) c->lengths[c->level] = 0;
    c->is_name = false;
}

static bool note_symbol(chains *c, char symbol) {
    switch (symbol) {
        case '.':
            c->is_name = true;
            return extend(c, 1);
        case '(':
        case '[':
        case '{': return open_bracket(c, symbol);
        case ')':
        case ']':
        case '}': return close_bracket(c, symbol);
        default:
            note_other(c, false);
            return false;
    }
}

// MARK: - The whole text

static bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

/// Skips dots. Two or more dots are no field, and a dot before a digit begins a number.
static const char *skip_dots(const char *p, const char *end, chains *c, bool *too_long) {
    const char *last = p;
    while (last < end && *last == '.') last++;
    if (last - p == 1 && !(last < end && is_digit(*last))) *too_long = *too_long || note_symbol(c, '.');
    else note_other(c, false);
    return last;
}

moondial_excess moondial_find_excess(const char *text, size_t count) {
    const char *p = text, *end = text + count;
    size_t found = 0, colons = 0;
    bool too_long = false;
    chains c = {.level = 0};
    while (p < end) {
        if (found + colons / 2 > MOONDIAL_WORD_LIMIT) return MOONDIAL_MANY_WORDS;
        if (too_long) return MOONDIAL_LONG_CHAIN;
        const char *token = p;
        if (is_space(*p)) {
            p++;
        } else if (is_letter(*p) || is_digit(*p)) {
            while (p < end && (is_letter(*p) || is_digit(*p))) p++;
            found += is_counted(token, (size_t)(p - token));
            note_other(&c, true);
        } else if (*p == '"' || *p == '\'') {
            p = skip_quoted(p, end);
            note_other(&c, false);
        } else if (*p == '[' && (p = skip_long(token, end)) != NULL) {
            note_other(&c, false);
        } else if (token + 1 < end && token[0] == '-' && token[1] == '-') {
            p = skip_comment(token + 2, end);
        } else if (token + 1 < end && token[0] == ':' && token[1] == ':') {
            colons++;
            p = token + 2;
            note_other(&c, false);
        } else if (*token == '.') {
            p = skip_dots(token, end, &c, &too_long);
        } else {
            p = token + 1;
            too_long = note_symbol(&c, *token);
        }
    }
    if (found + colons / 2 > MOONDIAL_WORD_LIMIT) return MOONDIAL_MANY_WORDS;
    return too_long ? MOONDIAL_LONG_CHAIN : MOONDIAL_NO_EXCESS;
}
