// SPDX-License-Identifier: MIT

import MoondialRules
import TextFormats

/// The places from which settings come: a flag, else the environment, else the file.
struct SettingSources {
    private let flags: [Setting: [String]]
    private let environment: Environment
    /// The configuration file, empty when there is none.
    let file: ConfigurationFile

    /// The flags are those that were given, with their arguments, or `["true"]` for those that take none.
    init(flags: [Setting: [String]], environment: Environment, file: ConfigurationFile) {
        self.flags = flags
        self.environment = environment
        self.file = file
    }

    /// The texts of a setting and where they were given; nil when nothing sets it.
    func find(_ setting: Setting) -> (texts: [String], origin: Origin)? {
        if let texts = flags[setting] { return (texts, .flag(setting)) }
        if setting.places.contains(.environment), let text = environment[setting.variable] {
            let texts =
                setting == .rules
                ? text.split(separator: ":", omittingEmptySubsequences: false).map(String.init) : [text]
            return (texts, .environment(setting))
        }
        return file.values[setting].map { ($0.texts, .file($0)) }
    }

    /// The value of a setting, or nil when nothing sets it. If `parse` returns nil, the text is not as the setting
    /// expects, and the failure names the place of the text.
    func value<Value>(of setting: Setting, parse: (String) -> Value?) throws(Failure) -> Value? {
        guard let (texts, origin) = find(setting) else { return nil }
        guard texts.count == 1, let value = parse(texts[0]) else {
            let got = setting.isPrivate ? "" : ", got '\(String(escaping: texts.joined(separator: ", ").utf8))'"
            throw origin.failure("expected \(setting.expectation)\(got)")
        }
        return value
    }

    func text(of setting: Setting) throws(Failure) -> String? {
        try value(of: setting) { $0.isEmpty ? nil : $0 }
    }

    func isSet(_ setting: Setting, default: Bool = false) throws(Failure) -> Bool {
        try value(of: setting) { $0 == "true" ? true : $0 == "false" ? false : nil } ?? `default`
    }

    /// Variables that have no effect and were probably meant to have one, each with advice.
    var suspectVariables: [(name: String, advice: String)] {
        environment.names.compactMap { name in SuspectVariable.advice(on: name, in: environment).map { (name, $0) } }
    }
}

/// Where a setting was given, for messages.
enum Origin {
    case flag(Setting)
    case environment(Setting)
    case file(ConfigurationFile.Value)

    func failure(_ message: String, fix: String? = nil) -> Failure {
        switch self {
        case .flag(let setting): .usage("\(setting.flag): \(message)", fix: fix)
        case .environment(let setting): .configuration("\(setting.variable): \(message)", fix: fix)
        case .file(let value): value.failure(message, fix: fix)
        }
    }
}
