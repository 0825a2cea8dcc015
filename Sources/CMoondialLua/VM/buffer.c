// SPDX-License-Identifier: MIT
//
// The buffers behind the tapes.

#include <stdlib.h>

#include "vm.h"

bool moondial_buffer_grow(moondial_buffer *buffer, size_t extra) {
    size_t capacity = buffer->capacity ? buffer->capacity : 512;
    while (capacity - buffer->count < extra) capacity *= 2;
    bool was_guarded = moondial_guard();
    uint8_t *bytes = realloc(buffer->bytes, capacity);
    moondial_unguard(was_guarded);
    if (bytes == NULL) return false;
    buffer->bytes = bytes;
    buffer->capacity = capacity;
    return true;
}

void moondial_outbox_begin(moondial_vm *vm) {
    while (vm->functions > 0) {
        moondial_function_links links;
        memcpy(&links, vm->outbox.bytes + vm->functions - sizeof links, sizeof links);
        moondial_vm_release(vm, links.reference);
        vm->functions = links.previous;
    }
    vm->outbox.count = 0;
}
