// SPDX-License-Identifier: MIT

package import RESP

/// The address of a server.
package enum RedisAddress: Sendable, Hashable, CustomStringConvertible {
    /// A name, or an address without brackets.
    case host(String, port: Int)
    /// The path of a socket in the file system.
    case unixSocket(path: String)

    /// The address in messages.
    package var description: String {
        switch self {
        case .host(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .unixSocket(let path): path
        }
    }
}

/// Which certificates are accepted.
package enum RedisTrust: Sendable, Hashable {
    /// Those that the system trusts.
    case system
    /// Those signed by an authority in a PEM file.
    case file(String)
}

/// User and password. Has no printable form.
package struct RedisCredentials: Sendable, Hashable, CustomStringConvertible, CustomReflectable {
    /// Nil for the default user.
    let user: String?
    let password: String

    package init(user: String?, password: String) {
        self.user = user
        self.password = password
    }

    package var description: String { "<secret>" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// The settings of a ``RedisClient``: server, credentials, timeouts and limits.
package struct RedisConfiguration: Sendable, Hashable {
    package var server: RedisServerLocation
    /// The default is none.
    package var credentials: RedisCredentials?
    /// The default is 0.
    package var database = 0
    /// Whether connections use TLS. The default is false.
    package var usesTLS = false
    /// Whether RESP3 is tried first; the default is true. For servers that do not support it, RESP2 is used.
    package var triesRESP3 = true
    /// Commands that are sent first on each new connection; error replies are ignored. The default is none.
    package var preamble: [RESPCommand] = []
    /// For name resolution, connection, TLS and authentication together. The default is 1 s.
    package var connectTimeout = Duration.seconds(1)
    /// After this time without any reply, calls with short deadlines fail at once. The default is 100 ms.
    package var suspensionTime = Duration.milliseconds(100)
    /// After this time without any reply, the connection is closed. The default is 1 s.
    package var stallTimeout = Duration.seconds(1)
    /// The pause after the second failed connection; each further one doubles it. The default is 50 ms.
    package var shortestPause = Duration.milliseconds(50)
    /// The longest pause. The default is 2 s.
    package var longestPause = Duration.seconds(2)
    /// The maximum number of commands that wait for a connection or a reply. The default is 16,384.
    package var maxInFlight = 16_384
    /// The maximum number of their bytes. The default is 16 MiB.
    package var maxBytesInFlight = 16 << 20

    package init(server: RedisServerLocation) {
        self.server = server
    }
}

/// How the server is found.
package enum RedisServerLocation: Sendable, Hashable, CustomStringConvertible {
    case at(RedisAddress)
    /// Sentinels are asked, one after the other, which server is the primary of this name.
    case sentinels([RedisAddress], primary: String)

    package var description: String {
        switch self {
        case .at(let address): "\(address)"
        case .sentinels(_, let primary): "primary \(primary)"
        }
    }
}
