// SPDX-License-Identifier: MIT

import MoondialRules
import Platform

/// Runs a program of the user on the terminal, while the session does not use the terminal.
enum TerminalProgram {
    /// Runs a script of the shell, which finds some arguments in "$@" and the terminal at its standard input, and waits for
    /// its end. Messages call it `name`.
    ///
    /// - Throws: A diagnostic when it cannot be started or fails.
    static func run(_ script: String, _ arguments: [String], name: String) throws(Diagnostic) {
        // A program that is killed does not restore the terminal.
        let settings = TerminalSession.settings
        defer { TerminalSession.restore(settings) }
        let status: Int32?
        do throws(Errno) {
            status = try ShellScript.run(script, arguments)
        } catch {
            throw Diagnostic(.inputOutput, "cannot start '\(name)': \(error.description)")
        }
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
