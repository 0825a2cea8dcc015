// SPDX-License-Identifier: MIT

import MoondialRules

/// The runs of a session.
struct RunHistory {
    private static let capacity = 1000
    /// How many runs of one block are drawn.
    private static let drawn = 3

    /// The traces of the last runs, the newest last.
    private(set) var traces: [Trace] = []
    /// How many runs ago one was, by its number: the number of runs when it ended. Nil when it is not kept.
    func back(to number: Int) -> Int? { count - number < traces.count ? count - number : nil }

    /// The number of runs in which each rule has answered.
    private(set) var hits: [String: Int] = [:]
    private(set) var count = 0
    private var ofBlock = 0
    /// Lines about the tokens of runs that were interrupted while `isQuiet`, with the number of each line.
    private var interruptions: [String: Int] = [:]
    /// Set while many runs are summarised together, as by `:try`.
    var isQuiet = false {
        didSet { if !isQuiet { ofBlock = 0 } }
    }

    mutating func addInterruption(_ line: String) { interruptions[line, default: 0] += 1 }

    /// Takes these lines, each once with its number.
    mutating func takeInterruptions() -> String {
        defer { interruptions = [:] }
        let lines = interruptions.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { line, count in
            count == 1 ? line : line.split(separator: "\n").joined() + ": \(count) runs\n"
        }
        return lines.joined()
    }

    mutating func beginBlock() { ofBlock = 0 }

    /// Ends a block. Returns a line about the runs that were not drawn.
    mutating func endBlock() -> String? {
        defer { ofBlock = 0 }
        let left = ofBlock - Self.drawn
        return left > 0 && !isQuiet ? "\(left) more run\(left == 1 ? "" : "s"), see :flow" : nil
    }

    /// - Returns: Whether it is to be drawn.
    mutating func add(_ run: FinishedRun) -> Bool {
        count += 1
        ofBlock += 1
        if traces.count == Self.capacity { traces.removeFirst() }
        traces.append(run.trace)
        for rule in run.trace.answeringRules { hits[rule, default: 0] += 1 }
        return ofBlock <= Self.drawn && !isQuiet
    }
}

/// How a session shows things.
struct SessionOptions {
    enum TraceMode: String, CaseIterable {
        case on, full, off
    }

    var trace: TraceMode
    var limits = ValuePrinter.Limits()

    init(isInteractive: Bool) {
        trace = isInteractive ? .on : .off
        if !isInteractive { limits = .ofPrograms }
    }
}

extension Trace {
    /// The names of the rules that have answered or decided.
    fileprivate var answeringRules: Set<String> {
        var names: Set<String> = []
        for event in events {
            guard let place = event.place else { continue }
            switch event.kind {
            case .hookAnswered(.some(.none), _): break
            case .hookAnswered, .decided: names.insert(rule(at: place).name)
            default: break
            }
        }
        return names
    }
}
