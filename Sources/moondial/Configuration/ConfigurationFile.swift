// SPDX-License-Identifier: MIT

import JSON
import MoondialLua
import MoondialRules
import NumberVerification
import TextFormats
import Yams

/// `moondial.yaml`: one map of settings. Unknown keys are errors; secrets are refused.
struct ConfigurationFile {
    /// A setting as it stands in the file.
    struct Value {
        let setting: Setting
        let texts: [String]
        let site: LuaSite
        /// Whether the file was found in the working folder, and not named by the user.
        let isFound: Bool

        /// A failure whose excerpt is built from key and value: the line in the file may also hold a secret.
        func failure(_ message: String, fix: String?) -> Failure {
            let shown = setting.isPrivate ? "…" : String(escaping: texts.joined(separator: ", ").utf8)
            return Failure(
                Diagnostic(
                    .configuration, "\(setting.rawValue): \(message)", site: site,
                    sourceLine: "\(setting.rawValue): \(shown)", subject: shown, fix: fix))
        }
    }

    /// Larger data belongs in Lua modules.
    private static let sizeLimit = FileSystem.SizeLimit.fixed(1 << 20)

    private(set) var values: [Setting: Value] = [:]
    /// What rules read as `moondial.config`.
    private(set) var config = JSONObject()
    /// What rules may use of the machine.
    private(set) var limits = RunLimits()
    /// How rules are served on a port.
    private(set) var serve = ServeSection()
    /// What the host does or refuses without calling a hook.
    private(set) var guards = GuardSection()

    /// The file as it was read; nil if there is none.
    private(set) var source: Source?

    struct Source: Sendable {
        let path: String
        private let text: [UInt8]

        fileprivate init(path: String, text: [UInt8]) {
            self.path = path
            self.text = text
        }

        /// Whether the file has another content now, or cannot be read.
        var hasChanged: Bool { (try? FileSystem.read(path, limit: ConfigurationFile.sizeLimit)) != text }
    }

    /// No file.
    static let none = ConfigurationFile()

    private init() {}

    /// Reads a file. Paths in it are relative to its folder.
    ///
    /// - Throws: A failure that names the line.
    init(_ place: ConfigurationPlace) throws(Failure) {
        // By convention, /dev/null means: no file.
        if place.path == "/dev/null" {
            self.init()
            return
        }
        let text: [UInt8]
        do throws(FileSystem.Failure) {
            text = try FileSystem.read(place.path, limit: Self.sizeLimit)
        } catch {
            throw Failure(Diagnostic(unreadable: error, code: .configuration))
        }
        try self.init(path: place.path, text: text, isFound: place.isFound)
    }

    init(path: String, text: [UInt8], isFound: Bool = false) throws(Failure) {
        source = Source(path: path, text: text)
        var reader = YAMLReader(path: path)
        guard let root = try reader.root(of: text) else { return }
        for (key, node) in try reader.members(of: root) {
            let setting = try Self.setting(key)
            if setting == .config {
                switch try reader.json(node) {
                // As for the context of a request, a member without a value is absent.
                case .object(let object): config = object.withoutNulls
                case .null: break
                default: throw key.failure("config: expected \(setting.expectation)")
                }
            } else if setting == .limits {
                for (name, value) in try reader.members(of: node, at: key) {
                    let text = try reader.text(of: value, at: name)
                    try LimitSetting.set(name, to: text, in: &limits)
                }
            } else if setting == .serve {
                serve = try ServeSection(node, at: key, reader, isFound: isFound) { Self.resolve($0, besides: path) }
            } else if setting == .guards {
                guards = try GuardSection(node, at: key, reader)
            } else {
                let texts =
                    setting == .rules ? try reader.texts(of: node, at: key) : [try reader.text(of: node, at: key)]
                values[setting] = Value(
                    setting: setting, texts: texts.map { Self.resolve($0, of: setting, besides: path) },
                    site: key.site, isFound: isFound)
            }
        }
    }

    private static func setting(_ key: YAMLReader.Key) throws(Failure) -> Setting {
        let allowed = Setting.allCases.filter { $0.places.contains(.file) }.map(\.rawValue)
        guard let setting = Setting(rawValue: key.name) else {
            let clause = Suggestion.clause(for: key.name, in: allowed)
            throw key.failure(
                "there is no setting '\(key.shown)'\(clause)",
                fix: "use one of \(allowed.joined(separator: ", "))")
        }
        if setting == .masterSecret {
            throw key.failure(
                "master_secret must not stand in a configuration file",
                fix: "name a file with master_secret_file, or set \(Setting.masterSecret.variable)")
        }
        guard setting.places.contains(.file) else {
            throw key.failure("'\(key.name)' can be given on the command line only", fix: "use \(setting.flag)")
        }
        return setting
    }

    private static func resolve(_ text: String, of setting: Setting, besides file: String) -> String {
        switch setting {
        case .rules, .caFile, .masterSecretFile, .storeCAFile: resolve(text, besides: file)
        case .store where text.hasPrefix(StoreLocation.filePrefix):
            StoreLocation.filePrefix + resolve(String(text.dropFirst(StoreLocation.filePrefix.count)), besides: file)
        default: text
        }
    }

    private static func resolve(_ path: String, besides file: String) -> String {
        let folder = FileSystem.folder(of: file)
        return path.isEmpty || path.hasPrefix("/") || folder == "." ? path : "\(folder)/\(path)"
    }
}
