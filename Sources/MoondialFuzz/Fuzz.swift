// SPDX-License-Identifier: MIT

import Foundation
import Generators

/// Looks for inputs that break a promise. `MoondialFuzz TARGET SECONDS [SEED]`; exits with 1 when it has found such an
/// input.
@main
enum Fuzz {
    /// A promise that did not hold.
    struct Finding: Error {
        let input: String
        let problem: String
    }

    static func main() {
        let arguments = CommandLine.arguments
        guard arguments.count >= 3, let target = targets[arguments[1]], let seconds = Double(arguments[2]) else {
            print("usage: MoondialFuzz \(targets.keys.sorted().joined(separator: "|")) SECONDS [SEED]")
            exit(64)
        }
        let seed = arguments.count > 3 ? UInt64(arguments[3]) ?? 0 : UInt64.random(in: 0...UInt64.max)
        print("\(arguments[1]): seed \(seed)")
        var random = SeededGenerator(seed: seed)
        let start = ContinuousClock.now
        var cases = 0
        do {
            while start.duration(to: .now) < .seconds(seconds) { cases += try target(&random) }
        } catch let finding as Finding {
            print("\(arguments[1]): \(finding.problem)\n  input: \(finding.input)")
            exit(1)
        } catch {
            print("\(arguments[1]): \(error)")
            exit(70)
        }
        let elapsed = start.duration(to: .now) / .seconds(1)
        print("\(arguments[1]): \(cases) cases, \(Int(Double(cases) / elapsed)) a second, nothing found")
    }

    /// Functions that each try a few cases and return their number.
    private static let targets: [String: @Sendable (inout SeededGenerator) throws -> Int] = [
        "evaluations": EvaluationFuzz.run, "http": HTTPFuzz.run, "json": JSONFuzz.run, "keys": KeyFuzz.run,
        "patterns": PatternFuzz.run, "redaction": RedactionFuzz.run, "repair": RepairFuzz.run, "values": ValueFuzz.run,
        "yaml": YAMLFuzz.run,
    ]

    /// A Lua literal for the bytes.
    static func quoted(_ bytes: [UInt8]) -> String {
        let escapes = bytes.map { byte in "\\" + String(repeating: "0", count: 3 - "\(byte)".count) + "\(byte)" }
        return "'" + escapes.joined() + "'"
    }
}
