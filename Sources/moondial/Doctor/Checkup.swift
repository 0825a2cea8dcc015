// SPDX-License-Identifier: MIT

import MoondialConsole
import MoondialLua
import MoondialPresentation
import MoondialRules
import MoondialWorkbench
import NumberVerification
import Platform
import TextFormats

/// Checks an installation. A problem does not end the checks, and no secret is read.
struct Checkup {
    typealias Line = DoctorReport.Line

    let shell: Shell
    private let config: String?
    /// Whether the provider is to be reached.
    private let isLive: Bool
    /// The results so far.
    var report = DoctorReport()
    /// The settings; nil when they could not be read.
    private(set) var settings: Settings?

    /// `config` is the configuration file that the command line names.
    init(shell: Shell, config: String?, isLive: Bool) {
        self.shell = shell
        self.config = config
        self.isLive = isLive
    }

    /// Runs all checks that need neither network nor event loop.
    mutating func lookAround() {
        report.add("version", .ok, Version.line)
        lookAtTerminal()
        lookAtConfiguration()
        lookAtProxies()
        lookAtStateFolder()
        lookAtClock()
    }

    private mutating func fail(_ name: String, _ diagnostic: Diagnostic) {
        let place = diagnostic.site.map { "\($0): " } ?? ""
        report.add(name, .fail, place + diagnostic.message, fix: diagnostic.fix ?? diagnostic.code.advice)
    }

    // MARK: - Terminal

    private mutating func lookAtTerminal() {
        let terminal = shell.terminal
        guard terminal.isInteractive else {
            report.add("terminal", .ok, "the output is no terminal")
            return
        }
        let name = shell.environment["TERM"] ?? "unknown"
        let colour = terminal.style.isEnabled ? "with colours" : "without colours"
        if terminal.repertoire == .ascii {
            report.add(
                "terminal", .warn, "\(name), \(terminal.width) columns, \(colour); the locale is not UTF-8",
                fix: "set LANG to a locale such as C.UTF-8")
        } else {
            report.add("terminal", .ok, "\(name), \(terminal.width) columns, \(colour), UTF-8")
        }
    }

    // MARK: - Configuration

    private mutating func lookAtConfiguration() {
        let named = config ?? shell.environment[Setting.fileVariable]
        let place = ConfigurationPlace(named: named, environment: shell.environment)
        let sources: SettingSources
        do throws(Failure) {
            let file = try place.map { place throws(Failure) in try ConfigurationFile(place) } ?? .none
            sources = SettingSources(flags: [:], environment: shell.environment, file: file)
        } catch {
            return fail("configuration", error.diagnostic)
        }
        report.add("configuration", .ok, place.map { "\(ByteText.shown($0.path))\($0.reason)" } ?? "no file")
        for (name, advice) in sources.suspectVariables {
            report.add("environment", .warn, "there is no variable \(name)", fix: advice)
        }
        let failure = readSettings(sources)
        for setting in Setting.allCases where failure?.isAbout(setting) != true {
            guard let (texts, origin) = sources.find(setting) else { continue }
            let shown =
                setting.isPrivate || setting == .appKey ? "set" : texts.map(ByteText.shown).joined(separator: ", ")
            report.add(setting.rawValue, .ok, "\(shown) (\(origin.words))")
        }
        lookAtSecrets(sources)
        if let failure { return fail("configuration", failure.diagnostic) }
        if let settings { lookAtRules(settings) }
    }

    private mutating func readSettings(_ sources: SettingSources) -> Failure? {
        do throws(Failure) {
            settings = try Settings(sources)
            try FoundFileRule.check(sources)
            return nil
        } catch {
            return error
        }
    }

    private mutating func lookAtSecrets(_ sources: SettingSources) {
        var files = sources.find(.masterSecretFile).map { [("master_secret_file", $0.texts)] } ?? []
        for setting in [ServeSetting.callersFile, .tlsKey] {
            if let value = sources.file.serve.values[setting] { files.append((setting.rawValue, value.texts)) }
        }
        files += sources.file.serve.applications.map { ("applications", [$0.secretFile]) }
        for (name, paths) in files {
            for path in paths { lookAtSecret(name, path) }
        }
        lookAtCredentials(sources)
    }

    private mutating func lookAtCredentials(_ sources: SettingSources) {
        let hasAppKey = sources.find(.appKey) != nil
        let hasSecret = sources.find(.masterSecret) != nil || sources.find(.masterSecretFile) != nil
        if let failure = Credentials.incomplete(hasAppKey: hasAppKey, hasSecret: hasSecret) {
            fail("credentials", failure.diagnostic)
        } else if !hasAppKey, sources.file.serve.applications.isEmpty {
            if isLive { return fail("credentials", Credentials.missingForLive.diagnostic) }
            report.add("credentials", .ok, "none are configured: those of the provider's documentation are used")
        }
    }

    /// Checks kind and permissions of a file that holds a secret. The file is not opened.
    private mutating func lookAtSecret(_ name: String, _ path: String) {
        let shown = ByteText.shown(path)
        do throws(FileSystem.Failure) {
            guard try FileSystem.kind(of: path) == .file else {
                report.add(name, .fail, "'\(shown)' is no file", fix: "name a file")
                return
            }
        } catch {
            report.add(
                name, .fail, "cannot read '\(shown)': \(error.reason)", fix: "check the path and its permissions")
            return
        }
        if FileSystem.isOpenToOthers(path) {
            report.add(name, .warn, "'\(shown)' is open to other users", fix: "chmod 600 '\(shown)'")
        } else {
            report.add(name, .ok, "'\(shown)' is closed to other users")
        }
    }

    private mutating func lookAtRules(_ settings: Settings) {
        guard settings.rules != nil else {
            report.add("rules", .ok, "none: the verdict decides")
            return
        }
        do throws(Diagnostic) {
            let outline = try RulebookLoader(settings.ofEngine).load(settings.readRules()).outline
            report.add("rules", .ok, "\(outline.rules.count) in force, revision \(outline.revision)")
        } catch {
            fail("rules", error)
        }
    }

    // MARK: - Proxies, state folder and clock

    private mutating func lookAtProxies() {
        let names = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"]
        for name in names where shell.environment[name] != nil {
            report.add(
                "proxy", .warn, "\(name) is set, and moondial does not use it",
                fix: "let the firewall allow the provider, or name a reverse proxy with \(Setting.baseURL.variable)")
        }
    }

    private mutating func lookAtStateFolder() {
        guard let history = HistoryFile(environment: shell.environment.variables)?.path else {
            report.add("state", .warn, "there is no home folder: the prompt keeps no history", fix: "set HOME")
            return
        }
        let folder = FileSystem.folder(of: history)
        let shown = ByteText.shown(folder)
        guard FileSystem.hasEntry(folder) else {
            report.add("state", .ok, "\(shown), which the prompt makes when it needs it")
            return
        }
        if access(folder, W_OK | X_OK) != 0 {
            report.add(
                "state", .fail, "cannot write to \(shown): \(Errno.last.description)",
                fix: "check its owner and permissions")
        } else if FileSystem.hasEntry(history), FileSystem.isOpenToOthers(history) {
            report.add(
                "state", .warn, "the history is open to other users", fix: "chmod 600 '\(ByteText.shown(history))'")
        } else {
            report.add("state", .ok, shown)
        }
    }

    /// Midnight of 2026-01-01, which is before this release: an earlier clock is wrong.
    private static let released: Int64 = 1_767_225_600_000

    private mutating func lookAtClock() {
        let now = WallClock.milliseconds()
        let text = UTCTime.text(milliseconds: now)
        if now < Self.released {
            report.add(
                "clock", .fail, "the clock says \(text), so that certificates are not valid yet", fix: "set the clock")
        } else {
            report.add("clock", .ok, text)
        }
    }
}

extension Failure {
    /// Whether a setting was refused.
    fileprivate func isAbout(_ setting: Setting) -> Bool {
        [setting.rawValue, setting.variable].contains { diagnostic.message.hasPrefix("\($0): ") }
    }
}

extension ConfigurationPlace {
    /// Why this file was read.
    fileprivate var reason: String {
        switch self {
        case .named: ", which is named"
        case .own: ", your own"
        case .found: ", found in the working folder"
        }
    }
}

extension Origin {
    /// Where a setting was given.
    fileprivate var words: String {
        switch self {
        case .flag(let setting): setting.flag
        case .environment(let setting): setting.variable
        case .file(let value): value.site.description
        }
    }
}
