import Platform

// SPDX-License-Identifier: MIT

/// A command on a pseudo-terminal of 80 columns and 24 rows. Deinitialising this object kills the command.
final class BenchmarkTerminal {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private static let patience: Int32 = 30_000

    private let user: Int32
    private let process: pid_t
    private var shown: [UInt8] = []

    init(_ command: [String]) throws {
        var (user, program): (Int32, Int32) = (-1, -1)
        var name = [CChar](repeating: 0, count: 128)
        var size = winsize(ws_row: 24, ws_col: 80, ws_xpixel: 0, ws_ypixel: 0)
        guard openpty(&user, &program, &name, nil, &size) == 0 else { throw Failure(description: "no terminal") }
        defer { close(program) }
        self.user = user
        for end in [user, program] { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        // The first terminal that a new session opens becomes its controlling one.
        posix_spawn_file_actions_addopen(&actions, 0, name, O_RDWR, 0)
        for stream in 1...2 { posix_spawn_file_actions_adddup2(&actions, 0, Int32(stream)) }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        #if canImport(Darwin)
            posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSID))
        #else
            // POSIX_SPAWN_SETSID, which Swift does not import.
            posix_spawnattr_setflags(&attributes, 0x80)
        #endif
        var arguments = command.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var process = pid_t()
        guard posix_spawn(&process, command[0], &actions, &attributes, &arguments, environ) == 0 else {
            throw Failure(description: "cannot start \(command[0])")
        }
        self.process = process
    }

    deinit {
        kill(process, SIGKILL)
        waitpid(process, nil, 0)
        close(user)
    }

    /// Nanoseconds of processor time of the command.
    var cpu: Double {
        var clock = clockid_t()
        var time = timespec()
        #if canImport(Glibc)
            guard clock_getcpuclockid(process, &clock) == 0, clock_gettime(clock, &time) == 0 else { return 0 }
        #endif
        return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
    }

    /// Types a text, and reads output meanwhile, so that command and user do not block each other.
    func type(_ text: [UInt8]) throws {
        var rest = text[...]
        while !rest.isEmpty {
            let events = try wait(for: POLLIN | POLLOUT)
            if events & POLLIN != 0 { take() }
            if events & POLLOUT != 0 {
                // At most as much as the terminal's queue holds, or the write would block.
                let count = rest.prefix(1024).withUnsafeBytes { write(user, $0.baseAddress, $0.count) }
                rest = rest.dropFirst(max(0, count))
            }
        }
    }

    /// Waits until a text is shown; output before the last call does not count.
    func see(_ text: String) throws {
        while shown.firstRange(of: Array(text.utf8)) == nil {
            // Only the end of the output can contain the beginning of a match.
            shown.removeFirst(max(0, shown.count - 4096))
            _ = try wait(for: POLLIN)
            take()
        }
        shown = []
    }

    /// Waits until something is shown, and nothing more follows.
    func seeAnything() throws {
        repeat {
            _ = try wait(for: POLLIN)
            take()
        } while isReadable
        shown = []
    }

    private var isReadable: Bool {
        var request = pollfd(fd: user, events: Int16(POLLIN), revents: 0)
        return poll(&request, 1, 0) > 0
    }

    private func wait(for events: Int32) throws -> Int32 {
        var request = pollfd(fd: user, events: Int16(events), revents: 0)
        guard poll(&request, 1, Self.patience) > 0 else {
            throw Failure(description: "the terminal shows nothing more")
        }
        return Int32(request.revents)
    }

    private func take() {
        var bytes = [UInt8](repeating: 0, count: 64 << 10)
        let count = read(user, &bytes, bytes.count)
        if count > 0 { shown += bytes[..<count] }
    }
}
