// SPDX-License-Identifier: MIT

import MoondialStore
import NIOCore
import RESP

extension RedisStore {
    /// How long a load lives without a change, in milliseconds.
    private static let loadLifetime = RESPArgument.integer(3_600_000)

    func performOnLists(_ command: StoreCommand, deadline: NIODeadline, completion: @escaping Completion) {
        switch command {
        case .has(let list, let member):
            let keys = keys(of: list.namespace)
            let read: Reader = { $0 == .integer(-1) ? .failure(.noSuchList(list)) : Self.flag($0) }
            run(
                .has, [keys.members(list), keys.lists, .text(list.name), .text(member.text)], deadline, read, completion
            )
        case .lists(let namespace):
            let command = RESPCommand("HGETALL", RedisKeys(namespace).lists)
            send(command, deadline, { Self.summaries($0, in: namespace) }, completion)
        case .beginLoad(let list): beginLoad(of: list, deadline, completion)
        case .appendToLoad(let load, let members):
            let key = RedisKeys(load.list.namespace).members(load)
            run(
                .append, [key, Self.loadLifetime] + members.map { .text($0.text) }, deadline,
                { $0 == .integer(1) ? .success(.done) : Self.failedLoad($0) }, completion)
        case .commitLoad(let load):
            let keys = RedisKeys(load.list.namespace)
            run(
                .commit,
                [
                    keys.members(load), keys.members(load.list), keys.discarded(load), keys.lists,
                    .text(load.list.name),
                ], deadline,
                { value in
                    if case .integer(let count) = value, count >= 0 { return .success(.integer(count)) }
                    return Self.failedLoad(value)
                }, completion)
        case .cancelLoad(let load):
            let command = RESPCommand("UNLINK", RedisKeys(load.list.namespace).members(load))
            send(command, deadline, { _ in .success(.done) }, completion)
        case .deleteList(let list):
            let keys = RedisKeys(list.namespace)
            run(
                .deleteList, [keys.members(list), keys.lists, .text(list.name)], deadline, Self.flag, completion)
        default: preconditionFailure("\(command) is not about lists")
        }
    }

    /// Creates the set of the load with the empty member, which no list has, since Redis keeps no empty sets.
    private func beginLoad(of list: StoreList, _ deadline: NIODeadline, _ completion: @escaping Completion) {
        let load = StoreListLoad(list: list, id: String(UInt64.random(in: .min ... .max), radix: 16))
        let key = RedisKeys(list.namespace).members(load)
        send(RESPCommand("SADD", key, ""), deadline, { _ in .success(.load(load)) }, completion)
        send(RESPCommand("PEXPIRE", key, Self.loadLifetime), deadline, { _ in .success(.done) }, { _ in })
    }

    private static func failedLoad(_ value: RESPValue) -> Result<StoreReply, StoreError>? {
        value == .integer(-1) ? .failure(.noSuchLoad) : nil
    }

    private static func summaries(
        _ value: RESPValue, in namespace: StoreNamespace
    ) -> Result<StoreReply, StoreError>? {
        guard let pairs = value.pairs else { return nil }
        let summaries = pairs.compactMap { pair -> StoreListSummary? in
            guard let name = pair.key.text, let list = try? StoreList(namespace: namespace, name: name),
                let count = pair.value.text.flatMap({ Int64($0) })
            else { return nil }
            return StoreListSummary(list: list, count: count)
        }
        return .success(.lists(summaries.sorted { $0.list.name < $1.list.name }))
    }
}
