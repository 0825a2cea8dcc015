// SPDX-License-Identifier: MIT

import HTTP1
import NumberVerification
import NumberVerificationSimulator
import RawConnections

extension RawConnection {
    static func connect(to server: SimulatorServer) async throws -> RawConnection {
        try await connect(host: server.host, port: server.port)
    }

    /// The next reply, read as the client reads it.
    func outcome() async -> Way.Outcome {
        do {
            return Way.Outcome(.success(try await reply()))
        } catch {
            return .failure(error as? HTTPReplyError == .truncated ? .reset : .badReply)
        }
    }
}
