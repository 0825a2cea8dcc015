// SPDX-License-Identifier: MIT

import MoondialRules

#if canImport(Darwin)
    @preconcurrency import Darwin
#elseif canImport(Musl)
    @preconcurrency import Musl
#else
    @preconcurrency import Glibc
#endif

/// The user's own editor, on the terminal that the session has left to it. Waits for its end.
struct ExternalEditor {
    /// May hold options: "code --wait".
    let command: String

    /// Opens a file. Editors that do not know `+LINE` are rare.
    ///
    /// - Throws: A diagnostic when it cannot be started or fails.
    func open(_ path: String, line: Int) throws(Diagnostic) {
        try run((line > 1 ? ["+\(line)"] : []) + [path])
    }

    /// Opens a text in a file that nobody else can read.
    ///
    /// - Returns: What it has become, without the newline at its end.
    func edit(_ text: String) throws(Diagnostic) -> String {
        var template = Array("/tmp/moondial-XXXXXX.lua".utf8CString)
        let descriptor = mkstemps(&template, 4)
        guard descriptor >= 0 else { throw Diagnostic(.inputOutput, "cannot make a temporary file") }
        let path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        defer { unlink(path) }
        Files.write(Array("\(text)\n".utf8), to: descriptor)
        close(descriptor)
        try run([path])
        let edited = String(decoding: try Files.read(path), as: UTF8.self)
        return edited.hasSuffix("\n") ? String(edited.dropLast()) : edited
    }

    private func run(_ arguments: [String]) throws(Diagnostic) {
        // The shell takes the command apart, and never the arguments.
        let words = ["/bin/sh", "-c", "exec \(command) \"$@\"", "editor"] + arguments
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
        var child: pid_t = 0
        let code = posix_spawn(&child, "/bin/sh", nil, &attributes, pointers + [nil], environ)
        guard code == 0 else {
            throw Diagnostic(.inputOutput, "cannot start '\(command)': \(String(cString: strerror(code)))")
        }
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0, errno == EINTR {}
        guard status == 0 else {
            throw Diagnostic(.inputOutput, "'\(command)' ended with a failure; nothing was taken over")
        }
    }
}
