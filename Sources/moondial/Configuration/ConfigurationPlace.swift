// SPDX-License-Identifier: MIT

import MoondialRules

/// The configuration file that a command reads, and whether the user has chosen it.
///
/// A file in the working folder may come from someone else, with the rest of the folder. Such a file may configure how
/// rules run, but not where the user's secrets are sent.
enum ConfigurationPlace {
    /// `--config` or `MOONDIAL_CONFIG` names it.
    case named(String)
    /// `moondial/moondial.yaml` in the user's configuration folder.
    case own(String)
    /// `moondial.yaml` in the working folder.
    case found(String)

    /// The name of the file, if none is named.
    static let name = "moondial.yaml"

    /// The file to read: the one that is named, else that of the working folder, else the user's own; nil without any.
    /// A dangling symbolic link counts as a file: reading it fails, so a volume that is not mounted is not taken for a
    /// missing configuration.
    init?(named: String?, environment: Environment) {
        if let named {
            self = .named(named)
            return
        }
        let own = Self.ownPath(environment)
        if FileSystem.hasEntry(Self.name) {
            // A link to the user's own file counts as that file. Paths in it are relative to the folder of that file.
            if let own, let stamp = FileStamp(own), stamp == FileStamp(Self.name) {
                self = .own(own)
            } else {
                self = .found(Self.name)
            }
        } else if let own, FileSystem.hasEntry(own) {
            self = .own(own)
        } else {
            return nil
        }
    }

    /// `$XDG_CONFIG_HOME/moondial/moondial.yaml`, by default in `~/.config`. A path that is not absolute is ignored, as
    /// the XDG base directory specification requires.
    private static func ownPath(_ environment: Environment) -> String? {
        if let folder = environment["XDG_CONFIG_HOME"], folder.hasPrefix("/") { return "\(folder)/moondial/\(name)" }
        guard let home = environment["HOME"], home.hasPrefix("/") else { return nil }
        return "\(home)/.config/moondial/\(name)"
    }

    var path: String {
        switch self {
        case .named(let path), .own(let path), .found(let path): path
        }
    }

    /// Whether the file was read because it lies in the working folder, and not because the user chose it.
    var isFound: Bool { if case .found = self { true } else { false } }
}

/// Prevents a configuration file that was found in the working folder from deciding where secrets go.
enum FoundFileRule {
    /// Refuses `base_url`, `ca_file`, `store` and `master_secret_file` of such a file together with `--live`, or with
    /// credentials from the environment: they could send the user's secrets, or decisions, to the author of the file.
    /// With `--live`, the base URL of any file is refused.
    static func check(_ sources: SettingSources) throws(Failure) {
        let isLive = try sources.isSet(.live)
        let usesEnvironment = [Setting.appKey, .masterSecret, .masterSecretFile].contains { setting in
            if case .environment? = sources.find(setting)?.origin { true } else { false }
        }
        guard isLive || usesEnvironment else { return }
        let reason = usesEnvironment ? "credentials from the environment" : "--live"
        // A store that someone else controls can hold a forged decision that allows a stranger.
        let places: [Setting] = [.baseURL, .caFile, .store, .storeCAFile]
        let settings = usesEnvironment ? places + [.masterSecretFile] : places
        for setting in settings {
            guard case .file(let value)? = sources.find(setting)?.origin, value.isFound else { continue }
            throw value.failure(
                "refused together with \(reason), since this file was found in the working folder and not named",
                fix: fix(setting))
        }
        if isLive, case .file(let value)? = sources.find(.baseURL)?.origin {
            throw value.failure(
                "--live goes to the provider, or to a URL that is given by flag or environment",
                fix: "give \(Setting.baseURL.flag) or \(Setting.baseURL.variable), or take base_url out of the file")
        }
    }

    /// Refuses a secret file outside the folder of a configuration file that was found: the secret may be the user's,
    /// and the configuration file may name the server that gets it.
    static func check(secretFile path: String, _ value: ConfigurationFile.Value) throws(Failure) {
        guard value.isFound else { return }
        let folder = try? FileSystem.realPath(FileSystem.folder(of: ConfigurationPlace.name))
        guard let folder, let file = try? FileSystem.realPath(path) else { return }
        guard !file.utf8.starts(with: (folder == "/" ? "/" : "\(folder)/").utf8) else { return }
        throw value.failure(
            "a file that was found in the working folder and not named may only name a secret in this folder",
            fix: fix(.masterSecretFile))
    }

    private static func fix(_ setting: Setting) -> String {
        let places = (setting.places.contains(.flag) ? "\(setting.flag) or " : "") + setting.variable
        return "if you trust the file, name it: --config \(ConfigurationPlace.name); else give \(places)"
    }
}
