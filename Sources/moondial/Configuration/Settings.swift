// SPDX-License-Identifier: MIT

import MoondialRules
import NumberVerification

/// Everything that is configured for a command that runs rules, with the defaults where nothing is said.
struct Settings {
    /// Files and folders.
    var rules: [String] = []
    var run = RunSettings()
    /// What rules read as `moondial.config`.
    var config = JSON.Object()
    var target = TargetSettings()
    var simulator = SimulatorSettings()

    init(_ sources: SettingSources) throws(Failure) {
        rules = sources.find(.rules)?.texts ?? []
        if let count = try sources.value(of: .maxAttempts, parse: { Int($0).flatMap { (1...100).contains($0) ? $0 : nil } }) {
            run.maxAttempts = count
        }
        if let onError = try sources.value(of: .onError, parse: RunSettings.OnError.init(rawValue:)) {
            run.onError = onError
        }
        if let timeout = try sources.value(of: .timeout, parse: DurationText.parse) { run.timeout = timeout }
        run.showPhones = try sources.isSet(.showPhones)
        config = sources.file.config
        target = try TargetSettings(sources)
        simulator = try SimulatorSettings(sources)
    }
}

/// What is configured about where requests go.
struct TargetSettings {
    var baseURL: BaseURL?
    var isLive = false
    var caFile: String?
    var isInsecure = false
    var isInsecureMeant = false

    init() {}

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

/// What is configured about the simulator in this process.
struct SimulatorSettings {
    var seed: UInt64 = 1
    var enforcesProviderRules = false

    init() {}

    init(_ sources: SettingSources) throws(Failure) {
        if let seed = try sources.value(of: .seed, parse: { UInt64($0) }) { self.seed = seed }
        enforcesProviderRules = try sources.isSet(.providerRules)
    }
}
