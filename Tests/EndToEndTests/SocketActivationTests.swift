// SPDX-License-Identifier: MIT

import Foundation
import Platform
import TemporaryFolders
import Testing

/// `moondial serve` with a socket that another program has opened: sd_listen_fds(3).
@Suite("Socket activation", .timeLimit(.minutes(10)))
struct SocketActivationTests {
    private static let rules = "rule 'r' { route = function() end }"

    /// Opens a socket as descriptor 3 and becomes the program of the further arguments, as a service manager does. The first
    /// argument is the process that the socket is for, or `self`.
    private static let manager = """
        import os, socket, sys
        listener = socket.create_server(("127.0.0.1", 0))
        if listener.fileno() == 3:
            os.set_inheritable(3, True)
        else:
            os.dup2(listener.fileno(), 3)
        print("opened %d" % listener.getsockname()[1], flush=True)
        os.environ["LISTEN_FDS"] = "1"
        os.environ["LISTEN_PID"] = str(os.getpid()) if sys.argv[1] == "self" else sys.argv[1]
        os.execv(sys.argv[2], sys.argv[2:])
        """

    private func start(for process: String, in folder: TemporaryFolder) async throws -> BackgroundProcess {
        try await BackgroundProcess(
            tool: "python3",
            [
                folder.path("manager.py"), process, Executable.path, "serve", "--rules", folder.path("r.lua"), "--port",
                "0", "--store", "memory", "--workers", "2",
            ])
    }

    @Test func gatewayServesTheSocketOfTheServiceManager() async throws {
        let folder = try TemporaryFolder(["r.lua": Self.rules, "manager.py": Self.manager])
        let process = try await start(for: "self", in: folder)
        let port = await process.outputLine().replacing("opened ", with: "")
        #expect(await process.outputLine() == "listening on http://127.0.0.1:\(port)")
        _ = await process.outputLine()
        for _ in 0..<4 {
            let reply = try await Executable.shell(
                "curl -s -u 7d431e42dfa6a6d693ac2d04:5e987ac6d2e04d95a9d8f0d1 --json "
                    + "'{\"token\":\"STsid-1\",\"phone\":\"13800138000\"}' http://127.0.0.1:\(port)/v1/web/verify")
            #expect(reply.output.contains(#""code":9000"#))
        }
        process.send(SIGTERM)
        #expect(await process.finish().status == 0)
    }

    @Test func gatewayIgnoresASocketForAnotherProcess() async throws {
        let folder = try TemporaryFolder(["r.lua": Self.rules, "manager.py": Self.manager])
        let process = try await start(for: "1", in: folder)
        let port = await process.outputLine().replacing("opened ", with: "")
        let url = await process.outputLine()
        #expect(url.hasPrefix("listening on http://127.0.0.1:") && !url.hasSuffix(":\(port)"))
        process.send(SIGTERM)
        #expect(await process.finish().status == 0)
    }
}
