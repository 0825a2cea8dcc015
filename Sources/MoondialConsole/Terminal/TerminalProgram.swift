// SPDX-License-Identifier: MIT

import MoondialRules

#if canImport(Darwin)
    @preconcurrency import Darwin
#elseif canImport(Musl)
    @preconcurrency import Musl
#else
    @preconcurrency import Glibc
#endif

/// A program of the user's, on the terminal that the session has left to it.
enum TerminalProgram {
    /// Runs a script of the shell, which finds some arguments in "$@" and the terminal at its standard input, and waits for
    /// its end. Messages call it `name`.
    ///
    /// - Throws: A diagnostic when it cannot be started or fails.
    static func run(_ script: String, _ arguments: [String], name: String) throws(Diagnostic) {
        let words = ["/bin/sh", "-c", script, "moondial"] + arguments
        let pointers = words.map { strdup($0) }
        defer { for pointer in pointers { free(pointer) } }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // The session blocks the signals that it fetches; a program that it starts shall not.
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        // A program that is killed does not restore the terminal.
        let settings = TerminalSession.settings
        defer { TerminalSession.restore(settings) }
        var child: pid_t = 0
        let code = posix_spawn(&child, "/bin/sh", nil, &attributes, pointers + [nil], environ)
        guard code == 0 else {
            throw Diagnostic(.inputOutput, "cannot start '\(name)': \(String(cString: strerror(code)))")
        }
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0, errno == EINTR {}
        guard status == 0 else {
            throw Diagnostic(.inputOutput, "'\(name)' ended with a failure; nothing was taken over")
        }
    }

    /// Calls `body` with the path of a file that only its owner can read and that is gone afterwards.
    static func withFile<Result>(
        _ text: String, in folder: String, suffix: String, _ body: (_ path: String) throws(Diagnostic) -> Result
    ) throws(Diagnostic) -> Result {
        var template = Array("\(folder)/moondial-XXXXXX\(suffix)".utf8CString)
        let descriptor = mkstemps(&template, Int32(suffix.utf8.count))
        guard descriptor >= 0 else {
            throw Diagnostic(.inputOutput, "cannot make a temporary file in '\(folder)'")
        }
        let path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        defer { unlink(path) }
        Descriptors.writeAll(Array(text.utf8), to: descriptor)
        close(descriptor)
        return try body(path)
    }
}
