// SPDX-License-Identifier: MIT

/// The prompt on a terminal. The whole command is measured, including the editor's calls to the session.
enum PromptBenchmark {
    private static let starts = 20
    private static let keys = 300

    static func measure(_ command: [String]) throws {
        try start(command)
        try key(command)
        try paste(command)
    }

    private static func start(_ command: [String]) throws {
        var times: [Double] = []
        for _ in 0..<starts {
            let start = CPU.wall()
            let terminal = try BenchmarkTerminal(command)
            try terminal.see("sim> ")
            times.append(CPU.wall() - start)
        }
        Benchmarks.report("prompt-ms", times.sorted()[starts / 2] / 1e6)
    }

    /// Measures keys in the middle of a block that is longer than the window and has all kinds of coloured text.
    private static func key(_ command: [String]) throws {
        let terminal = try BenchmarkTerminal(command)
        try terminal.see("sim> ")
        let lines = (1...200).map {
            "  if verify(phone, \"token \($0)\").verdict == known[\($0)] then print(\($0)) end -- 号码"
        }
        try paste(["function f()"] + lines + ["end"], into: terminal)
        for _ in 0..<100 { try press("\u{1B}[A", terminal) }
        let before = terminal.cpu
        for index in 0..<keys { try press(index % 2 == 0 ? "x" : "\u{7F}", terminal) }
        Benchmarks.report("key-us", (terminal.cpu - before) / Double(keys) / 1e3)
    }

    private static func paste(_ command: [String]) throws {
        let terminal = try BenchmarkTerminal(command)
        try terminal.see("sim> ")
        let line = "number = number + 1 -- a line like others"
        let start = CPU.wall()
        try paste([String](repeating: line, count: (1 << 20) / (line.utf8.count + 1)), into: terminal)
        Benchmarks.report("paste-ms", (CPU.wall() - start) / 1e6)
    }

    private static func press(_ key: String, _ terminal: BenchmarkTerminal) throws {
        try terminal.type(Array(key.utf8))
        try terminal.seeAnything()
    }

    /// Returns when the last line is on the screen.
    private static func paste(_ lines: [String], into terminal: BenchmarkTerminal) throws {
        let text = "\u{1B}[200~" + lines.joined(separator: "\n") + " -- the last\u{1B}[201~"
        try terminal.type(Array(text.utf8))
        try terminal.see("-- the last")
    }
}
