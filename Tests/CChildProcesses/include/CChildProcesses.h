// SPDX-License-Identifier: MIT

#ifndef MOONDIAL_TESTS_CHILD_PROCESSES_H
#define MOONDIAL_TESTS_CHILD_PROCESSES_H

#include <sys/types.h>

/// Starts the program at a path, with no blocked or ignored signals, and with no descriptors except 0, 1 and 2.
///
/// @param directory The working directory of the child; null is that of the caller.
/// @param streams The descriptors that become 0, 1 and 2; -1 is /dev/null.
/// @param terminal The path of a terminal that becomes 0, 1 and 2 instead, and the controlling one; or null.
/// @return 0 with the id of the child, or an errno.
int moondial_tests_spawn(
    pid_t *_Nonnull child, const char *_Nonnull program, char *_Nullable const *_Nonnull arguments,
    char *_Nullable const *_Nonnull environment, const char *_Nullable directory, const int streams[_Nonnull 3],
    const char *_Nullable terminal);

#endif
