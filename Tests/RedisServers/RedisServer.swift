// SPDX-License-Identifier: MIT

import ChildProcesses
import Foundation
import NIOConcurrencyHelpers
import Platform
package import RedisClient

/// A real Redis server that a test starts, on a socket in a new folder and, if wanted, on free ports of the loopback.
package final class RedisServer: Sendable {
    /// The options with which the server is started.
    package struct Options: Sendable {
        /// Whether it has a port without TLS.
        package var hasPort = false
        /// Whether it has a port with TLS, with the test certificate for localhost.
        package var hasTLSPort = false
        /// Further arguments, as in `["--maxmemory", "3mb"]`.
        package var arguments: [String] = []
        /// Whether it is a sentinel.
        package var isSentinel = false

        package init() {}
    }

    package let socket: String
    /// The port without TLS, or 0 if there is none.
    package let port: Int
    package let tlsPort: Int
    private let folder: URL
    private let arguments: [String]
    private let process: NIOLockedValueBox<ChildProcess?>

    private init(socket: String, port: Int, tlsPort: Int, folder: URL, arguments: [String], _ process: ChildProcess) {
        self.socket = socket
        self.port = port
        self.tlsPort = tlsPort
        self.folder = folder
        self.arguments = arguments
        self.process = NIOLockedValueBox(process)
    }

    deinit {
        kill()
        try? FileManager.default.removeItem(at: folder)
    }

    /// Starts a server and waits until it accepts connections.
    package static func start(_ options: Options = Options()) async throws -> RedisServer {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("moondial-redis-\(UInt32.random(in: .min ... .max))", isDirectory: true)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let socket = folder.appendingPathComponent("s").path
        // Another process may take a port between the choice and the start.
        for attempt in 1... {
            let port = options.hasPort || options.isSentinel ? try freePort() : 0
            let tlsPort = options.hasTLSPort ? try freePort() : 0
            var arguments = [
                "--port", "\(port)", "--bind", "127.0.0.1", "--unixsocket", socket, "--dir", folder.path,
                "--enable-debug-command", "yes",
            ]
            if options.isSentinel {
                let file = folder.appendingPathComponent("sentinel.conf").path
                try Data().write(to: URL(fileURLWithPath: file))
                arguments = [file, "--sentinel"] + arguments.dropLast(2)
            } else {
                arguments += ["--save", "", "--appendonly", "no"]
            }
            if options.hasTLSPort {
                arguments += [
                    "--tls-port", "\(tlsPort)", "--tls-auth-clients", "no", "--tls-cert-file", certificate("localhost"),
                    "--tls-key-file", certificate("server-key"), "--tls-ca-cert-file", certificate("authority"),
                ]
            }
            arguments += options.arguments
            do {
                let process = try await launch(arguments)
                return RedisServer(
                    socket: socket, port: port, tlsPort: tlsPort, folder: folder, arguments: arguments, process)
            } catch let error as NotReady where attempt < 5 && error.output.contains("Address already in use") {
                continue
            }
        }
        preconditionFailure("the loop ends by returning or throwing")
    }

    /// Ends the server as `kill -9` does.
    package func kill() {
        process.withLockedValue { process in
            process?.send(SIGKILL)
            _ = process?.waitForStatus()
            process = nil
        }
    }

    /// Starts the server again after ``kill()``, on the same socket and ports, without its data.
    package func restart() async throws {
        let process = try await Self.launch(arguments)
        self.process.withLockedValue { $0 = process }
    }

    /// Stops the process, so that it answers nothing until ``resume()``.
    package func suspend() { process.withLockedValue { $0?.send(SIGSTOP) } }

    package func resume() { process.withLockedValue { $0?.send(SIGCONT) } }

    /// A configuration for the socket, with long timeouts.
    package var configuration: RedisConfiguration {
        RedisConfiguration(server: .at(.unixSocket(path: socket))).patient
    }

    /// The path of a test certificate, or of their common key.
    package static func certificate(_ name: String) -> String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../NumberVerificationTests/Fixtures/tls/\(name).pem").standardized.path
    }

    /// The server did not start.
    package struct NotReady: Error, CustomStringConvertible {
        package let output: String

        package var description: String {
            "redis-server does not start; scripts/test installs it (Debian's package redis-server): \(output)"
        }
    }

    private static func launch(_ arguments: [String]) async throws -> ChildProcess {
        let folders = ["/usr/bin", "/usr/local/bin", "/opt/homebrew/bin"]
        let paths = folders.map { $0 + "/redis-server" }
        guard let program = paths.first(where: { FileManager.default.isExecutableFile(atPath: $0) }) else {
            throw NotReady(output: "there is none in \(folders.joined(separator: ", "))")
        }
        let pipe = Pipe()
        let process = try ChildProcess(
            program, arguments, output: pipe.fileHandleForWriting, errors: pipe.fileHandleForWriting)
        try pipe.fileHandleForWriting.close()
        let reading = pipe.fileHandleForReading
        return try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                var text = ""
                var isReady = false
                // Reads on when the server is ready, since a full pipe would stop it.
                while case let data = reading.availableData, !data.isEmpty {
                    if isReady { continue }
                    text += String(decoding: data, as: UTF8.self)
                    isReady =
                        text.contains("eady to accept connections") || text.contains("+monitor")
                        || text.contains("Sentinel ID is")
                    if isReady { continuation.resume(returning: process) }
                }
                if !isReady { continuation.resume(throwing: NotReady(output: text)) }
            }
        }
    }

    private static func freePort() throws -> Int {
        #if canImport(Darwin)
            let descriptor = Darwin.socket(AF_INET, SOCK_STREAM, 0)
        #else
            let descriptor = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #endif
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(descriptor, pointer, length) == 0 && getsockname(descriptor, pointer, &length) == 0
            }
        }
        guard result else { throw NotReady(output: "no free port: errno \(errno)") }
        return Int(UInt16(bigEndian: address.sin_port))
    }
}

extension RedisConfiguration {
    /// The same configuration with timeouts that are not reached on a busy machine. Tests of timeouts set their own.
    package var patient: RedisConfiguration {
        var configuration = self
        configuration.connectTimeout = .seconds(60)
        configuration.suspensionTime = .seconds(600)
        configuration.stallTimeout = .seconds(600)
        configuration.longestPause = .milliseconds(20)
        return configuration
    }
}
