// SPDX-License-Identifier: MIT

import MoondialPresentation

/// A setting. The raw value is its key in `moondial.yaml`, from which the spelling in other places follows:
/// `max_attempts`, `--max-attempts`, `MOONDIAL_MAX_ATTEMPTS`.
enum Setting: String, CaseIterable {
    case rules
    case onError = "on_error"
    case maxAttempts = "max_attempts"
    case timeout
    case config
    case limits
    case serve
    case guards
    case baseURL = "base_url"
    case caFile = "ca_file"
    case appKey = "app_key"
    case masterSecret = "master_secret"
    case masterSecretFile = "master_secret_file"
    case correlate
    case seed
    case providerRules = "provider_rules"
    case live
    case insecure
    case yesInsecure = "yes_insecure"
    case showPhones = "show_phones"
    case store
    case storeNamespace = "store_namespace"
    case storeCAFile = "store_ca_file"

    /// Where a setting can be given.
    struct Places: OptionSet {
        let rawValue: Int

        static let flag = Places(rawValue: 1)
        static let environment = Places(rawValue: 2)
        static let file = Places(rawValue: 4)
        static let everywhere: Places = [.flag, .environment, .file]
    }

    /// Where this setting can be given. A secret is never an argument, which other users of the machine can see, nor in
    /// a file that is checked in. A setting that is dangerous to leave on by mistake is only a flag.
    var places: Places {
        switch self {
        case .rules, .onError, .maxAttempts, .timeout, .baseURL, .caFile, .seed, .providerRules, .store,
            .storeNamespace:
            .everywhere
        case .appKey, .masterSecretFile, .correlate, .storeCAFile: [.environment, .file]
        case .masterSecret: .environment
        case .config, .limits, .serve, .guards: .file
        case .live, .insecure, .yesInsecure, .showPhones: .flag
        }
    }

    /// What a value must look like, to follow "expected".
    var expectation: String {
        switch self {
        case .rules: "files or folders"
        case .onError: "review or deny"
        case .maxAttempts: "a whole number from 1 to 100"
        case .timeout: "a time from 1ms to 1h, such as 500ms, 10s or 2m"
        case .config: "a map"
        case .limits: "a map with \(LimitSetting.allCases.map(\.rawValue).joined(separator: ", "))"
        case .serve: "a map with \(ServeSetting.fileKeys.joined(separator: ", "))"
        case .guards: "a map with token, caps and budget"
        case .baseURL: "a URL such as http://127.0.0.1:8080"
        case .caFile, .masterSecretFile, .storeCAFile: "a file"
        case .store: "memory, sqlite:PATH, or a URL such as redis://127.0.0.1:6379"
        case .storeNamespace: "1 to 48 letters, digits, dots, hyphens and underscores"
        case .appKey: "a text without spaces and colons"
        case .masterSecret: "a text without spaces"
        case .seed: "a whole number from 0 to \(UInt64.max)"
        case .correlate, .providerRules, .live, .insecure, .yesInsecure, .showPhones: "true or false"
        }
    }

    /// Whether the value can be, or contain, a secret. Messages do not repeat such a value.
    var isPrivate: Bool { self == .masterSecret || self == .store }

    var flag: String { "--" + rawValue.split(separator: "_").joined(separator: "-") }

    var variable: String { Self.variablePrefix + rawValue.uppercased() }

    static let variablePrefix = "MOONDIAL_"

    /// The table for `--help`: a line per setting with its flag, variable and key.
    static var table: String {
        let rows = allCases.map { setting in
            [
                setting.places.contains(.flag) ? setting.flag : "",
                setting.places.contains(.environment) ? setting.variable : "",
                setting.places.contains(.file) ? setting.rawValue : "",
            ]
        }
        return TextTable(rows, indent: 2).lines().joined(separator: "\n")
    }

    /// The variable that names the configuration file, as `--config` does.
    static let fileVariable = variablePrefix + "CONFIG"
}
