// SPDX-License-Identifier: MIT

import ArgumentParser
import JSON
import MoondialPresentation
import MoondialRules
import MoondialStore
import NumberVerification
import TextFormats

/// `moondial store`: reads and changes the store of rules from the shell.
struct StoreTool: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "store",
        abstract: "Look at and change what rules remember.",
        discussion: """
            Entries are those of the store that --store names, by default of the gateway's file. A key is one word for each \
            of its parts, as in moondial.store.get({"phone", req.phone}): 'moondial store get phone 13800138000'. Phones in \
            keys and lists are kept as hashes, with a key that follows from the master secret: use the credentials of the \
            gateway. With others, commands that are about keys and members end with status 78.
            """,
        subcommands: [
            StoreListCommand.self, StoreGetCommand.self, StoreSetCommand.self, StoreDeleteCommand.self,
            StoreLoadCommand.self, StoreDropCommand.self, StoreRekeyCommand.self,
        ])
}

/// The options that name the store.
struct StoreToolOptions: ParsableArguments {
    @OptionGroup(title: "Store")
    var store: StoreOptions

    @Option(help: .configurationFile, completion: .file())
    var config: String?

    /// The settings of the store. A store in memory is refused: in a new process it is always empty.
    func settings(_ shell: Shell) throws(Failure) -> StoreSettings {
        let sources = try SettingSources(flags: store.flags, config: config, shell: shell)
        try FoundFileRule.check(sources)
        let place = try StorePlace(sources)
        let credentials = try Credentials(sources, warn: shell.errors.warn) ?? .documentedExample
        let settings = try place.settings(
            credentials, standard: StoreLocation.ofGateway(shell.environment) ?? .memory)
        guard settings.outlivesProcess else {
            throw .usage(
                "the store in memory begins and ends with this process", fix: "name one with \(Setting.store.flag)")
        }
        return settings
    }
}

/// The options that name a store and a key in it.
struct StoreKeyOptions: ParsableArguments {
    @OptionGroup var options: StoreToolOptions

    @Argument(help: ArgumentHelp("The parts of the key.", valueName: "part"))
    var parts: [String]

    /// Opens the store, runs `work` with the key, and ends the process.
    func run(
        _ shell: Shell, key: StoreSession.KeyUse,
        _ work: @escaping @Sendable (StoreSession, StoreKey) async throws -> ExitStatus
    ) throws -> Never {
        let (settings, parts) = (try options.settings(shell), parts.map(ByteText.bytes))
        StoreSession.run(settings, shell: shell, key: key) { session in
            try await work(session, session.names.key(parts))
        }
    }
}

struct StoreListCommand: MoondialCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List entries and lists. Words select the keys that begin with them.")

    @OptionGroup var options: StoreToolOptions

    @Flag(help: "A line of JSON for each entry.")
    var json = false

    @Argument(help: ArgumentHelp("The first parts of keys.", valueName: "part"))
    var parts: [String] = []

    func perform(_ shell: Shell) throws -> ExitStatus {
        let settings = try options.settings(shell)
        let (json, beginning) = (json, parts.map(ByteText.bytes))
        StoreSession.run(settings, shell: shell, key: beginning.isEmpty ? .none : .reads) { session in
            let prefix = session.names.protectedParts(beginning)
            try await session.forEachPage(of: session.names.namespace) { entries in
                let found = entries.filter { $0.key.parts.starts(with: prefix) }
                await session.write(json ? found.map { "\($0.json)" } : TextTable(found.map(\.row)).lines())
            }
            guard beginning.isEmpty, case .lists(let lists) = try await session.perform(.lists(session.names.namespace))
            else { return .done }
            await session.write(
                lists.map { list in
                    json
                        ? "\(JSONValue.object(["list": .string(list.list.name), "members": .integer(list.count)]))"
                        : "list \(list.list.name): \(Int(list.count).counting("member"))"
                })
            return .done
        }
    }
}

struct StoreGetCommand: MoondialCommand {
    static let configuration = CommandConfiguration(
        commandName: "get",
        abstract: "Print the value of a key as JSON. Without a value, the status is 1.")

    @OptionGroup var key: StoreKeyOptions

    func perform(_ shell: Shell) throws -> ExitStatus {
        try key.run(shell, key: .reads) { session, key in
            guard case .value(let bytes?) = try await session.perform(.get(key)) else {
                return .denied
            }
            await session.write(["\(StoreValueText.json(bytes))"])
            return .done
        }
    }
}

struct StoreSetCommand: MoondialCommand {
    static let configuration = CommandConfiguration(commandName: "set", abstract: "Set the value of a key.")

    @OptionGroup var key: StoreKeyOptions

    @Option(help: "The value, as JSON.")
    var value: String

    @Option(help: ArgumentHelp("Forget it after this time, such as 90s or 24h.", valueName: "time"))
    var ttl: String?

    func perform(_ shell: Shell) throws -> ExitStatus {
        guard let json = try? JSONValue.parse(ByteText.bytes(value)) else {
            throw Failure.usage(
                "--value: expected JSON, got '\(String(escaping: ByteText.bytes(value)))'",
                fix: "write texts with quotes: --value '\"text\"'")
        }
        let lifetime = try ttl.map { text throws(Failure) in
            guard
                let lifetime = Duration(text: text, in: .milliseconds(1)...StoreLifetime.maximum)
                    .flatMap(StoreLifetime.init)
            else {
                throw .usage(
                    "--ttl: expected a time from 1ms to 9600h, got '\(String(escaping: ByteText.bytes(text)))'")
            }
            return lifetime
        }
        try key.run(shell, key: .writes) { session, key in
            _ = try await session.perform(.set(key, value: json.bytes, lifetime: lifetime))
            return .done
        }
    }
}

struct StoreDeleteCommand: MoondialCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Forget the value of a key and all that was counted under it. Without either, the status is 1.")

    @OptionGroup var key: StoreKeyOptions

    func perform(_ shell: Shell) throws -> ExitStatus {
        try key.run(shell, key: .reads) { session, key in
            try await session.perform(.delete(key)) == .flag(true) ? .done : .denied
        }
    }
}

struct StoreLoadCommand: MoondialCommand {
    static let configuration = CommandConfiguration(
        commandName: "load",
        abstract: "Load a list from a file: one member on a line, in the place of the old list.",
        discussion: "The old list answers until the new one is complete. Lines that begin with # are no members.")

    @OptionGroup var options: StoreToolOptions

    @Argument(help: ArgumentHelp("As in moondial.store.has(\"LIST\", member).", valueName: "list"))
    var list: String

    @Argument(help: ArgumentHelp("The file, or - for standard input.", valueName: "file"), completion: .file())
    var file: String

    private static let sizeLimit = 1 << 30

    func perform(_ shell: Shell) throws -> ExitStatus {
        let settings = try options.settings(shell)
        let text =
            file == "-"
            ? try StandardInput.readAll(limit: Self.sizeLimit)
            : try Self.read(file)
        let name = list
        StoreSession.run(settings, shell: shell, key: .writes) { session in
            let list = try StoreList(namespace: session.names.namespace, name: name)
            let count = try await ListLoader(session: session, list: list).load(text)
            await session.write(["\(name): \(Int(count).counting("member"))"])
            return .done
        }
    }

    private static func read(_ path: String) throws(Failure) -> [UInt8] {
        do throws(FileSystem.Failure) {
            return try FileSystem.read(path, limit: .fixed(sizeLimit))
        } catch {
            throw Failure(Diagnostic(unreadable: error))
        }
    }
}

struct StoreDropCommand: MoondialCommand {
    static let configuration = CommandConfiguration(
        commandName: "drop", abstract: "Forget a list. Without it, the status is 1.")

    @OptionGroup var options: StoreToolOptions

    @Argument(help: ArgumentHelp("The name of the list.", valueName: "list"))
    var list: String

    func perform(_ shell: Shell) throws -> ExitStatus {
        let (settings, name) = (try options.settings(shell), list)
        StoreSession.run(settings, shell: shell, key: .none) { session in
            let list = try StoreList(namespace: session.names.namespace, name: name)
            return try await session.perform(.deleteList(list)) == .flag(true) ? .done : .denied
        }
    }
}

struct StoreRekeyCommand: MoondialCommand {
    static let configuration = CommandConfiguration(
        commandName: "rekey",
        abstract: "Accept the present master secret, after it was replaced.",
        discussion: """
            Names of phones and tokens follow from the master secret, so entries and members of lists that were hashed with \
            the old one are not found any more: load lists again.
            """)

    @OptionGroup var options: StoreToolOptions

    func perform(_ shell: Shell) throws -> ExitStatus {
        let settings = try options.settings(shell)
        StoreSession.run(settings, shell: shell, key: .none) { session in
            _ = try await session.perform(session.names.keyReplacement)
            return .done
        }
    }
}
