// SPDX-License-Identifier: MIT

/// What is asked of a ``Store``. Each command is one atomic step.
package enum StoreCommand: Sendable, Hashable {
    /// Counts in a sliding window, if that stays within the limit. The reply is ``StoreReply/count(_:)``.
    case count(StoreKey, CountRequest)
    /// The reply is ``StoreReply/value(_:)``.
    case get(StoreKey)
    /// Replaces a value and its lifetime. The reply is ``StoreReply/done``.
    case set(StoreKey, value: [UInt8], lifetime: StoreLifetime?)
    /// Sets a value if there is none. The reply is ``StoreReply/flag(_:)``: whether it was set.
    case add(StoreKey, value: [UInt8], lifetime: StoreLifetime?)
    /// Adds to a value that is decimal digits; a missing value is 0, and only then the lifetime is used. The reply is
    /// ``StoreReply/integer(_:)``: the sum.
    case increment(StoreKey, by: Int64, lifetime: StoreLifetime?)
    /// Forgets the value of a key and all that was counted under it. The reply is ``StoreReply/flag(_:)``: whether there
    /// was anything.
    case delete(StoreKey)
    /// Waits until so many servers besides the first have all that this store was told. The reply is
    /// ``StoreReply/flag(_:)``: whether they have. An engine without further servers refuses.
    case waitForReplicas(Int)
    /// Whether a list has a member. The reply is ``StoreReply/flag(_:)``; a list that was never loaded is an error.
    case has(StoreList, StoreMember)

    /// Some entries of a namespace. The reply is ``StoreReply/entries(_:)``.
    ///
    /// `after` is nil, or the cursor of the page before. An entry that is there from the first page to the last is in one of
    /// them; others may be. `limit`, at least 1, is how many entries should be looked at.
    case entries(StoreNamespace, after: String?, limit: Int)
    /// The lists of a namespace. The reply is ``StoreReply/lists(_:)``.
    case lists(StoreNamespace)
    /// Begins to load a list. The old one stays in use until ``commitLoad(_:)``. The reply is ``StoreReply/load(_:)``.
    case beginLoad(StoreList)
    /// Adds members, at most ``StoreLimits/membersPerCommand``, to a list that is being loaded. The reply is
    /// ``StoreReply/done``.
    case appendToLoad(StoreListLoad, [StoreMember])
    /// Puts the loaded list in the place of the old one. The reply is ``StoreReply/integer(_:)``: how many members it has.
    case commitLoad(StoreListLoad)
    /// Gives up a load. The reply is ``StoreReply/done``, also when the load is unknown. A load that nobody ends is given up
    /// after an hour.
    case cancelLoad(StoreListLoad)
    /// Forgets a list. The reply is ``StoreReply/flag(_:)``: whether there was one.
    case deleteList(StoreList)
}

/// What a ``Store`` answers.
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

/// What commands may ask for.
package enum StoreLimits {
    /// The longest value in bytes.
    package static let valueBytes = 16 << 10
    /// The most members in one ``StoreCommand/appendToLoad(_:_:)``.
    package static let membersPerCommand = 1000
    /// How long a call waits, unless its caller says otherwise.
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
    /// What continues the listing, nil at its end. A page can be empty although there are more.
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
        /// How much is used in a window now.
        case counter(window: Duration, used: Int64)
    }

    package let key: StoreKey
    package let content: Content
    /// The time until it is forgotten; nil if it is kept.
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
    /// Tells loads of one list apart.
    package let id: String

    package init(list: StoreList, id: String) {
        self.list = list
        self.id = id
    }
}
