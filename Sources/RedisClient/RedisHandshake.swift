// SPDX-License-Identifier: MIT

import RESP

/// The first commands on a new connection: protocol, user, database, role and preamble. Does no I/O.
struct RedisHandshake {
    /// What the client must do next.
    enum Step: Equatable {
        case send([RESPCommand])
        case wait
        case ready
        case fail(String)
    }

    private enum Phase {
        case hello, authentication, database, role
        case preamble(missing: Int)
    }

    private let configuration: RedisConfiguration
    private var phase = Phase.hello

    init(configuration: RedisConfiguration) {
        self.configuration = configuration
    }

    /// Begins the handshake.
    ///
    /// - Returns: The first step.
    mutating func begin() -> Step {
        guard configuration.triesRESP3 else { return authenticate() }
        var arguments: [RESPArgument] = ["3"]
        if let credentials = configuration.credentials {
            arguments += ["AUTH", .text(credentials.user ?? "default"), .text(credentials.password)]
        }
        return .send([RESPCommand("HELLO", arguments)])
    }

    /// Takes a reply.
    ///
    /// - Returns: The next step.
    mutating func receive(_ reply: RESPValue) -> Step {
        switch (phase, reply) {
        case (.hello, .error(let error)):
            // Servers before 6.0 do not support HELLO, and some do not support RESP3.
            if error.code == "NOPROTO" || error.message.hasPrefix("ERR unknown command") { return authenticate() }
            return refused(error)
        case (.authentication, .error(let error)), (.database, .error(let error)), (.role, .error(let error)):
            return refused(error)
        case (.hello, _), (.authentication, _): return selectDatabase()
        case (.database, _): return askRole()
        case (.role, let reply):
            guard reply.elements?.first?.text == "master" else {
                return .fail("the server that the sentinels named is not the primary (yet)")
            }
            return sendPreamble()
        case (.preamble(let missing), _):
            phase = .preamble(missing: missing - 1)
            return missing == 1 ? .ready : .wait
        }
    }

    private mutating func authenticate() -> Step {
        guard let credentials = configuration.credentials else { return selectDatabase() }
        phase = .authentication
        let user: [RESPArgument] = credentials.user.map { [.text($0)] } ?? []
        return .send([RESPCommand("AUTH", user + [.text(credentials.password)])])
    }

    private mutating func selectDatabase() -> Step {
        guard configuration.database != 0 else { return askRole() }
        phase = .database
        return .send([RESPCommand("SELECT", .integer(Int64(configuration.database)))])
    }

    /// Asks the server for its role: right after a failover, sentinels may still name the old primary.
    private mutating func askRole() -> Step {
        guard case .sentinels = configuration.server else { return sendPreamble() }
        phase = .role
        return .send([RESPCommand("ROLE")])
    }

    private mutating func sendPreamble() -> Step {
        guard !configuration.preamble.isEmpty else { return .ready }
        phase = .preamble(missing: configuration.preamble.count)
        return .send(configuration.preamble)
    }

    private func refused(_ error: RESPError) -> Step {
        switch error.code {
        case "WRONGPASS", "NOAUTH": .fail("the server refused user and password (\(error.code)); check them")
        case "NOPERM": .fail("the server does not allow this user to connect so (NOPERM); check its ACL")
        default: .fail("the server refused the connection (\(error.code)); check user, password and database")
        }
    }
}
