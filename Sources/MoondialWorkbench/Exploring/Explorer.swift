// SPDX-License-Identifier: MIT

package import MoondialRules
import MoondialStore
package import NIOCore
import NumberVerification

/// Takes every path through a rulebook: for each request it branches, at each attempt, over all possible outcomes, and
/// at each call of the store over all possible answers.
///
/// Runs are real runs of the engine, with scripted attempts and a clock that does not advance by itself. Requests that
/// are the same to the rules share their paths (``RequestReading``). All paths are taken twice, the second time in
/// reverse order: that finds results which depend on something that is not recorded. Used on the engine's event loop.
package final class Explorer: RunHandle {
    package struct Settings: Sendable {
        /// The largest number of paths; further ones are left out. The default is 100,000.
        package var maxPaths = 100_000
        /// The times at which runs begin, in milliseconds since 1970, at least one. All are tried if hooks read the
        /// time.
        package var times: [Int64]

        package init(times: [Int64]) { self.times = times }
    }

    /// How many calls of the store on a path are answered in every way. Further calls get the usual answer.
    package static let branchingStoreCalls = 6

    /// Called with each run of the first pass and its path. The default is nil.
    package var onPath: ((FinishedRun, ExploredPath) -> Void)?
    /// Makes a store for each run, which is used instead of answering calls in every way. The default is nil.
    package var makeStore: (() -> StoreSettings)?

    private let engine: RuleEngine
    private let settings: Settings
    private let outcomes = Outcome.all
    private let clock: VirtualClock
    private var exploration: Exploration
    private var resultIndices: [PathResult: Int] = [:]
    private var completion: ((Exploration) -> Void)?
    /// Answers the attempts of all runs.
    private lazy var attempts = ScriptedAttempts(clock: clock, eventLoop: eventLoop) { [unowned self] _, _ in
        ScriptedReply(nextOutcome())
    }
    /// Answers the calls of the store of all runs.
    private lazy var store = clock.makeStore(on: eventLoop) { [unowned self] in answer(to: $0) }
    private let eventLoop: any EventLoop

    /// Groups of requests that are the same to the rules, by the first of each group.
    private let alike: [Int: [Int]]
    /// How many requests have all their paths.
    private var finishedRequests = 0

    // The path that is being taken.
    private var request = 0
    private var time = 0
    private var asksForTime = false
    private var branches = PathBranches()
    private var attemptOutcomes: [Outcome] = []
    private var storeOutcomes: [(outcome: StoreOutcome, isUnusual: Bool)] = []
    private var possibilities = StorePossibilities()
    /// The first path of the request, by its index.
    private var firstPath = 0
    /// Each path that was taken: its index, and its branches in their order.
    private var taken: [(path: Int, branches: [PathBranches.Branch])] = []
    /// The index in `taken` of the path that is taken again; nil in the first pass.
    private var repeated: Int?
    /// How often a path was taken again because a hook ran out of time.
    private var retries = 0

    /// Prepares an exploration, which ``start(completion:)`` begins.
    package init(engine: RuleEngine, requests: [RequestClass], settings: Settings, eventLoop: any EventLoop) {
        precondition(!settings.times.isEmpty, "an exploration needs a time of day")
        self.engine = engine
        self.settings = settings
        self.eventLoop = eventLoop
        clock = VirtualClock(wallClock: settings.times[0])
        exploration = Exploration(outline: engine.outline, requests: requests)
        let reading = RequestReading(engine.outline, engine.ruleSources)
        let groups = Dictionary(grouping: requests.indices) { reading.visiblePart(of: requests[$0].request) }
        alike = Dictionary(uniqueKeysWithValues: groups.values.map { ($0[0], $0) })
    }

    /// The completion is called once, later, unless the exploration is cancelled.
    package func start(completion: @escaping (Exploration) -> Void) {
        self.completion = completion
        if exploration.requests.isEmpty { end() } else { takePath() }
    }

    /// Stops the exploration. The completion is not called.
    package func cancel() { completion = nil }

    private func nextOutcome() -> Outcome {
        let outcome = outcomes[branches.next(of: outcomes.count)]
        attemptOutcomes.append(outcome)
        return outcome
    }

    private func answer(to command: StoreCommand) -> Result<StoreReply, StoreError>? {
        let possible = possibilities.outcomes(of: command)
        var choice = 0
        if storeOutcomes.count < Self.branchingStoreCalls {
            choice = branches.next(of: possible.count)
        } else if possible.count > 1 {
            exploration.hasManyStoreCalls = true
        }
        let outcome = possible[choice]
        possibilities.note(outcome, of: command)
        storeOutcomes.append((outcome, isUnusual: choice > 0))
        return outcome.result(of: command)
    }

    private func takePath() {
        guard completion != nil else { return }
        branches.restart()
        attemptOutcomes.removeAll(keepingCapacity: true)
        storeOutcomes.removeAll(keepingCapacity: true)
        possibilities = StorePossibilities()
        clock.restart(wallClock: settings.times[time])
        var environment = RunEnvironment(attempts, reserver: nil)
        environment.monotonicClock = { [clock] in clock.now }
        environment.wallClock = { [clock] in clock.wallClock }
        environment.makeStore = { [self] in makeStore?() ?? store }
        environment.isObserved = false
        var inputs = RunInputs()
        inputs.seed = 1
        engine.verify(exploration.requests[request].request, inputs: inputs, in: environment) { [self] run in
            if canRetry(run) { return takePath() }
            if repeated == nil { note(run) } else { compare(run) }
        }
    }

    /// On a busy machine even a short hook may run out of time, so the path is taken again, up to ten times in all.
    private func canRetry(_ run: FinishedRun) -> Bool {
        let isLate = run.trace.events.contains { event in
            if case .hookAnswered(.failed(let failure)?, _) = event.kind { failure.kind == .timeout } else { false }
        }
        guard isLate, retries < 10 else { return false }
        retries += 1
        return true
    }

    // MARK: - First pass

    private func note(_ run: FinishedRun) {
        if run.inputs.clock != nil { asksForTime = true }
        if run.inputs.seed != nil { exploration.usesRandomNumbers = true }
        exploration.note(run)
        let path = ExploredPath(
            request: request, time: run.inputs.clock == nil ? nil : settings.times[time],
            steps: steps(of: run), store: storeOutcomes.isEmpty ? [] : StoreStep.steps(of: run.trace, storeOutcomes),
            result: index(of: PathResult(run)))
        exploration.paths.append(path)
        onPath?(run, path)
        taken.append((exploration.paths.count - 1, branches.taken))
        if moveOn() { takePath() } else { takeAgain(taken.count - 1) }
    }

    private func steps(of run: FinishedRun) -> [PathStep] {
        zip(attemptOutcomes, run.result.attempts).map { outcome, attempt in
            PathStep(endpoint: attempt.attempt.endpoint, isRaw: attempt.isRaw, outcome: outcome)
        }
    }

    private func index(of result: PathResult) -> Int {
        if let index = resultIndices[result] { return index }
        exploration.results.append(result)
        resultIndices[result] = exploration.results.count - 1
        return exploration.results.count - 1
    }

    /// Goes to the next path: the next way at the last branch that has one left, else the next time, else the next
    /// request.
    private func moveOn() -> Bool {
        if branches.moveOn() { return isWithinBound }
        if asksForTime, time + 1 < settings.times.count {
            time += 1
            return isWithinBound
        }
        time = 0
        asksForTime = false
        sharePaths()
        repeat { request += 1 } while request < exploration.requests.count && alike[request] == nil
        return request < exploration.requests.count && isWithinBound
    }

    /// Whether a further path may be taken.
    private var isWithinBound: Bool {
        exploration.paths.count < settings.maxPaths
    }

    /// Copies the paths of the request, which have all been taken, for the requests that are the same to the rules.
    private func sharePaths() {
        let paths = Array(exploration.paths[firstPath...])
        finishedRequests += 1
        for other in (alike[request] ?? []).dropFirst() {
            let room = settings.maxPaths - exploration.paths.count
            exploration.paths += paths.prefix(room).map { $0.of(request: other) }
            guard paths.count <= room else { break }
            finishedRequests += 1
        }
        firstPath = exploration.paths.count
    }

    // MARK: - Second pass

    private func takeAgain(_ index: Int) {
        guard index >= 0 else { return end() }
        let path = exploration.paths[taken[index].path]
        repeated = index
        request = path.request
        time = path.time.flatMap { settings.times.firstIndex(of: $0) } ?? 0
        branches = PathBranches(taken[index].branches)
        takePath()
    }

    private func compare(_ run: FinishedRun) {
        guard let index = repeated else { return }
        let path = exploration.paths[taken[index].path]
        let second = PathResult(run)
        if second != exploration.results[path.result] {
            exploration.unsteady.append(UnsteadyPath(path: path, second: second))
        }
        takeAgain(index - 1)
    }

    private func end() {
        exploration.unfinishedRequests = exploration.requests.count - finishedRequests
        exploration.takenPaths = taken.count
        let completion = completion
        self.completion = nil
        completion?(exploration)
    }
}

extension Exploration {
    /// Counts which hooks were called and have answered.
    fileprivate mutating func note(_ run: FinishedRun) {
        for event in run.trace.events {
            guard let place = event.place else { continue }
            uses[place, default: HookUse()].note(event.kind)
        }
        if case .mapEntry(let key, let rule) = run.result.why { entries.insert(UsedEntry(rule: rule, key: key)) }
    }
}
