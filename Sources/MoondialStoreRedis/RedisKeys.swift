// SPDX-License-Identifier: MIT

import MoondialStore
import RESP

/// The keys of one namespace on the server. The namespace in braces is the hash tag.
struct RedisKeys {
    let namespace: StoreNamespace
    private let prefix: String

    init(_ namespace: StoreNamespace) {
        self.namespace = namespace
        prefix = "moondial:{\(namespace.text)}:"
    }

    /// What a key of the server holds.
    enum Content {
        case value(name: String)
        case log(window: Int64, name: String)
    }

    /// The value of a key.
    func value(_ key: StoreKey) -> RESPArgument { .text("\(prefix)v:\(key.name)") }

    /// What was counted under a key in windows of one length, in microseconds.
    func log(_ key: StoreKey, window: Int64) -> RESPArgument {
        // Joined without interpolation, which is faster: counting is the most frequent command.
        .text(prefix + "c:" + String(window) + ":" + key.name)
    }

    /// The prefix of all logs; the length of the window and the name follow.
    var logPrefix: RESPArgument { .text("\(prefix)c:") }

    /// The set of the lengths of windows in which something was counted under a key.
    func windows(_ key: StoreKey) -> RESPArgument { .text(prefix + "w:" + key.name) }

    /// The names of all lists, with their sizes.
    var lists: RESPArgument { .text("\(prefix)lists") }

    func members(_ list: StoreList) -> RESPArgument { .text("\(prefix)l:\(list.name)") }

    /// The members of a list that is being loaded.
    func members(_ load: StoreListLoad) -> RESPArgument { .text("\(prefix)n:\(load.list.name):\(load.id)") }

    /// The name to which an old list is moved before it is freed.
    func discarded(_ load: StoreListLoad) -> RESPArgument { .text("\(prefix)n:\(load.list.name):\(load.id):old") }

    /// The pattern of all keys. Needs no escapes: a namespace has no characters that are special in patterns.
    var pattern: RESPArgument { .text("\(prefix)*") }

    /// Nil for keys that are no entries.
    func content(of key: String) -> Content? {
        guard key.hasPrefix(prefix) else { return nil }
        let rest = key.dropFirst(prefix.count)
        if rest.hasPrefix("v:") { return .value(name: String(rest.dropFirst(2))) }
        guard rest.hasPrefix("c:") else { return nil }
        let parts = rest.dropFirst(2).split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let window = Int64(parts[0]) else { return nil }
        return .log(window: window, name: String(parts[1]))
    }
}
