// SPDX-License-Identifier: MIT

import MoondialRules

/// Variables of the environment that look like settings of moondial and are none.
enum SuspectVariable {
    private static let known: Set<String> = Set(
        Setting.allCases.filter { $0.places.contains(.environment) }.map(\.variable) + [Setting.fileVariable]
            + ServeSetting.allCases.filter { !$0.isMap }.map(\.variable))

    /// Kubernetes sets these in every container beside a service with the name moondial.
    private static let ofKubernetes = ["SERVICE_HOST", "SERVICE_PORT", "PORT"].map { Setting.variablePrefix + $0 }

    /// What the user should do instead of setting the variable; nil if it is a setting, or is not moondial's.
    static func advice(on name: String, in environment: Environment) -> String? {
        guard name.hasPrefix(Setting.variablePrefix), !known.contains(name) else { return nil }
        guard !ofKubernetes.contains(name) || environment[ofKubernetes[0]] == nil else { return nil }
        let isOfServe = name.hasPrefix(ServeSetting.variablePrefix)
        let bare = name.dropFirst((isOfServe ? ServeSetting.variablePrefix : Setting.variablePrefix).count)
        let key = bare.lowercased()
        if let setting = Setting(rawValue: key), !setting.places.contains(.environment) {
            return setting.places.contains(.flag) ? "give \(setting.flag)" : "set \(key) in \(ConfigurationPlace.name)"
        }
        if let setting = ServeSetting(rawValue: key), setting.isMap {
            return "set serve.\(key) in \(ConfigurationPlace.name)"
        }
        let otherPlace = (isOfServe ? Setting.variablePrefix : ServeSetting.variablePrefix) + bare
        if known.contains(otherPlace) { return "did you mean \(otherPlace)?" }
        // The prefix, which is in every name, would make all names near.
        let words = known.map { String($0.dropFirst(Setting.variablePrefix.count)) }.sorted()
        if let word = Suggestion.nearest(to: String(name.dropFirst(Setting.variablePrefix.count)), in: words) {
            return "did you mean \(Setting.variablePrefix)\(word)?"
        }
        return isOfServe ? "see moondial serve --help" : nil
    }
}
