// SPDX-License-Identifier: MIT
//
// os.time and os.date use the clock that the host gives the running code; os.clock uses its processor time.

#include <limits.h>
#include <math.h>
#include <string.h>
#include <time.h>

#include "library.h"

void moondial_vm_set_clock(moondial_vm *vm, moondial_clock clock) { vm->clock = clock; }

static uint64_t nanoseconds(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/// Whole seconds since 1970.
static void push_now(lua_State *L) {
    const moondial_vm *vm = moondial_vm_of(L);
    bool was_guarded = moondial_guard();  // the host's code runs
    int64_t now = vm->clock ? vm->clock(vm->context, vm->current) : (int64_t)(nanoseconds(CLOCK_REALTIME) / 1000000);
    moondial_unguard(was_guarded);
    lua_pushinteger(L, now / 1000 - (now % 1000 < 0));
}

// MARK: - Times and their parts

// The system converts times under a lock, and may read files for the time zone: the last resort must not end the run
// there. So these are the functions of loslib.c with guards around the conversions, but not around the reading of
// arguments, which can take long.

static bool take_apart(int64_t seconds, bool is_utc, struct tm *parts) {
    time_t time = (time_t)seconds;
    bool was_guarded = moondial_guard();
    bool ok = (is_utc ? gmtime_r(&time, parts) : localtime_r(&time, parts)) != NULL;
    moondial_unguard(was_guarded);
    return ok;
}

static int64_t put_together(struct tm *parts) {
    bool was_guarded = moondial_guard();
    time_t time = mktime(parts);
    moondial_unguard(was_guarded);
    return time;
}

static size_t print_part(char *text, size_t size, const char *conversion, const struct tm *parts) {
    bool was_guarded = moondial_guard();
    size_t count = strftime(text, size, conversion, parts);
    moondial_unguard(was_guarded);
    return count;
}

static void set_field(lua_State *L, const char *name, lua_Integer value) {
    lua_pushinteger(L, value);
    lua_setfield(L, -2, name);
}

/// Sets the parts of a time in the table on top of the stack.
static void set_fields(lua_State *L, const struct tm *parts) {
    set_field(L, "year", (lua_Integer)parts->tm_year + 1900);
    set_field(L, "month", (lua_Integer)parts->tm_mon + 1);
    set_field(L, "day", parts->tm_mday);
    set_field(L, "hour", parts->tm_hour);
    set_field(L, "min", parts->tm_min);
    set_field(L, "sec", parts->tm_sec);
    set_field(L, "yday", (lua_Integer)parts->tm_yday + 1);
    set_field(L, "wday", (lua_Integer)parts->tm_wday + 1);
    if (parts->tm_isdst < 0) return;
    lua_pushboolean(L, parts->tm_isdst);
    lua_setfield(L, -2, "isdst");
}

enum { REQUIRED = -1 };

/// A part of the time in the table on top of the stack, minus `base`; `otherwise` when it is missing.
static int get_field(lua_State *L, const char *name, int otherwise, int base) {
    int is_integer;
    int type = lua_getfield(L, -1, name);
    lua_Integer value = lua_tointegerx(L, -1, &is_integer);
    if (!is_integer && type != LUA_TNIL) return luaL_error(L, "field '%s' is not an integer", name);
    if (!is_integer && otherwise == REQUIRED) return luaL_error(L, "field '%s' missing in date table", name);
    if (is_integer && (value >= 0 ? value - base > INT_MAX : value < INT_MIN + base))
        return luaL_error(L, "field '%s' is out-of-bound", name);
    lua_pop(L, 1);
    return is_integer ? (int)(value - base) : otherwise;
}

static int get_flag(lua_State *L, const char *name) {
    int flag = lua_getfield(L, -1, name) == LUA_TNIL ? -1 : lua_toboolean(L, -1);
    lua_pop(L, 1);
    return flag;
}

/// `os.time`, by the clock of the running code.
static int os_time(lua_State *L) {
    if (lua_isnoneornil(L, 1)) {
        push_now(L);
        return 1;
    }
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    struct tm parts = {0};
    parts.tm_year = get_field(L, "year", REQUIRED, 1900);
    parts.tm_mon = get_field(L, "month", REQUIRED, 1);
    parts.tm_mday = get_field(L, "day", REQUIRED, 0);
    parts.tm_hour = get_field(L, "hour", 12, 0);
    parts.tm_min = get_field(L, "min", 0, 0);
    parts.tm_sec = get_field(L, "sec", 0, 0);
    parts.tm_isdst = get_flag(L, "isdst");
    int64_t time = put_together(&parts);
    set_fields(L, &parts);
    if (time == -1) return luaL_error(L, "time result cannot be represented in this installation");
    lua_pushinteger(L, time);
    return 1;
}

/// Seconds since 1970 at argument 2: an integer, a fraction as `moondial.now` gives it, or none for now.
static lua_Integer check_time(lua_State *L) {
    if (lua_isnoneornil(L, 2)) {
        push_now(L);
        return lua_tointeger(L, -1);
    }
    lua_Integer seconds;
    if (lua_type(L, 2) == LUA_TNUMBER && !lua_isinteger(L, 2)
        && lua_numbertointeger(floor(lua_tonumber(L, 2)), &seconds))
        return seconds;
    return luaL_checkinteger(L, 2);
}

/// Copies the conversion behind a percent sign, with its modifier, and returns what follows. May raise.
static const char *check_conversion(lua_State *L, const char *p, const char *end, char *conversion) {
    static const struct {
        char modifier;
        const char *letters;
    } allowed[] = {
        {0, "aAbBcCdDeFgGhHIjmMnprRStTuUVwWxXyYzZ%"}, {'E', "cCxXyY"}, {'O', "deHImMSuUVwWy"}};
    for (size_t i = 0; i < sizeof allowed / sizeof *allowed; i++) {
        const char *letter = p;
        if (allowed[i].modifier != 0 && (letter == end || *letter++ != allowed[i].modifier)) continue;
        if (letter == end || *letter == 0 || strchr(allowed[i].letters, *letter) == NULL) continue;
        size_t count = (size_t)(letter + 1 - p);
        memcpy(conversion, p, count);
        conversion[count] = 0;
        return letter + 1;
    }
    luaL_argerror(L, 1, lua_pushfstring(L, "invalid conversion specifier '%%%s'", p));
    return end;
}

/// The most bytes that one conversion can produce.
enum { MAX_PART = 250 };

static void push_date(lua_State *L, const char *p, const char *end, const struct tm *parts) {
    const moondial_vm *vm = moondial_vm_of(L);
    luaL_Buffer buffer;
    luaL_buffinit(L, &buffer);
    while (p < end) {
        moondial_poll(L, vm);
        if (*p != '%') {
            luaL_addchar(&buffer, *p);
            p++;
            continue;
        }
        char conversion[4] = "%";
        p = check_conversion(L, p + 1, end, conversion + 1);
        luaL_addsize(&buffer, print_part(luaL_prepbuffsize(&buffer, MAX_PART), MAX_PART, conversion, parts));
    }
    luaL_pushresult(&buffer);
}

/// `os.date`, by the clock of the running code.
static int os_date(lua_State *L) {
    size_t length = 2;
    const char *format = lua_isnoneornil(L, 1) ? "%c" : moondial_check_format(L, &length);
    const char *end = format + length;
    lua_Integer seconds = check_time(L);
    bool is_utc = *format == '!';
    if (is_utc) format++;
    struct tm parts;
    if (!take_apart(seconds, is_utc, &parts))
        return luaL_error(L, "date result cannot be represented in this installation");
    if (strcmp(format, "*t") == 0) {
        lua_createtable(L, 0, 9);
        set_fields(L, &parts);
    } else {
        push_date(L, format, end, &parts);
    }
    return 1;
}

// MARK: - Processor time

/// The processor time that the run, script or block has used, as its limits count it. The result never decreases,
/// although the beginning of a slice is measured with a coarse clock.
static int os_clock(lua_State *L) {
    const moondial_vm *vm = moondial_vm_of(L);
    moondial_meter *meter = vm->meter;
    uint64_t used = meter->cpu;
    if (vm->entry != NULL) {
#ifdef __APPLE__
        uint64_t now = nanoseconds(CLOCK_UPTIME_RAW);
#else
        uint64_t now = nanoseconds(CLOCK_MONOTONIC);
#endif
        if (now > vm->entry->started) used += now - vm->entry->started;
    }
    if (used > meter->clock) meter->clock = used;
    lua_pushnumber(L, (lua_Number)meter->clock / 1e9);
    return 1;
}

/// The difference of two times, which may have fractions.
static int os_difftime(lua_State *L) {
    lua_pushnumber(L, luaL_checknumber(L, 1) - luaL_checknumber(L, 2));
    return 1;
}

const luaL_Reg moondial_os_functions[] = {
    {"time", os_time}, {"date", os_date}, {"clock", os_clock}, {"difftime", os_difftime}, {NULL, NULL}};
