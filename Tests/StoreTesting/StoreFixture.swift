// SPDX-License-Identifier: MIT

package import MoondialStore
package import NIOCore

/// The stores and the namespace of one case.
package struct StoreFixture: Sendable {
    package let caller: StoreCaller
    /// Another store of the same engine, on another event loop.
    package let other: StoreCaller
    /// A namespace that no other case uses.
    package let namespace: StoreNamespace
    /// Advances the time of the store by at least this duration.
    package let advance: @Sendable (Duration) async throws -> Void

    package init(
        caller: StoreCaller, other: StoreCaller, namespace: StoreNamespace,
        advance: @escaping @Sendable (Duration) async throws -> Void
    ) {
        self.caller = caller
        self.other = other
        self.namespace = namespace
        self.advance = advance
    }

    /// Opens two stores, runs the case, and closes them.
    package static func run(
        _ sample: StoreCase, on engine: any StoreEngine, group: any EventLoopGroup,
        advance: @escaping @Sendable (Duration) async throws -> Void
    ) async throws {
        let caller = try await StoreCaller.open(engine, on: group.next())
        let other = try await StoreCaller.open(engine, on: group.next())
        let namespace = try StoreNamespace("case-\(sample.number)")
        let fixture = StoreFixture(caller: caller, other: other, namespace: namespace, advance: advance)
        var failure: (any Error)?
        do { try await sample.body(fixture) } catch { failure = error }
        try await caller.close()
        try await other.close()
        if let failure { throw failure }
    }

    func key(_ parts: String...) throws -> StoreKey {
        try StoreKey(namespace: namespace, parts: parts.map { Array($0.utf8) })
    }

    func list(_ name: String = "blocklist") throws -> StoreList { try StoreList(namespace: namespace, name: name) }

    @discardableResult
    func count(
        _ key: StoreKey, limit: Int64, window: Duration = .seconds(3600), cost: Int64 = 1
    ) async throws -> CountResult {
        guard let request = CountRequest(limit: limit, window: window, cost: cost) else {
            throw StoreCaseFailure("the case asks for too much")
        }
        guard case .count(let result) = try await reply(to: .count(key, request)) else { throw Self.otherReply }
        return result
    }

    func get(_ key: StoreKey) async throws -> String? {
        guard case .value(let value) = try await reply(to: .get(key)) else { throw Self.otherReply }
        return value.map { String(decoding: $0, as: UTF8.self) }
    }

    func set(_ key: StoreKey, _ value: String, for duration: Duration? = nil) async throws {
        let command = StoreCommand.set(key, value: Array(value.utf8), lifetime: try Self.lifetime(duration))
        try expect(try await reply(to: command), .done)
    }

    func add(_ key: StoreKey, _ value: String, for duration: Duration? = nil) async throws -> Bool {
        try await flag(.add(key, value: Array(value.utf8), lifetime: try Self.lifetime(duration)))
    }

    @discardableResult
    func increment(_ key: StoreKey, by amount: Int64 = 1, for duration: Duration? = nil) async throws -> Int64 {
        try await integer(.increment(key, by: amount, lifetime: try Self.lifetime(duration)))
    }

    func flag(_ command: StoreCommand) async throws -> Bool {
        guard case .flag(let flag) = try await reply(to: command) else { throw Self.otherReply }
        return flag
    }

    func integer(_ command: StoreCommand) async throws -> Int64 {
        guard case .integer(let number) = try await reply(to: command) else { throw Self.otherReply }
        return number
    }

    @discardableResult
    func load(_ members: [String], into list: StoreList) async throws -> Int64 {
        let load = try await begin(list)
        try expect(try await reply(to: .appendToLoad(load, try Self.members(members))), .done)
        return try await integer(.commitLoad(load))
    }

    func begin(_ list: StoreList) async throws -> StoreListLoad {
        guard case .load(let load) = try await reply(to: .beginLoad(list)) else { throw Self.otherReply }
        return load
    }

    func has(_ list: StoreList, _ member: String) async throws -> Bool {
        try await flag(.has(list, try StoreMember(Array(member.utf8))))
    }

    func lists() async throws -> [String: Int64] {
        guard case .lists(let lists) = try await reply(to: .lists(namespace)) else { throw Self.otherReply }
        return Dictionary(uniqueKeysWithValues: lists.map { ($0.list.name, $0.count) })
    }

    /// The entries of all pages.
    func entries(pageSize: Int = 100) async throws -> [StoreEntry] {
        var all: [StoreEntry] = []
        var cursor: String?
        repeat {
            let command = StoreCommand.entries(namespace, after: cursor, limit: pageSize)
            guard case .entries(let page) = try await reply(to: command) else { throw Self.otherReply }
            all += page.entries
            cursor = page.next
        } while cursor != nil
        return all
    }

    func reply(to command: StoreCommand) async throws -> StoreReply { try await caller.result(of: command).get() }

    func expectFailure(_ kind: StoreError.Kind, of command: StoreCommand) async throws {
        switch await caller.result(of: command) {
        case .success(let reply): throw StoreCaseFailure("expected \(kind.rawValue), got \(reply)")
        case .failure(let error): try expect(error.kind, kind)
        }
    }

    static func members(_ texts: [String]) throws -> [StoreMember] {
        try texts.map { try StoreMember(Array($0.utf8)) }
    }

    private static func lifetime(_ duration: Duration?) throws -> StoreLifetime? {
        guard let duration else { return nil }
        guard let lifetime = StoreLifetime(duration) else { throw StoreCaseFailure("no lifetime") }
        return lifetime
    }

    private static let otherReply = StoreCaseFailure("a reply to another command")
}

/// The failed expectation of a case.
package struct StoreCaseFailure: Error, CustomStringConvertible {
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// Ends the case unless both are equal.
func expect<Value: Equatable>(
    _ actual: Value, _ expected: Value, _ comment: String = "", line: Int = #line
) throws {
    guard actual == expected else {
        throw StoreCaseFailure("line \(line): expected \(expected), got \(actual) \(comment)")
    }
}
