// SPDX-License-Identifier: MIT

import HTTP1
import NumberVerification
import NumberVerificationSimulator
import RawConnections

extension RawConnection {
    static func connect(to server: SimulatorServer) async throws -> RawConnection {
        try await connect(host: server.host, port: server.port)
    }

    /// The outcome of the next reply, read with the parser of the client.
    func outcome() async -> SimulatorAccess.Outcome {
        do {
            return SimulatorAccess.Outcome(.success(try await reply()))
        } catch {
            return .failure(error as? HTTPReplyError == .truncated ? .reset : .badReply)
        }
    }
}
