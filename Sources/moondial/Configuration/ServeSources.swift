// SPDX-License-Identifier: MIT

import TextFormats

/// The places from which the settings of a gateway come: a flag, else the environment, else the file.
struct ServeSources {
    private enum Origin {
        case flag, environment
        case file(YAMLReader.Key)
    }

    /// The flags that were given, with their arguments, or `["true"]` for those that take none.
    let flags: [ServeSetting: [String]]
    let environment: Environment
    let section: ServeSection
    let guards: GuardSection

    private func find(_ setting: ServeSetting) -> (texts: [String], origin: Origin)? {
        if let texts = flags[setting] { return (texts, .flag) }
        if !setting.isMap, let text = environment[setting.variable] {
            let elements = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            return (setting.isList ? elements : [text], .environment)
        }
        return section.values[setting].map { ($0.texts, .file($0.key)) }
    }

    /// The texts of a setting, or nil when nothing sets it.
    func texts(of setting: ServeSetting) -> [String]? { find(setting)?.texts }

    /// The value of a setting, or nil when nothing sets it. If `parse` returns nil, the text is not as the setting
    /// expects, and the failure names the place of the text.
    func value<Value>(of setting: ServeSetting, parse: (String) -> Value?) throws(Failure) -> Value? {
        guard let (texts, _) = find(setting) else { return nil }
        guard texts.count == 1, let value = parse(texts[0]) else {
            let got = String(escaping: texts.joined(separator: ", ").utf8)
            throw failure(setting, "expected \(setting.expectation), got '\(got)'")
        }
        return value
    }

    func isSet(_ setting: ServeSetting) throws(Failure) -> Bool? {
        try value(of: setting) { $0 == "true" ? true : $0 == "false" ? false : nil }
    }

    func number(of setting: ServeSetting, in range: ClosedRange<Int>) throws(Failure) -> Int? {
        try value(of: setting) { text in Int(text).flatMap { range ~= $0 ? $0 : nil } }
    }

    func time(of setting: ServeSetting) throws(Failure) -> Duration? {
        try value(of: setting) { Duration(text: $0, in: .zero...(.seconds(3600))) }
    }

    /// A failure that names the place of a setting.
    func failure(_ setting: ServeSetting, _ message: String, fix: String? = nil) -> Failure {
        switch find(setting)?.origin {
        case .file(let key)?: key.failure("serve.\(setting.rawValue): \(message)", fix: fix)
        case .environment?: .configuration("\(setting.variable): \(message)", fix: fix)
        case .flag?, nil: .usage("\(setting.flag): \(message)", fix: fix)
        }
    }
}
