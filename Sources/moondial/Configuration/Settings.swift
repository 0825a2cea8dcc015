// SPDX-License-Identifier: MIT

import JSON
import MoondialRules
import NumberVerification
import Platform
import TextFormats

/// The settings of rules, with defaults for those that are not configured.
struct RuleSettings {
    /// Files and folders; nil when rules are not set.
    let rules: [String]?
    private(set) var run = RunSettings()
    /// What rules read as `moondial.config`.
    let config: JSONObject

    init(_ sources: SettingSources) throws(Failure) {
        rules = try Self.rules(sources)
        if let count = try sources.value(
            of: .maxAttempts, parse: { Int($0).flatMap { (1...100).contains($0) ? $0 : nil } })
        {
            run.maxAttempts = count
        }
        if let onError = try sources.value(of: .onError, parse: RunSettings.OnError.init(rawValue:)) {
            run.onError = onError
        }
        if let timeout = try sources.value(of: .timeout, parse: { Duration(text: $0, in: LimitSetting.times) }) {
            run.timeout = timeout
        }
        run.limits = sources.file.limits
        run.showPhones = try sources.isSet(.showPhones)
        run.correlates = try sources.isSet(.correlate, default: true)
        config = sources.file.config
    }

    private static func rules(_ sources: SettingSources) throws(Failure) -> [String]? {
        guard let (paths, origin) = sources.find(.rules) else { return nil }
        guard !paths.contains("") else { throw origin.failure("expected \(Setting.rules.expectation), got ''") }
        return paths
    }

    /// Reads the rule files, by default none.
    func readRules() throws(Diagnostic) -> RuleFiles {
        try rules.map { paths throws(Diagnostic) in try RuleFiles.read(paths, limits: run.limits) } ?? .none
    }

    /// The settings of an engine whose rules print and log nothing.
    var ofEngine: RuleEngine.Settings {
        var settings = RuleEngine.Settings(wallClock: WallClock.milliseconds)
        settings.run = run
        settings.config = config
        return settings
    }
}

/// All settings of a command that runs rules and sends requests.
struct Settings {
    private let ofRules: RuleSettings
    let target: TargetSettings
    let simulator: SimulatorSettings
    let store: StorePlace
    /// Caps and budget: which calls the host refuses.
    let callGuard: CallGuardSettings

    var rules: [String]? { ofRules.rules }
    var run: RunSettings { ofRules.run }
    var config: JSONObject { ofRules.config }
    var ofEngine: RuleEngine.Settings { ofRules.ofEngine }

    init(_ sources: SettingSources) throws(Failure) {
        ofRules = try RuleSettings(sources)
        target = try TargetSettings(sources)
        simulator = try SimulatorSettings(sources)
        store = try StorePlace(sources)
        callGuard = sources.file.guards.calls
    }

    func readRules() throws(Diagnostic) -> RuleFiles { try ofRules.readRules() }
}

/// The settings of where requests go.
struct TargetSettings {
    private(set) var baseURL: BaseURL?
    let isLive: Bool
    let caFile: String?
    let isInsecure: Bool
    let isInsecureMeant: Bool

    init(_ sources: SettingSources) throws(Failure) {
        if let (texts, origin) = sources.find(.baseURL) {
            do {
                baseURL = try BaseURL(texts.joined(separator: ", "))
            } catch {
                throw origin.failure(error.message)
            }
        }
        isLive = try sources.isSet(.live)
        caFile = try sources.text(of: .caFile)
        isInsecure = try sources.isSet(.insecure)
        isInsecureMeant = try sources.isSet(.yesInsecure)
    }
}

/// The settings of the simulator in this process.
struct SimulatorSettings {
    let seed: UInt64
    let enforcesProviderRules: Bool

    init(_ sources: SettingSources) throws(Failure) {
        seed = try sources.value(of: .seed, parse: { UInt64($0) }) ?? 1
        enforcesProviderRules = try sources.isSet(.providerRules)
    }
}
