// SPDX-License-Identifier: MIT

import ChildProcesses
import Foundation

/// A terminal without a screen, on which a `moondial` runs.
enum PseudoTerminal {
    struct NoTerminal: Error {}

    /// Runs `moondial` with standard output and error on a terminal, and standard input too unless there is some.
    ///
    /// - Returns: The exit status and everything that came to the screen, with plain newlines.
    static func run(
        _ arguments: [String], columns: UInt16 = 100, input: String = "", environment: [String: String] = [:]
    ) async throws -> (status: Int32, screen: String) {
        let (master, slave) = try openPair()
        var size = winsize(ws_row: 24, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(slave, UInt(TIOCSWINSZ), &size)

        let own = try TemporaryFolder()
        let terminal = FileHandle(fileDescriptor: slave, closeOnDealloc: true)
        let file = input.isEmpty ? terminal : try FileHandle(forReadingFrom: own.write(input, to: "input"))
        await Slots.foreground.acquire()
        defer { Task { await Slots.foreground.release() } }
        let process = try ChildProcess(
            Executable.path, arguments, environment: Executable.environment(environment), in: own.url,
            input: file, output: terminal, errors: terminal)
        try terminal.close()
        let screen = await read(master)
        let status = await process.status()
        withExtendedLifetime(own) {}
        return (status, screen.replacing("\r\n", with: "\n"))
    }

    private static func openPair() throws -> (master: Int32, slave: Int32) {
        #if canImport(Darwin)
            let master = posix_openpt(O_RDWR | O_NOCTTY)
            guard master >= 0, grantpt(master) == 0, unlockpt(master) == 0, let name = ptsname(master) else {
                throw NoTerminal()
            }
            let slave = open(name, O_RDWR | O_NOCTTY)
        #else
            // What glibc has for this is not visible to Swift; the numbers are TIOCSPTLCK and TIOCGPTN of Linux.
            let master = open("/dev/ptmx", O_RDWR | O_NOCTTY)
            var isLocked: Int32 = 0
            var number: Int32 = 0
            guard master >= 0, ioctl(master, 0x4004_5431, &isLocked) == 0, ioctl(master, 0x8004_5430, &number) == 0
            else {
                throw NoTerminal()
            }
            let slave = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY)
        #endif
        guard slave >= 0 else { throw NoTerminal() }
        return (master, slave)
    }

    /// Reads until nobody has the other side open. Typing Ctrl-D first ends a reader of standard input.
    private static func read(_ master: Int32) async -> String {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                var end: UInt8 = 4
                _ = write(master, &end, 1)
                var screen: [UInt8] = []
                var chunk = [UInt8](repeating: 0, count: 4096)
                while true {
                    let count = Foundation.read(master, &chunk, chunk.count)
                    guard count > 0 else { break }
                    screen += chunk[..<count]
                }
                close(master)
                continuation.resume(returning: String(decoding: screen, as: UTF8.self))
            }
        }
    }
}
