// SPDX-License-Identifier: MIT

import MoondialStore
import NIOCore
import RESP

/// Makes one page of entries: scans for keys, then asks for the contents of all of them at once.
final class RedisListing {
    private let namespace: StoreNamespace
    private let keys: RedisKeys
    private let store: RedisStore
    private let deadline: NIODeadline
    private let completion: RedisStore.Completion
    private var entries: [StoreEntry] = []
    private var missing = 1
    private var failure: StoreError?
    private var next: String?

    init(
        _ namespace: StoreNamespace, store: RedisStore, deadline: NIODeadline,
        completion: @escaping RedisStore.Completion
    ) {
        self.namespace = namespace
        keys = RedisKeys(namespace)
        self.store = store
        self.deadline = deadline
        self.completion = completion
    }

    func start(after cursor: String?, limit: Int) {
        let scan = RESPCommand(
            "SCAN", .text(cursor ?? "0"), "MATCH", keys.pattern, "COUNT", .integer(Int64(max(1, limit))))
        var found: [String] = []
        store.send(scan, deadline) { [self] value in
            guard let elements = value.elements, elements.count == 2, let cursor = elements[0].text,
                let names = elements[1].elements
            else { return nil }
            next = cursor == "0" ? nil : cursor
            found = names.compactMap(\.text)
            return .success(.done)
        } _: { [self] result in
            for key in found { look(at: key) }
            finish(result)
        }
    }

    private func look(at text: String) {
        switch keys.content(of: text) {
        case .value(let name):
            let key = StoreKey(namespace: namespace, storedName: name)
            ask(RESPCommand("GET", .text(text)), RedisStore.value) { [self] reply, remaining in
                guard case .value(let value?) = reply else { return }
                entries.append(StoreEntry(key: key, content: .value(value), remaining: remaining))
            } remainingOf: {
                text
            }
        case .log(let window, let name):
            let key = StoreKey(namespace: namespace, storedName: name)
            look(at: text, key, window: window)
        case nil: break
        }
    }

    /// Counts a cost of 0, whose reply says how much is used.
    private func look(at text: String, _ key: StoreKey, window: Int64) {
        guard let request = CountRequest(limit: 0, window: .microseconds(window), cost: 0) else { return }
        missing += 1
        store.perform(.count(key, request), deadline: deadline) { [self] result in
            guard case .success(.count(let count)) = result else { return finish(result) }
            remaining(of: text) { [self] remaining in
                if let remaining, count.used > 0 {
                    let content = StoreEntry.Content.counter(window: .microseconds(window), used: count.used)
                    entries.append(StoreEntry(key: key, content: content, remaining: remaining))
                }
                finish(result)
            }
        }
    }

    private func ask(
        _ command: RESPCommand, _ read: @escaping RedisStore.Reader,
        then add: @escaping (StoreReply, Duration?) -> Void, remainingOf key: () -> String
    ) {
        let key = key()
        missing += 1
        store.send(command, deadline, read) { [self] result in
            guard case .success(let reply) = result else { return finish(result) }
            remaining(of: key) { [self] remaining in
                add(reply, remaining)
                finish(result)
            }
        }
    }

    /// Asks for the time until a key expires; nil if it does not.
    private func remaining(of key: String, _ completion: @escaping (Duration?) -> Void) {
        var time: Duration?
        store.send(RESPCommand("PTTL", .text(key)), deadline) { value in
            guard case .integer(let milliseconds) = value else { return nil }
            if milliseconds >= 0 { time = .milliseconds(milliseconds) }
            return .success(.done)
        } _: { [self] result in
            if case .failure(let error) = result { failure = failure ?? error }
            completion(time)
        }
    }

    private func finish(_ result: Result<StoreReply, StoreError>) {
        if case .failure(let error) = result { failure = failure ?? error }
        missing -= 1
        guard missing == 0 else { return }
        if let failure {
            completion(.failure(failure))
        } else {
            completion(.success(.entries(StoreEntriesPage(entries: entries, next: next))))
        }
    }
}
