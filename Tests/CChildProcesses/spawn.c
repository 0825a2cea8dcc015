// SPDX-License-Identifier: MIT

// glibc declares two of the file actions only with this macro, which Swift cannot set: hence C.
#define _GNU_SOURCE

#include "CChildProcesses.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>

static int set_attributes(posix_spawnattr_t *attributes, int begins_session) {
    // Threads of Dispatch block signals and NIO ignores SIGPIPE: a child would inherit both.
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    sigdelset(&all, SIGKILL);
    sigdelset(&all, SIGSTOP);
    short flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
    if (begins_session) flags |= POSIX_SPAWN_SETSID;
#ifdef __APPLE__
    flags |= POSIX_SPAWN_CLOEXEC_DEFAULT;
#endif
    int status = posix_spawnattr_setsigmask(attributes, &none);
    if (status == 0) status = posix_spawnattr_setsigdefault(attributes, &all);
    if (status == 0) status = posix_spawnattr_setflags(attributes, flags);
    return status;
}

static int set_actions(posix_spawn_file_actions_t *actions, const char *directory, const int streams[3], const char *terminal) {
    int status = directory == NULL ? 0 : posix_spawn_file_actions_addchdir_np(actions, directory);
    for (int stream = 0; stream < 3 && status == 0; stream++) {
        // The first terminal that a new session opens becomes its controlling one.
        if (terminal != NULL) {
            status = stream == 0 ? posix_spawn_file_actions_addopen(actions, 0, terminal, O_RDWR, 0)
                                 : posix_spawn_file_actions_adddup2(actions, 0, stream);
            continue;
        }
        status = streams[stream] < 0 ? posix_spawn_file_actions_addopen(actions, stream, "/dev/null", O_RDWR, 0)
                                     : posix_spawn_file_actions_adddup2(actions, streams[stream], stream);
    }
#ifdef __GLIBC__
    if (status == 0) status = posix_spawn_file_actions_addclosefrom_np(actions, 3);
#endif
    return status;
}

int moondial_tests_spawn(
    pid_t *child, const char *program, char *const *arguments, char *const *environment, const char *directory,
    const int streams[3], const char *terminal) {
    posix_spawnattr_t attributes;
    int status = posix_spawnattr_init(&attributes);
    if (status != 0) return status;
    posix_spawn_file_actions_t actions;
    status = posix_spawn_file_actions_init(&actions);
    if (status == 0) {
        status = set_attributes(&attributes, terminal != NULL);
        if (status == 0) status = set_actions(&actions, directory, streams, terminal);
        if (status == 0) status = posix_spawn(child, program, &actions, &attributes, arguments, environment);
        posix_spawn_file_actions_destroy(&actions);
    }
    posix_spawnattr_destroy(&attributes);
    return status;
}
