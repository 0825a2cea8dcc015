// SPDX-License-Identifier: MIT

import ArgumentParser

/// The help of options that several commands have.
extension ArgumentHelp {
    static let configurationFile = ArgumentHelp(
        "Read settings from this file (default: moondial.yaml, if there is one).", valueName: "file")
    static let tlsCertificate = ArgumentHelp(
        "Speak TLS, with the certificate chain in this PEM file.", valueName: "file")
    static let tlsKey = ArgumentHelp("The certificate's private key, a PEM file.", valueName: "file")
}

/// The options for how rules are run.
struct RuleOptions: ParsableArguments {
    @Option(help: "Load rules from this file or folder. Can be given several times.", completion: .file())
    var rules: [String] = []

    @Option(
        help: ArgumentHelp("What a failing hook leads to: review or deny.", valueName: "outcome"),
        completion: .list(["review", "deny"]))
    var onError: String?

    @Option(help: ArgumentHelp("How many requests one run may send (default: 2).", valueName: "count"))
    var maxAttempts: String?

    @Option(help: ArgumentHelp("How long one run may take, such as 500ms or 10s (default: 10s).", valueName: "time"))
    var timeout: String?

    @Flag(help: "Show phone numbers in full.")
    var showPhones = false

    @Option(help: .configurationFile, completion: .file())
    var config: String?

    var flags: [Setting: [String]] {
        var flags: [Setting: [String]] = [:]
        flags[.rules] = rules.isEmpty ? nil : rules
        flags[.onError] = onError.map { [$0] }
        flags[.maxAttempts] = maxAttempts.map { [$0] }
        flags[.timeout] = timeout.map { [$0] }
        flags[.showPhones] = showPhones ? ["true"] : nil
        return flags
    }
}

/// The options for where requests go.
struct TargetOptions: ParsableArguments {
    @Option(name: .customLong("base-url"), help: ArgumentHelp("Send requests to this address.", valueName: "url"))
    var baseURL: String?

    @Flag(help: "Send requests to the provider itself: costs money, spends tokens, needs credentials.")
    var live = false

    @Option(
        help: ArgumentHelp("Trust only the certificate authorities in this PEM file.", valueName: "file"),
        completion: .file())
    var caFile: String?

    @Flag(help: "Do not check certificates.")
    var insecure = false

    @Flag(help: "Yes, let secrets travel unprotected.")
    var yesInsecure = false

    var flags: [Setting: [String]] {
        var flags: [Setting: [String]] = [:]
        flags[.baseURL] = baseURL.map { [$0] }
        flags[.live] = live ? ["true"] : nil
        flags[.caFile] = caFile.map { [$0] }
        flags[.insecure] = insecure ? ["true"] : nil
        flags[.yesInsecure] = yesInsecure ? ["true"] : nil
        return flags
    }
}

/// The options for the store that rules use.
struct StoreOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Remember in memory, in sqlite:PATH, or on redis://HOST:PORT (default: memory; serve: a file).",
            valueName: "url"))
    var store: String?

    @Option(
        help: ArgumentHelp("Keep the entries of these rules apart from others (default: default).", valueName: "name"))
    var storeNamespace: String?

    var flags: [Setting: [String]] {
        var flags: [Setting: [String]] = [:]
        flags[.store] = store.map { [$0] }
        flags[.storeNamespace] = storeNamespace.map { [$0] }
        return flags
    }
}

/// The options for the simulator's behaviour.
struct SimulatorOptions: ParsableArguments {
    @Option(help: ArgumentHelp("What the simulator's serial numbers depend on (default: 1).", valueName: "number"))
    var seed: String?

    @Flag(help: "Let the simulator enforce single use of tokens, their life, the 30 s gap and 10 checks a day.")
    var providerRules = false

    var flags: [Setting: [String]] {
        var flags: [Setting: [String]] = [:]
        flags[.seed] = seed.map { [$0] }
        flags[.providerRules] = providerRules ? ["true"] : nil
        return flags
    }
}

extension RuleSettings {
    /// The settings of a command that sends no request: target and credentials are not read.
    init(_ options: RuleOptions, shell: Shell) throws(Failure) {
        try self.init(SettingSources(flags: options.flags, config: options.config, shell: shell))
    }
}

extension SettingSources {
    /// Reads the settings from several groups of flags. No flag is in two groups.
    init(flags groups: [[Setting: [String]]], config: String?, shell: Shell) throws(Failure) {
        let flags = groups.reduce(into: [:]) { flags, group in flags.merge(group) { $1 } }
        try self.init(flags: flags, config: config, shell: shell)
    }

    /// Reads the configuration file, if any, and warns of variables that are probably misspelt. `config` is the file
    /// that the command line names.
    init(flags: [Setting: [String]], config: String?, shell: Shell) throws(Failure) {
        let place = ConfigurationPlace(
            named: config ?? shell.environment[Setting.fileVariable], environment: shell.environment)
        let file = try place.map { place throws(Failure) in try ConfigurationFile(place) } ?? .none
        self.init(flags: flags, environment: shell.environment, file: file)
        for (name, advice) in suspectVariables {
            shell.errors.warn("there is no variable \(name); \(advice)")
        }
    }
}
