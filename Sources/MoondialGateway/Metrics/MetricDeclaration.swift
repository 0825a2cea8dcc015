// SPDX-License-Identifier: MIT

/// The declaration of a metric: name, kind, help and labels, without values.
package struct MetricDeclaration: Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
        /// Only grows. The name ends in `_total`.
        case counter
        case gauge
        /// Counts values by size. The values that Prometheus calls `le` are the largest of each bucket, in the metric's
        /// own unit (seconds for timers) and in ascending order; the bucket `+Inf` is added.
        case histogram(buckets: [Double])
        /// A constant 1 whose labels are the information. The name ends in `_info`.
        case info

        /// A histogram with ``MetricDeclaration/secondsBuckets``.
        package static let histogram = Kind.histogram(buckets: secondsBuckets)
    }

    /// 1 ms … 10 s, for calls over a network.
    package static let secondsBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

    /// The name that a scraper sees, with its suffix.
    package let name: String
    package let kind: Kind
    /// One sentence for the `# HELP` line.
    package let help: String
    /// The names of the labels, in the order in which they are written.
    package let labels: [String]
    /// The maximum number of sets of label values. Further sets are counted as dropped.
    package let seriesLimit: Int

    /// The reason why no scraper would accept the declaration, or nil if there is none.
    var mistake: String? {
        guard Self.isName(name, extra: ":") else { return "is not a valid name" }
        guard labels.allSatisfy({ Self.isName($0, extra: "_") && !$0.hasPrefix("__") && $0 != "le" }) else {
            return "has a label name that is invalid or reserved"
        }
        guard Set(labels).count == labels.count else { return "has the same label twice" }
        switch kind {
        case .counter: return name.hasSuffix("_total") ? nil : "is a counter and does not end in _total"
        case .info: return name.hasSuffix("_info") ? nil : "is an info metric and does not end in _info"
        case .gauge: return nil
        case .histogram(let buckets):
            let isAscending = zip(buckets, buckets.dropFirst()).allSatisfy { $0 < $1 }
            return isAscending && buckets.allSatisfy(\.isFinite) ? nil : "has buckets that do not ascend"
        }
    }

    private static func isName(_ name: String, extra: Character) -> Bool {
        func isAllowed(_ byte: UInt8) -> Bool {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"): true
            default: byte == extra.asciiValue
            }
        }
        guard let first = name.utf8.first, isAllowed(first) else { return false }
        return name.utf8.allSatisfy { isAllowed($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }
}
