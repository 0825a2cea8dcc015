// SPDX-License-Identifier: MIT
//
// Converts functions to bytes, and bytes to functions.

#include "dump.h"

static int count_bytes(lua_State *L, const void *bytes, size_t count, void *data) {
    (void)L;
    (void)bytes;
    *(size_t *)data += count;
    return 0;
}

static int copy_bytes(lua_State *L, const void *bytes, size_t count, void *data) {
    (void)L;
    dump *d = data;
    if (count == 0) return 0;
    uint8_t *copy = take(d, count, 1);
    if (d->malformed) return 1;
    memcpy(copy, bytes, count);
    return 0;
}

bool moondial_push_dump(lua_State *L, dump *d) {
    size_t size = 0;
    lua_dump(L, count_bytes, &size, 0);
    uint8_t *bytes = lua_newuserdatauv(L, size, 0);
    lua_pushvalue(L, -2);
    *d = (dump){bytes, bytes, bytes + size, false, false};
    lua_dump(L, copy_bytes, d, 0);
    lua_pop(L, 1);
    if (d->next != d->end) d->malformed = true;
    d->next = bytes;
    return !d->malformed;
}

int moondial_read_back(lua_State *L, const uint8_t *bytes, size_t size) {
    moondial_vm *vm = moondial_vm_of(L);
    vm->loading = MOONDIAL_LOADS_BINARY;
    int status = luaL_loadbufferx(L, (const char *)bytes, size, "=dump", "b");
    vm->loading = MOONDIAL_LOADS_NOTHING;
    return status;
}
