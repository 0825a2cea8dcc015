// SPDX-License-Identifier: MIT

import MoondialRules
import TextFormats

/// One entry of `limits` in `moondial.yaml`.
enum LimitSetting: String, CaseIterable {
    case hookCPU = "hook_cpu"
    case runCPU = "run_cpu"
    case loadCPU = "load_cpu"
    case memory
    case vmMemory = "vm_memory"
    case attempts
    case coroutines
    case tableKeys = "table_keys"
    case storeCalls = "store_calls"
    case storeTime = "store_time"
    case logLines = "log_lines"
    case logBytes = "log_bytes"
    case resultBytes = "result_bytes"
    case resultDepth = "result_depth"
    case sourceBytes = "source_bytes"

    /// How a value is written.
    private enum Form {
        case duration(WritableKeyPath<RunLimits, Duration>)
        case bytes(WritableKeyPath<RunLimits, Int>, ClosedRange<Int>)
        case count(WritableKeyPath<RunLimits, Int>, ClosedRange<Int>)
    }

    private var form: Form {
        switch self {
        case .hookCPU: .duration(\.hookCPU)
        case .runCPU: .duration(\.runCPU)
        case .loadCPU: .duration(\.loadCPU)
        case .memory: .bytes(\.memory, (64 << 10)...(16 << 30))
        case .vmMemory: .bytes(\.vmMemory, (4 << 20)...(64 << 30))
        case .attempts: .count(\.attempts, 1...100)
        case .coroutines: .count(\.coroutines, 0...1_000_000)
        case .tableKeys: .count(\.tableKeys, 64...(1 << 26))
        case .storeCalls: .count(\.storeCalls, 0...10_000)
        case .storeTime: .duration(\.storeTime)
        case .logLines: .count(\.logLines, 0...1_000_000)
        case .logBytes: .bytes(\.logBytes, 0...(1 << 30))
        case .resultBytes: .bytes(\.resultBytes, 256...(1 << 20))
        case .resultDepth: .count(\.resultDepth, 1...100)
        case .sourceBytes: .bytes(\.sourceBytes, 1024...(16 << 20))
        }
    }

    private var expectation: String {
        switch form {
        case .duration: Setting.timeout.expectation
        case .bytes(_, let range):
            "a size such as 512KiB or 64MiB, from \(ByteCountText.text(range.lowerBound)) to "
                + ByteCountText.text(range.upperBound)
        case .count(_, let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
        }
    }

    /// The range of times in settings.
    static let times: ClosedRange<Duration> = .milliseconds(1)...(.seconds(3600))

    /// Parses the text and sets the limit. False when the text is not as expected.
    private func set(_ text: String, in limits: inout RunLimits) -> Bool {
        switch form {
        case .duration(let path):
            guard let value = Duration(text: text, in: Self.times) else { return false }
            limits[keyPath: path] = value
        case .bytes(let path, let range):
            guard let value = ByteCountText.parse(text), range ~= value else { return false }
            limits[keyPath: path] = value
        case .count(let path, let range):
            guard let value = Int(text), range ~= value else { return false }
            limits[keyPath: path] = value
        }
        return true
    }

    /// Sets the limit that the key names.
    static func set(_ key: YAMLReader.Key, to text: String, in limits: inout RunLimits) throws(Failure) {
        guard let limit = LimitSetting(rawValue: key.name) else {
            let names = allCases.map(\.rawValue)
            throw key.failure(
                "there is no limit '\(key.shown)'\(Suggestion.clause(for: key.name, in: names))",
                fix: "use one of \(names.joined(separator: ", "))")
        }
        guard limit.set(text, in: &limits) else {
            throw key.failure(
                "limits.\(key.name): expected \(limit.expectation), got '\(String(escaping: text.utf8))'")
        }
    }
}

/// Sizes as they are written in settings: a whole number of bytes, `KiB`, `MiB` or `GiB`.
enum ByteCountText {
    private static let units: [(name: Substring, shift: Int)] = [("GiB", 30), ("MiB", 20), ("KiB", 10), ("", 0)]

    /// Nil when the text is no such size.
    static func parse(_ text: String) -> Int? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let number = Int(digits), let unit = units.first(where: { $0.name == text.dropFirst(digits.count) })
        else { return nil }
        let (bytes, overflows) = number.multipliedReportingOverflow(by: 1 << unit.shift)
        return overflows ? nil : bytes
    }

    static func text(_ bytes: Int) -> String {
        let unit = units.first { bytes >= 1 << $0.shift && bytes % (1 << $0.shift) == 0 } ?? ("", 0)
        return "\(bytes >> unit.shift)\(unit.name)"
    }
}
