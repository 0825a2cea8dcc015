// SPDX-License-Identifier: MIT

// For two of the file actions, which glibc otherwise hides; so this is no Swift.
#define _GNU_SOURCE

#include "CChildProcesses.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>

static int set_attributes(posix_spawnattr_t *attributes) {
    // Threads of Dispatch block signals and NIO ignores SIGPIPE: a child would inherit both.
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    sigdelset(&all, SIGKILL);
    sigdelset(&all, SIGSTOP);
    short flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
#ifdef __APPLE__
    flags |= POSIX_SPAWN_CLOEXEC_DEFAULT;
#endif
    int status = posix_spawnattr_setsigmask(attributes, &none);
    if (status == 0) status = posix_spawnattr_setsigdefault(attributes, &all);
    if (status == 0) status = posix_spawnattr_setflags(attributes, flags);
    return status;
}

static int set_actions(posix_spawn_file_actions_t *actions, const char *directory, const int streams[3]) {
    int status = directory == NULL ? 0 : posix_spawn_file_actions_addchdir_np(actions, directory);
    for (int stream = 0; stream < 3 && status == 0; stream++) {
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
    const int streams[3]) {
    posix_spawnattr_t attributes;
    int status = posix_spawnattr_init(&attributes);
    if (status != 0) return status;
    posix_spawn_file_actions_t actions;
    status = posix_spawn_file_actions_init(&actions);
    if (status == 0) {
        status = set_attributes(&attributes);
        if (status == 0) status = set_actions(&actions, directory, streams);
        if (status == 0) status = posix_spawn(child, program, &actions, &attributes, arguments, environment);
        posix_spawn_file_actions_destroy(&actions);
    }
    posix_spawnattr_destroy(&attributes);
    return status;
}
