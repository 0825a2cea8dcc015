// SPDX-License-Identifier: MIT

import MoondialLua
import MoondialRules
import TextFormats
import Yams

/// The section `serve` of `moondial.yaml`.
struct ServeSection {
    /// A setting as it stands in the file.
    struct Value {
        let key: YAMLReader.Key
        let texts: [String]
    }

    private(set) var values: [ServeSetting: Value] = [:]
    /// Codes by reason, or by `allow`, `deny` and `review`.
    private(set) var codes: [(key: YAMLReader.Key, code: String)] = []
    /// Files with master secrets, by app key.
    private(set) var applications: [(key: YAMLReader.Key, secretFile: String)] = []
    /// Whether the file was found in the working folder and not named.
    private(set) var isFound = false

    /// No section.
    init() {}

    /// Reads the section. `resolve` turns a path relative to the file into a path relative to the working folder.
    ///
    /// - Throws: A failure that names the line.
    init(
        _ node: Node, at owner: YAMLReader.Key, _ reader: YAMLReader, isFound: Bool, resolve: (String) -> String
    ) throws(Failure) {
        self.isFound = isFound
        for (key, value) in try reader.members(of: node, at: owner) {
            guard let setting = ServeSetting(rawValue: key.name), setting.isInFile else {
                let clause = Suggestion.clause(for: key.name, in: ServeSetting.fileKeys)
                throw key.failure(
                    "there is no setting 'serve.\(key.shown)'\(clause)",
                    fix: "use one of \(ServeSetting.fileKeys.joined(separator: ", "))")
            }
            if setting.isMap {
                for (appKey, file) in try reader.members(of: value, at: key) {
                    applications.append((appKey, resolve(try reader.text(of: file, at: appKey))))
                }
            } else if setting == .codes, case .mapping = value {
                for (name, code) in try reader.members(of: value, at: key) {
                    codes.append((name, try reader.text(of: code, at: name)))
                }
            } else {
                let texts =
                    setting.isList
                    ? try reader.texts(of: value, at: key) : [try reader.text(of: value, at: key)]
                let isPath = setting.isPath && texts != ["-"]
                values[setting] = Value(key: key, texts: isPath ? texts.map(resolve) : texts)
            }
        }
    }
}
