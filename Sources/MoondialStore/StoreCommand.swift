// SPDX-License-Identifier: MIT

/// A command to a ``Store``. Each command is one atomic step.
package enum StoreCommand: Sendable, Hashable {
    /// Counts in a sliding window, if that stays within the limit. The reply is ``StoreReply/count(_:)``.
    case count(StoreKey, CountRequest)
    /// The reply is ``StoreReply/value(_:)``.
    case get(StoreKey)
    /// Replaces a value and its lifetime. The reply is ``StoreReply/done``.
    case set(StoreKey, value: [UInt8], lifetime: StoreLifetime?)
    /// Sets a value if there is none. The reply is ``StoreReply/flag(_:)``: whether it was set.
    case add(StoreKey, value: [UInt8], lifetime: StoreLifetime?)
    /// Adds to a value of decimal digits. A missing value counts as 0; the lifetime is used only then. The reply is
    /// ``StoreReply/integer(_:)``: the sum.
    case increment(StoreKey, by: Int64, lifetime: StoreLifetime?)
    /// Deletes the value and the counters of a key. The reply is ``StoreReply/flag(_:)``: whether there was a value or
    /// counter.
    case delete(StoreKey)
    /// Waits until this number of replicas has all earlier writes of this store. The reply is ``StoreReply/flag(_:)``:
    /// whether they have. An engine without replicas refuses the command.
    case waitForReplicas(Int)
    /// Whether a list has a member. The reply is ``StoreReply/flag(_:)``; a list that was never loaded is an error.
    case has(StoreList, StoreMember)

    /// Some entries of a namespace. The reply is ``StoreReply/entries(_:)``.
    ///
    /// `after` is nil, or the cursor of the page before. Entries that exist during the whole listing are in one of its
    /// pages; others may be. `limit`, at least 1, is roughly the number of entries in a page.
    case entries(StoreNamespace, after: String?, limit: Int)
    /// The lists of a namespace. The reply is ``StoreReply/lists(_:)``.
    case lists(StoreNamespace)
    /// Begins to load a list. The old one stays in use until ``commitLoad(_:)``. The reply is ``StoreReply/load(_:)``.
    case beginLoad(StoreList)
    /// Adds members, at most ``StoreLimits/membersPerCommand``, to a list that is being loaded. The reply is
    /// ``StoreReply/done``.
    case appendToLoad(StoreListLoad, [StoreMember])
    /// Replaces the old list by the loaded one. The reply is ``StoreReply/integer(_:)``: the number of its members.
    case commitLoad(StoreListLoad)
    /// Cancels a load. The reply is ``StoreReply/done``, also when the load is unknown. A load without changes for an
    /// hour is cancelled, too.
    case cancelLoad(StoreListLoad)
    /// Deletes a list. The reply is ``StoreReply/flag(_:)``: whether the list existed.
    case deleteList(StoreList)
}

/// The reply of a ``Store``.
package enum StoreReply: Sendable, Hashable {
    case done
    case count(CountResult)
    /// Nil without a value.
    case value([UInt8]?)
    case flag(Bool)
    case integer(Int64)
    case entries(StoreEntriesPage)
    case lists([StoreListSummary])
    case load(StoreListLoad)
}

/// The limits of commands.
package enum StoreLimits {
    /// The longest value in bytes.
    package static let valueBytes = 16 << 10
    /// The most members in one ``StoreCommand/appendToLoad(_:_:)``.
    package static let membersPerCommand = 1000
    /// The default time limit of a call.
    package static let callTimeout = Duration.milliseconds(50)
}

/// How long a value is kept.
package struct StoreLifetime: Sendable, Hashable {
    /// The longest lifetime: 400 days.
    package static let maximum = Duration.seconds(400 * 86_400)

    /// At least 1.
    package let milliseconds: Int64

    /// - Parameter duration: Rounded up to a millisecond. Nil unless it is more than zero and at most ``maximum``.
    package init?(_ duration: Duration) {
        guard duration > .zero, duration <= Self.maximum else { return nil }
        let microseconds =
            duration.components.seconds * 1_000_000 + (duration.components.attoseconds + 999_999_999_999)
            / 1_000_000_000_000
        milliseconds = (microseconds + 999) / 1000
    }
}

/// Entries of a namespace, in no order.
package struct StoreEntriesPage: Sendable, Hashable {
    package let entries: [StoreEntry]
    /// The cursor of the next page; nil for the last one. A page can be empty although there are more.
    package let next: String?

    package init(entries: [StoreEntry], next: String?) {
        self.entries = entries
        self.next = next
    }
}

/// One entry as operators see it.
package struct StoreEntry: Sendable, Hashable {
    /// What is kept under the key.
    package enum Content: Sendable, Hashable {
        case value([UInt8])
        /// The amount that is counted in the window that ends now.
        case counter(window: Duration, used: Int64)
    }

    package let key: StoreKey
    package let content: Content
    /// The time until the entry expires; nil if it does not.
    package let remaining: Duration?

    package init(key: StoreKey, content: Content, remaining: Duration?) {
        self.key = key
        self.content = content
        self.remaining = remaining
    }
}

/// A list as operators see it.
package struct StoreListSummary: Sendable, Hashable {
    package let list: StoreList
    /// How many members it has.
    package let count: Int64

    package init(list: StoreList, count: Int64) {
        self.list = list
        self.count = count
    }
}

/// A list that is being loaded.
package struct StoreListLoad: Sendable, Hashable {
    package let list: StoreList
    /// Distinguishes loads of one list.
    package let id: String

    package init(list: StoreList, id: String) {
        self.list = list
        self.id = id
    }
}

/// The values that ``StoreCommand/increment(_:by:lifetime:)`` can change.
package enum StoreInteger {
    /// Reads decimal digits, with or without a minus, without leading zeros and within 64 bits; nil for any other
    /// value.
    package static func read(_ bytes: [UInt8]) -> Int64? {
        guard (1...20).contains(bytes.count), let text = String(validating: bytes, as: UTF8.self) else { return nil }
        guard let number = Int64(text), String(number) == text else { return nil }
        return number
    }
}
