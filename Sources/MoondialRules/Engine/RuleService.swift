// SPDX-License-Identifier: MIT

package import JSON
import NIOConcurrencyHelpers
package import NIOCore
package import NumberVerification

/// Decides on several event loops: with one engine on each, all with the same revision of the rules.
///
/// `Sendable`: each engine is used on its event loop alone, and whether rules are being reloaded is guarded by a lock.
package final class RuleService: Sendable {
    /// What the engines have in common. The closures are called on all event loops, and on the thread that loads rules.
    package struct Configuration: Sendable {
        package var run = RunSettings()
        /// What rules read as `moondial.config`.
        package var config = JSONObject()
        /// See ``RuleEngine/Settings/print``. The default does nothing.
        package var print: @Sendable ([UInt8]) -> Void = { _ in }
        /// See ``RuleEngine/Settings/log``. The default does nothing.
        package var log: @Sendable (LogLine) -> Void = { _ in }
        /// See ``RuleEngine/Settings/secrets``. The default is a new one.
        package var secrets = SubmittedSecrets()
        /// Milliseconds since 1970.
        package var wallClock: @Sendable () -> Int64
        /// The store of the rules: one for all event loops, which stays after a reload.
        package var store = StoreSettings()
        fileprivate let operatorTexts = OperatorTexts()

        package init(wallClock: @escaping @Sendable () -> Int64) {
            self.wallClock = wallClock
        }

        fileprivate var settings: RuleEngine.Settings {
            var settings = RuleEngine.Settings(wallClock: wallClock)
            settings.run = run
            settings.config = config
            settings.print = print
            settings.log = log
            settings.secrets = secrets
            settings.operatorTexts = operatorTexts
            settings.store = store
            return settings
        }
    }

    private struct Place: Sendable {
        let eventLoop: any EventLoop
        let engine: NIOLoopBound<RuleEngine>
    }

    private let configuration: Configuration
    private let places: [Place]
    private let isReloading = NIOLockedValueBox(false)

    /// Loads the rules once for each event loop and starts the engines.
    ///
    /// - Parameters:
    ///   - rules: The same for all engines.
    ///   - configuration: What the engines have in common.
    ///   - eventLoops: One or more, without repetition.
    ///   - attempts: Makes the source of attempts of an event loop. Called on it, once.
    /// - Throws: A `Diagnostic` for the first file that does not load, or the error of `attempts`.
    package init(
        rules: RuleFiles, configuration: Configuration, on eventLoops: [any EventLoop],
        attempts: @escaping @Sendable (any EventLoop) throws -> any AttemptSource
    ) async throws {
        self.configuration = configuration
        let loaded = try await Self.load(rules, configuration, count: eventLoops.count)
        var places: [Place] = []
        for (rulebook, eventLoop) in zip(loaded, eventLoops) {
            let engine = try await eventLoop.submit {
                let engine = RuleEngine(rulebook, attempts: try attempts(eventLoop), eventLoop: eventLoop)
                return NIOLoopBound(engine, eventLoop: eventLoop)
            }.get()
            places.append(Place(eventLoop: eventLoop, engine: engine))
        }
        self.places = places
    }

    /// The engine of an event loop. To be called, and used, on that event loop, which must be one of the service's.
    package func engine(on eventLoop: any EventLoop) -> RuleEngine {
        guard let place = places.first(where: { $0.eventLoop === eventLoop }) else {
            preconditionFailure("the service has no engine on this event loop")
        }
        return place.engine.value
    }

    /// The rules that are in force.
    package func outline() async throws -> RulebookOutline {
        try await onEach { $0.outline }[0]
    }

    /// How many runs have begun and not ended.
    package func runsInFlight() async throws -> Int {
        try await onEach(\.runsInFlight).reduce(0, +)
    }

    /// Loads other rules, away from the event loops, and decides by them from the next run on: on all event loops, or on none
    /// when they do not load. Runs in flight end by the rules with which they began.
    ///
    /// - Returns: What was loaded.
    /// - Throws: A `Diagnostic`; also when rules are being reloaded already, or when files changed while they were read.
    @discardableResult
    package func reload(_ rules: RuleFiles) async throws -> RulebookOutline {
        guard
            isReloading.withLockedValue({
                let was = $0; $0 = true; return !was
            })
        else {
            throw Diagnostic(.ruleFile, "the rules are being reloaded already", fix: "wait until that has ended")
        }
        defer { isReloading.withLockedValue { $0 = false } }
        let loaded = try await Self.load(rules, configuration, count: places.count)
        for (place, rulebook) in zip(places, loaded) {
            try await place.eventLoop.submit { [engine = place.engine] in engine.value.adopt(rulebook) }.get()
        }
        return loaded[0].outline
    }

    /// Waits until no run is in flight, on one event loop after the other. The caller must have stopped starting runs,
    /// since an event loop that was idle once is not checked again.
    package func drain() async throws {
        for place in places {
            try await place.eventLoop.flatSubmit { [engine = place.engine] in
                let promise = engine.value.eventLoop.makePromise(of: Void.self)
                engine.value.whenIdle { promise.succeed() }
                return promise.futureResult
            }.get()
        }
    }

    /// Closes the sources of attempts: what is in flight ends as cancelled.
    package func close() async throws {
        try await onEach { $0.close() }
    }

    @discardableResult
    private func onEach<Value: Sendable>(_ body: @escaping @Sendable (RuleEngine) -> Value) async throws -> [Value] {
        var values: [Value] = []
        for place in places {
            values.append(try await place.eventLoop.submit { [engine = place.engine] in body(engine.value) }.get())
        }
        return values
    }

    /// Each state reads the modules itself. If a module changes in between, the revisions differ, which is an error.
    @concurrent
    private static func load(
        _ rules: RuleFiles, _ configuration: Configuration, count: Int
    ) async throws -> [LoadedRulebook] {
        precondition(count > 0, "a service needs an event loop")
        let loader = RulebookLoader(configuration.settings)
        var loaded: [LoadedRulebook] = []
        for _ in 0..<count { loaded.append(try loader.load(rules)) }
        guard Set(loaded.map(\.outline.revision)).count == 1 else {
            throw Diagnostic(.ruleFile, "a module changed while the rules were loaded", fix: "load them again")
        }
        return loaded
    }
}
