// SPDX-License-Identifier: MIT

import MoondialStore
import NIOCore
import RESP
import RedisClient

/// The store of one event loop, with a connection of its own.
final class RedisStore: Store {
    typealias Completion = (Result<StoreReply, StoreError>) -> Void

    /// Reads the reply to a command; nil for a reply of an unexpected type.
    typealias Reader = (RESPValue) -> Result<StoreReply, StoreError>?

    let client: RedisClient
    private var isClosed = false
    /// The keys of the namespace that was used last: nearly all commands use the same one.
    private var lastKeys: RedisKeys?

    init(client: RedisClient) {
        self.client = client
    }

    func close() {
        isClosed = true
        client.close()
    }

    func perform(_ command: StoreCommand, deadline: NIODeadline, completion: @escaping Completion) {
        if let refusal = command.refusal { return completion(.failure(refusal)) }
        guard !isClosed else { return completion(.failure(.closed)) }
        switch command {
        case .count(let key, let request):
            let keys = keys(of: key.namespace)
            let window = request.windowMicroseconds
            run(
                .count,
                [
                    keys.log(key, window: window), keys.windows(key), .integer(request.limit), .integer(window),
                    .integer(request.cost),
                ], deadline, { Self.count($0, limit: request.limit) }, completion)
        case .get(let key):
            send(RESPCommand("GET", keys(of: key.namespace).value(key)), deadline, Self.value, completion)
        case .set(let key, let value, let lifetime):
            set(key, value, lifetime, [], deadline, { $0.text == "OK" ? .success(.done) : nil }, completion)
        case .add(let key, let value, let lifetime):
            let read: Reader = { $0 == .null ? .success(.flag(false)) : $0.text == "OK" ? .success(.flag(true)) : nil }
            set(key, value, lifetime, ["NX"], deadline, read, completion)
        case .increment(let key, let amount, let lifetime):
            let lifetime = lifetime.map { RESPArgument.integer($0.milliseconds) } ?? ""
            run(
                .increment, [keys(of: key.namespace).value(key), .integer(amount), lifetime], deadline,
                { $0.text.flatMap { Int64($0) }.map { .success(.integer($0)) } }, completion)
        case .delete(let key):
            let keys = keys(of: key.namespace)
            run(
                .delete, [keys.value(key), keys.windows(key), keys.logPrefix, .text(key.name)], deadline, Self.flag,
                completion)
        case .entries(let namespace, let cursor, let limit):
            RedisListing(namespace, store: self, deadline: deadline, completion: completion)
                .start(after: cursor, limit: limit)
        case .waitForReplicas(let count):
            let milliseconds = max(1, (deadline - .now()).nanoseconds / 1_000_000)
            send(
                RESPCommand("WAIT", .integer(Int64(count)), .integer(milliseconds)), deadline,
                { value in
                    if case .integer(let replicas) = value { .success(.flag(replicas >= count)) } else { nil }
                }, completion)
        default: performOnLists(command, deadline: deadline, completion: completion)
        }
    }

    func keys(of namespace: StoreNamespace) -> RedisKeys {
        if let lastKeys, lastKeys.namespace == namespace { return lastKeys }
        let keys = RedisKeys(namespace)
        lastKeys = keys
        return keys
    }

    private func set(
        _ key: StoreKey, _ value: [UInt8], _ lifetime: StoreLifetime?, _ options: [RESPArgument],
        _ deadline: NIODeadline, _ read: @escaping Reader, _ completion: @escaping Completion
    ) {
        var arguments = [keys(of: key.namespace).value(key), .bytes(value)] + options
        if let lifetime { arguments += ["PX", .integer(lifetime.milliseconds)] }
        send(RESPCommand("SET", arguments), deadline, read, completion)
    }
}

/// Sending.
extension RedisStore {
    func send(
        _ command: RESPCommand, _ deadline: NIODeadline, _ read: @escaping Reader, _ completion: @escaping Completion
    ) {
        client.send(command, deadline: deadline) { completion(Self.read($0, read)) }
    }

    /// Runs a script, and sends its text if the server does not have it any more. Keys come before the other arguments.
    func run(
        _ script: RedisScript, _ arguments: [RESPArgument], _ deadline: NIODeadline, _ read: @escaping Reader,
        _ completion: @escaping Completion
    ) {
        client.send(script.evalsha(arguments), deadline: deadline) { [client] result in
            if case .success(.error(let error)) = result, error.code == "NOSCRIPT" {
                client.send(script.eval(arguments), deadline: deadline) { completion(Self.read($0, read)) }
            } else {
                completion(Self.read(result, read))
            }
        }
    }

    private static func read(
        _ result: Result<RESPValue, RedisError>, _ read: Reader
    ) -> Result<StoreReply, StoreError> {
        switch result {
        case .failure(let error): .failure(StoreError(error))
        case .success(.error(let error)): .failure(StoreError(error))
        case .success(let value):
            read(value)
                ?? .failure(StoreError(.unavailable, "the server sent a reply of another kind; check what it is"))
        }
    }
}

/// Reading.
extension RedisStore {
    static func value(_ value: RESPValue) -> Result<StoreReply, StoreError>? {
        switch value {
        case .null: .success(.value(nil))
        case .bulk(let bytes): .success(.value(Array(bytes.readableBytesView)))
        default: nil
        }
    }

    static func flag(_ value: RESPValue) -> Result<StoreReply, StoreError>? {
        switch value {
        case .integer(0): .success(.flag(false))
        case .integer(1): .success(.flag(true))
        default: nil
        }
    }

    static func count(_ value: RESPValue, limit: Int64) -> Result<StoreReply, StoreError>? {
        guard let elements = value.elements, elements.count == 3, case .integer(let allowed) = elements[0],
            case .integer(let used) = elements[1], case .integer(let wait) = elements[2]
        else { return nil }
        let retryAfter: Duration? = wait >= 0 ? .microseconds(wait) : nil
        return .success(
            .count(CountResult(allowed: allowed == 1, used: used, limit: limit, retryAfter: retryAfter)))
    }
}

extension StoreError {
    /// The message of the client holds no argument.
    fileprivate init(_ error: RedisError) {
        switch error.kind {
        case .timeout: self.init(.timeout, error.message)
        case .unavailable, .lost, .closed: self.init(.unavailable, error.message)
        }
    }

    /// Repeats only the code: the server's text may hold keys. The text is searched, since errors in scripts are part
    /// of a longer text.
    fileprivate init(_ error: RESPError) {
        let message = error.message
        if message.contains("OOM command not allowed") {
            self.init(.full, "Redis has no memory left (OOM); raise maxmemory, or let it evict")
        } else if message.contains("value is not an integer") || message.contains("would overflow") {
            self = .notAnInteger
        } else {
            let advice =
                switch error.code {
                case "NOPERM": "allow this user the commands and keys of moondial in its ACL"
                case "NOAUTH", "WRONGPASS": "check user and password"
                case "READONLY": "connect to the primary, not a replica"
                case "LOADING", "BUSY", "TRYAGAIN", "MASTERDOWN", "CLUSTERDOWN": "it works again soon"
                case "MISCONF": "it cannot write to its disk"
                case "MOVED", "CROSSSLOT": "connect to the node or proxy that serves the whole cluster"
                default: "see the log of the server"
                }
            self.init(.unavailable, "Redis refused the command (\(error.code)): \(advice)")
        }
    }
}
