// SPDX-License-Identifier: MIT

import Foundation
import MoondialLua
import MoondialRules
import ProcessorClocks
import Testing

/// A rule file that attempts something forbidden, and the expected end of its runs.
///
/// The file begins with comment lines that say what it attempts. Then follow, each at most once, `expect` first:
///
///     -- expect: deny survived          the decision and its reason, or
///     -- expect: load rule_timeout      the code of the error with which loading the file ends
///     -- message: text                  a part of the message of the failure
///     -- budget: hook=50ms memory=8MiB  limits other than the default: hook, run, load, memory, vm, coroutines, attempts
///     -- token: sim:delay=20ms          the token of the request
///     -- runs: 3                        the number of runs in one Lua state, each of which must end like that
///     -- costs: state                   the attack is stopped by giving up the Lua state and all hooks waiting in it
struct Attack: Sendable, CustomTestStringConvertible {
    enum End: Sendable {
        /// "deny survived"
        case decision(String)
        case load(code: String)
    }

    /// "time/pcall_loop"
    let name: String
    let text: [UInt8]
    private(set) var end = End.decision("")
    private(set) var message: String?
    private(set) var limits = RunLimits()
    private(set) var token = "STsid-example"
    private(set) var runs = 1
    private(set) var costsState = false

    var testDescription: String { name }
    var source: RuleSource { RuleSource(name: .file("\(name).lua"), text: text) }

    static let all: [Attack] = {
        let root = Bundle.module.resourceURL?.appending(path: "Attacks")
        guard let root, let files = FileManager.default.subpaths(atPath: root.path(percentEncoded: false)) else {
            preconditionFailure("the attacks are not among the resources of the tests")
        }
        return files.filter { $0.hasSuffix(".lua") }.sorted().map { path in
            do {
                let text = try Data(contentsOf: root.appending(path: path))
                return try Attack(name: String(path.dropLast(4)), text: Array(text))
            } catch {
                preconditionFailure("\(path): \(error)")
            }
        }
    }()

    private init(name: String, text: [UInt8]) throws {
        self.name = name
        self.text = text
        var isInHeader = false
        for line in String(decoding: text, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false) {
            guard let match = line.wholeMatch(of: /-- (expect|message|budget|token|runs|costs): (.+)/) else {
                if isInHeader { break }
                continue
            }
            isInHeader = true
            try take(String(match.1), String(match.2))
        }
        guard isInHeader else { throw HeaderProblem("no 'expect'") }
        if !isStoppedForItsTime { allowMoreTime() }
    }

    private var isStoppedForItsTime: Bool {
        switch end {
        case .decision(let decision): decision == "review rule_timeout"
        case .load(let code): code == "rule_timeout"
        }
    }

    /// A sanitizer slows attacks down. They must not exceed the time limit before the limit that they test.
    private mutating func allowMoreTime() {
        limits.hookCPU = limits.hookCPU * Sanitizer.slowdown
        limits.runCPU = limits.runCPU * Sanitizer.slowdown
        limits.loadCPU = limits.loadCPU * Sanitizer.slowdown
    }

    private mutating func take(_ key: String, _ value: String) throws {
        switch key {
        case "expect":
            end = value.hasPrefix("load ") ? .load(code: String(value.dropFirst(5))) : .decision(value)
        case "message": message = value
        case "token": token = value
        case "costs": costsState = true
        case "runs": runs = try Self.number(value)
        default: for limit in value.split(separator: " ") { try take(limit: String(limit)) }
        }
    }

    private mutating func take(limit: String) throws {
        guard let match = limit.wholeMatch(of: /(\w+)=(\d+)(\w*)/) else { throw HeaderProblem("budget \(limit)") }
        let number = try Self.number(String(match.2))
        let bytes = number << (match.3 == "GiB" ? 30 : match.3 == "MiB" ? 20 : match.3 == "KiB" ? 10 : 0)
        let time = Duration.milliseconds(match.3 == "s" ? 1000 * number : number)
        switch match.1 {
        case "hook": limits.hookCPU = time
        case "run": limits.runCPU = time
        case "load": limits.loadCPU = time
        case "memory": limits.memory = bytes
        case "vm": limits.vmMemory = bytes
        case "coroutines": limits.coroutines = number
        case "attempts": limits.attempts = number
        default: throw HeaderProblem("budget \(limit)")
        }
    }

    private static func number(_ text: String) throws -> Int {
        guard let number = Int(text) else { throw HeaderProblem("\(text) is no number") }
        return number
    }

    private struct HeaderProblem: Error, CustomStringConvertible {
        let description: String

        init(_ description: String) { self.description = description }
    }
}
