// SPDX-License-Identifier: MIT

extension Duration {
    private static let units: [(suffix: String, milliseconds: Int64)] = [
        ("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000),
    ]

    /// Reads a time as it is written in settings and commands: a whole number of ASCII digits with the unit `ms`, `s`, `m`
    /// or `h`. Nil for every other text, and for a time outside the range.
    package init?(text: some StringProtocol, in range: ClosedRange<Duration>) {
        guard let unit = Self.units.first(where: { text.hasSuffix($0.suffix) }) else { return nil }
        let digits = text.dropLast(unit.suffix.count)
        guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let count = Int64(digits) else { return nil }
        let (milliseconds, isTooLong) = count.multipliedReportingOverflow(by: unit.milliseconds)
        guard !isTooLong, range.contains(.milliseconds(milliseconds)) else { return nil }
        self = .milliseconds(milliseconds)
    }

    /// The time in attoseconds, if it is not negative and shorter than nine seconds; else nil. `components`, which divides 128
    /// bits, takes ten times as long.
    private var fewAttoseconds: Int64? {
        guard #available(macOS 26, *) else { return nil }
        let all = attoseconds
        let count = Int64(truncatingIfNeeded: all)
        return (0..<9_000_000_000_000_000_000).contains(count) && Int128(count) == all ? count : nil
    }

    /// The time in seconds.
    package var inSeconds: Double {
        if let fewAttoseconds { return Double(fewAttoseconds) / 1e18 }
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) / 1e18
    }

    /// Rounded to the nearest microsecond, halves upwards.
    package var wholeMicroseconds: Int64 {
        if let fewAttoseconds { return (fewAttoseconds + 500_000_000_000) / 1_000_000_000_000 }
        let (seconds, attoseconds) = components
        return seconds * 1_000_000 + (attoseconds + 500_000_000_000) / 1_000_000_000_000
    }

    /// Milliseconds with exactly three decimals, `41.300`; a negative time is `0.000`.
    package var millisecondsText: String { Self.thousandths(max(0, wholeMicroseconds)) }

    /// The time with its unit: `0.024 ms` below a second, else `1.204 s`.
    package var shortText: String {
        let microseconds = max(0, wholeMicroseconds)
        return microseconds < 1_000_000
            ? "\(Self.thousandths(microseconds)) ms" : "\(Self.thousandths(microseconds / 1000)) s"
    }

    private static func thousandths(_ count: Int64) -> String {
        let decimals = String(count % 1000)
        return "\(count / 1000)." + String(repeating: "0", count: 3 - decimals.count) + decimals
    }
}
