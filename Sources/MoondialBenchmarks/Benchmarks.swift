import Platform

// SPDX-License-Identifier: MIT

/// Measures one thing per call and prints its figures, a line each: `name value`. `scripts/bench` calls it in turn with
/// the references and prints the table.
@main
struct Benchmarks {
    static func main() throws {
        let arguments = Array(CommandLine.arguments.dropFirst())
        switch (arguments.first, arguments.count) {
        case ("hook-call", 1): try LuaBenchmarks.hookCall()
        case ("coroutine", 1): try LuaBenchmarks.coroutine()
        case ("run", 1): try RunBenchmark.measure()
        case ("run", 2): try RunBenchmark.measure(rules: arguments[1])
        case ("explore", 2...): try ExploreBenchmark.measure(rules: Array(arguments.dropFirst()))
        case ("store", 2): try StoreBenchmark.measure(arguments[1])
        case ("list", 2): try ListBenchmark.measure(arguments[1])
        case ("client", 2): try ClientBenchmark.measure(port: Int(arguments[1]) ?? 0)
        case ("workload", 2): try LimitsBenchmark.workload(arguments[1])
        case ("kill", 2): try LimitsBenchmark.kill(arguments[1])
        case ("repl", 2...): try PromptBenchmark.measure(Array(arguments.dropFirst()))
        case ("start", 2...): try StartBenchmark.measure(Array(arguments.dropFirst()))
        default:
            print(
                """
                usage: MoondialBenchmarks explore FILE...
                       MoondialBenchmarks hook-call | coroutine | run [FILE] | client PORT | workload FILE | kill FILE
                       MoondialBenchmarks store|list memory | sqlite:PATH | URL
                       MoondialBenchmarks repl COMMAND [ARGUMENT ...]
                       MoondialBenchmarks start COMMAND [ARGUMENT ...]
                """)
            exit(64)
        }
    }

    static func report(_ name: String, _ value: Double) {
        let hundredths = Int((value * 100).rounded())
        print("\(name) \(hundredths / 100).\(hundredths % 100 / 10)\(hundredths % 10)")
    }
}

enum CPU {
    /// Nanoseconds of CPU time of this thread.
    static func thread() -> Double { read(CLOCK_THREAD_CPUTIME_ID) }
    /// Nanoseconds of CPU time of this process.
    static func process() -> Double { read(CLOCK_PROCESS_CPUTIME_ID) }
    /// Nanoseconds on a monotonic clock.
    static func wall() -> Double { read(CLOCK_MONOTONIC) }

    private static func read(_ clock: clockid_t) -> Double {
        var time = timespec()
        clock_gettime(clock, &time)
        return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
    }
}
