// SPDX-License-Identifier: MIT

import MoondialRules
import MoondialStore
import MoondialStoreRedis
import MoondialStoreSQLite
import NumberVerification
import RedisClient
import TextFormats

/// The store that rules and guards use.
enum StoreLocation {
    case memory
    case file(path: String)
    case redis(RedisConfiguration)

    /// The prefix of a text that names a file.
    static let filePrefix = "sqlite:"

    /// Why a text names no store. The message repeats nothing of the text, which may hold a password.
    struct Problem: Error {
        let message: String
    }

    init(_ text: String) throws(Problem) {
        if text == "memory" {
            self = .memory
        } else if text.hasPrefix(Self.filePrefix) {
            let path = String(text.dropFirst(Self.filePrefix.count))
            if path.isEmpty { throw Problem(message: "expected the path of a file after 'sqlite:'") }
            self = .file(path: path)
        } else if text.hasPrefix("redis") {
            do throws(RedisURLError) {
                self = .redis(try RedisConfiguration(url: text))
            } catch {
                throw Problem(message: "\(error)")
            }
        } else {
            throw Problem(message: "expected \(Setting.store.expectation)")
        }
    }

    /// The file of a gateway without a configured store: `store.sqlite` in `$STATE_DIRECTORY`, or else in the user's
    /// state folder. Nil without any of them.
    static func ofGateway(_ environment: Environment) -> StoreLocation? {
        let folder = environment["STATE_DIRECTORY"]?.split(separator: ":").first.map(String.init)
        return (folder ?? StateFolder.path(environment.variables)).map { .file(path: "\($0)/store.sqlite") }
    }
}

/// The settings of the store.
struct StorePlace {
    /// Nil: no store is configured.
    let location: StoreLocation?
    private let namespace: StoreNamespace
    private let trust: RedisTrust

    init(_ sources: SettingSources) throws(Failure) {
        namespace = try sources.value(of: .storeNamespace, parse: Self.namespace) ?? .default
        trust = try sources.text(of: .storeCAFile).map(RedisTrust.file) ?? .system
        guard let (texts, origin) = sources.find(.store) else {
            location = nil
            return
        }
        let text = texts.joined(separator: ", ")
        do throws(StoreLocation.Problem) {
            location = try StoreLocation(text)
        } catch {
            throw origin.failure(error.message)
        }
        if case .flag = origin, case .redis(let configuration)? = location, configuration.credentials != nil {
            throw origin.failure(
                "a password on the command line can be read by other users of this machine",
                fix: "set \(Setting.store.variable), or store in a file that others cannot read")
        }
    }

    /// At most 48 bytes: the guards of a gateway use a namespace of their own, whose name is longer than this one.
    private static func namespace(_ text: String) -> StoreNamespace? {
        text.utf8.count <= 48 ? try? StoreNamespace(text) : nil
    }

    /// Opens the store. Phones and tokens in keys are hashed with a key that is derived from the master secret, so that
    /// all gateways of an application find the same entries.
    ///
    /// - Parameters:
    ///   - credentials: Those of the application.
    ///   - standard: Used when no store is configured; its folder is created.
    /// - Returns: The store with its namespace, not connected yet.
    /// - Throws: A failure when the certificates to trust cannot be read.
    func settings(_ credentials: Credentials, standard: StoreLocation = .memory) throws(Failure) -> StoreSettings {
        var settings = StoreSettings()
        settings.namespace = namespace
        settings.hashKey = StoreSettings.hashKey(of: credentials)
        if location == nil, case .file(let path) = standard { StateFolder.make(FileSystem.folder(of: path)) }
        switch location ?? standard {
        case .memory: break
        case .file(let path): settings.engine = SQLiteStoreEngine(configuration: .init(path: path))
        case .redis(let configuration):
            do throws(RedisTrustError) {
                settings.engine = try RedisStoreEngine(configuration: configuration, trust: trust)
            } catch {
                throw .configuration("\(Setting.storeCAFile.rawValue): \(error)")
            }
        }
        return settings
    }
}
