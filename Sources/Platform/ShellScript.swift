// SPDX-License-Identifier: MIT

/// Runs scripts of the shell, for programs that the user chooses or has installed.
package enum ShellScript {
    /// Runs a script and waits for its end. The script finds its arguments in "$@", has the standard streams of this
    /// process, and receives signals also if this process blocks them.
    ///
    /// - Parameters:
    ///   - script: In the language of `/bin/sh`.
    ///   - arguments: The script's "$1" and the following.
    /// - Returns: Its exit status; nil when a signal has ended it.
    /// - Throws: Why it could not be started.
    package static func run(_ script: String, _ arguments: [String]) throws(Errno) -> Int32? {
        let pointers = (["sh", "-c", script, "sh"] + arguments).map { strdup($0) }
        defer { for pointer in pointers { free(pointer) } }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var child = pid_t()
        let code = posix_spawn(&child, "/bin/sh", nil, &attributes, pointers + [nil], environ)
        guard code == 0 else { throw Errno(rawValue: code) }
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0 {
            guard Errno.last == .interrupted else { throw .last }
        }
        return status & 0x7F == 0 ? (status >> 8) & 0xFF : nil
    }
}
