// SPDX-License-Identifier: MIT

import MoondialRules
import MoondialStore
import TextFormats
import Yams

/// The section `guards` of `moondial.yaml`: what the host does or refuses without calling a hook.
struct GuardSection {
    /// The settings of the token guard, which allows one run for each token.
    struct TokenGuard {
        /// How long the decision on a token is kept; nil: the guard is off.
        var lifetime: Duration? = .seconds(11 * 60)
        var onStoreError = CallGuardSettings.OnStoreError.review
        /// How many replicas of the store must have recorded a run before its token is sent.
        var replicas = 0
    }

    private(set) var token = TokenGuard()
    private(set) var calls = CallGuardSettings()

    /// No section.
    init() {}

    private static let guards = ["token", "caps", "budget"]
    private static let counts: ClosedRange<Int64> = 1...1_000_000_000_000

    /// Reads the section.
    ///
    /// - Throws: A failure that names the line.
    init(_ node: Node, at owner: YAMLReader.Key, _ reader: YAMLReader) throws(Failure) {
        for (key, value) in try reader.members(of: node, at: owner) {
            switch key.name {
            case "token": try readToken(key, value, reader)
            case "caps": try readCaps(key, value, reader)
            case "budget": try readBudget(key, value, reader)
            default: throw Self.unknown(key, "guard", in: "guards", Self.guards)
            }
        }
    }

    private mutating func readToken(_ owner: YAMLReader.Key, _ node: Node, _ reader: YAMLReader) throws(Failure) {
        guard case .mapping = node else {
            token.lifetime = try Self.lifetime(owner, reader.text(of: node, at: owner))
            return
        }
        for (key, value) in try reader.members(of: node, at: owner) {
            let text = try reader.text(of: value, at: key)
            switch key.name {
            case "keep": token.lifetime = try Self.lifetime(key, text)
            case "on_store_error": token.onStoreError = try Self.onStoreError(key, text)
            case "wait_replicas":
                token.replicas = try Self.value(key, text, "a whole number from 0 to 10") {
                    Int($0).flatMap { (0...10).contains($0) ? $0 : nil }
                }
            default:
                throw Self.unknown(key, "setting", in: "guards.token", ["keep", "on_store_error", "wait_replicas"])
            }
        }
    }

    /// Parses how long the decision on a token is kept; `.some(nil)` for false, which turns the guard off.
    ///
    /// - Parameter text: true, false or a time.
    /// - Returns: Nil for another text.
    static func lifetime(of text: String) -> Duration?? {
        switch text {
        case "true": .some(TokenGuard().lifetime)
        case "false": .some(nil)
        default: Duration(text: text, in: .zero...(.seconds(3600))).map(Optional.some)
        }
    }

    private static func lifetime(_ key: YAMLReader.Key, _ text: String) throws(Failure) -> Duration? {
        try value(key, text, ServeSetting.tokenGuard.expectation, lifetime(of:))
    }

    private mutating func readCaps(_ owner: YAMLReader.Key, _ node: Node, _ reader: YAMLReader) throws(Failure) {
        guard case .mapping = node else {
            let text = try reader.text(of: node, at: owner)
            let isOn = try Self.value(owner, text, "true, false or a map") {
                $0 == "true" ? true : $0 == "false" ? false : nil
            }
            calls.caps = isOn ? CallGuardSettings.Caps() : nil
            return
        }
        var caps = CallGuardSettings.Caps()
        for (key, value) in try reader.members(of: node, at: owner) {
            let text = try reader.text(of: value, at: key)
            switch key.name {
            case "interval":
                caps.interval = try Self.value(key, text, "a time from 1ms to 1h, such as 30s") {
                    Duration(text: $0, in: LimitSetting.times)
                }
            case "per_number": caps.perNumber = try Self.count(key, text)
            case "per_application": caps.perApplication = try Self.count(key, text)
            case "on_store_error": caps.onStoreError = try Self.onStoreError(key, text)
            default:
                throw Self.unknown(
                    key, "setting", in: "guards.caps", ["interval", "per_number", "per_application", "on_store_error"])
            }
        }
        calls.caps = caps
    }

    /// Reads the budget. If a price is set, the ceilings are amounts of money, else numbers of calls.
    private mutating func readBudget(_ owner: YAMLReader.Key, _ node: Node, _ reader: YAMLReader) throws(Failure) {
        var budget = CallGuardSettings.Budget()
        var price: Money?
        var ceilings: [(path: WritableKeyPath<CallGuardSettings.Budget, Int64?>, key: YAMLReader.Key, text: String)] =
            []
        for (key, value) in try reader.members(of: node, at: owner) {
            let text = try reader.text(of: value, at: key)
            switch key.name {
            case "price": price = try Self.value(key, text, "a price such as 0.05", Money.init)
            case "total": ceilings.append((\.total, key, text))
            case "per_application": ceilings.append((\.perApplication, key, text))
            case "per_caller": ceilings.append((\.perCaller, key, text))
            case "on_store_error": budget.onStoreError = try Self.onStoreError(key, text)
            default:
                throw Self.unknown(
                    key, "setting", in: "guards.budget",
                    ["price", "total", "per_application", "per_caller", "on_store_error"])
            }
        }
        for (path, key, text) in ceilings {
            if let price {
                let money = try Self.value(key, text, "an amount of money such as 250 or 99.50", Money.init)
                budget[keyPath: path] = money.units / price.units
            } else {
                budget[keyPath: path] = try Self.count(key, text)
            }
        }
        calls.budget = budget
    }

    // MARK: - Values

    /// An amount above zero with at most six decimals, in millionths.
    private struct Money {
        let units: Int64

        init?(_ text: String) {
            let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
            let fraction = parts.count > 1 ? parts[1] : "0"
            guard (parts + [fraction]).allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
                (1...6).contains(fraction.utf8.count), let whole = Int64(parts[0]), whole <= 1_000_000_000_000,
                let rest = Int64(fraction + String(repeating: "0", count: 6 - fraction.utf8.count))
            else { return nil }
            units = whole * 1_000_000 + rest
            if units == 0 { return nil }
        }
    }

    private static func count(_ key: YAMLReader.Key, _ text: String) throws(Failure) -> Int64 {
        try value(key, text, "a whole number from \(counts.lowerBound) to \(counts.upperBound)") {
            Int64($0).flatMap { counts.contains($0) ? $0 : nil }
        }
    }

    private static func onStoreError(
        _ key: YAMLReader.Key, _ text: String
    ) throws(Failure) -> CallGuardSettings.OnStoreError {
        try value(key, text, "review or skip", CallGuardSettings.OnStoreError.init)
    }

    private static func value<Value>(
        _ key: YAMLReader.Key, _ text: String, _ expectation: String, _ parse: (String) -> Value?
    ) throws(Failure) -> Value {
        guard let value = parse(text) else {
            throw key.failure("guards: expected \(expectation), got '\(String(escaping: text.utf8))'")
        }
        return value
    }

    private static func unknown(
        _ key: YAMLReader.Key, _ what: String, in section: String, _ names: [String]
    ) -> Failure {
        key.failure(
            "\(section): there is no \(what) '\(key.shown)'"
                + Suggestion.clause(for: key.name, in: names), fix: "use one of \(names.joined(separator: ", "))")
    }
}
