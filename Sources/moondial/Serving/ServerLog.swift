// SPDX-License-Identifier: MIT

import JSON
import Logging
import MoondialGateway
import MoondialLua
import MoondialPresentation
import MoondialRules
import NIOCore
import Platform
import TextFormats

/// The log of a server, on standard error: lines for people on a terminal, JSON for machines elsewhere. Messages are
/// constant; values are in the metadata.
struct ServerLog: Sendable {
    private let logger: Logger

    /// Writes on a thread of its own: a reader that does not read must not block event loops.
    private let sink: RecordSink?

    init(isTerminal: Bool) {
        var options = RecordSink.Options(.standardError, overflow: .drop)
        options.collecting = .zero
        let sink = try? RecordSink(options) { _ in }
        self.sink = sink
        logger = Logger(label: "moondial") { _ in SinkLogHandler(sink: sink, isTerminal: isTerminal) }
    }

    /// Writes the lines that are still queued, for at most a second.
    func close() async { await sink?.close(within: .seconds(1)) }

    func write(_ event: GatewayEvent) {
        switch event {
        case .reloaded(let revision): logger.notice("rules reloaded", metadata: ["revision": "\(revision)"])
        case .reloadFailed(let problem):
            logger.error("reload changed nothing", metadata: ["problem": "\(DiagnosticText(problem).text)"])
        case .configurationChanged(let path):
            logger.warning(
                "configuration has changed and is not reloaded",
                metadata: ["file": "\(path)", "fix": "restart the gateway"]
            )
        case .breakerOpened(let appKey, let code):
            logger.error("account blocked, calls stopped", metadata: ["app": "\(appKey)", "code": "\(code)"])
        case .breakerClosed(let appKey): logger.notice("account usable again", metadata: ["app": "\(appKey)"])
        case .budgetNearlyUsed(let use):
            var metadata: Logger.Metadata = ["used": "\(use.used)", "ceiling": "\(use.ceiling)"]
            switch use.scope {
            case .total: break
            case .application(let appKey): metadata["app"] = "\(appKey)"
            case .caller(let name): metadata["caller"] = "\(name)"
            }
            logger.warning("four fifths of the budget are used", metadata: metadata)
        case .storeFailing(let kind): logger.error("store does not answer", metadata: ["reason": "\(kind)"])
        case .storeKey(agrees: false):
            logger.error(
                "store is used with another master secret: nothing about phones and tokens is shared",
                metadata: ["fix": "\(StoreKeyAdvice.text)"])
        case .storeKey(agrees: true): logger.notice("store is used with the same master secret again")
        case .storeAnswers: logger.notice("store answers again")
        case .draining: logger.notice("draining")
        case .luaStateRenewed(nil): logger.warning("Lua state renewed")
        case .luaStateRenewed(let problem?):
            logger.error("Lua state could not be renewed", metadata: ["problem": "\(problem)"])
        case .guardDecided(let decision):
            logger.warning(
                "token guard decided without a run",
                metadata: [
                    "reason": "\(decision.reason)", "trace_id": "\(decision.traceID)", "caller": "\(decision.caller)",
                    "app": "\(decision.appKey)", "phone": "\(decision.phone)",
                ])
        case .passedThrough(let request):
            logger.info(
                "passed through",
                metadata: [
                    "caller": "\(request.caller)", "app": "\(request.appKey)", "method": "\(request.method)",
                    "path": "\(request.entry)", "status": "\(request.status.map(String.init) ?? "none")",
                    "elapsed_ms": "\(request.time.nanoseconds / 1_000_000)",
                ])
        case .hookFailed(let diagnostic, let traceID):
            logger.warning(
                "hook failed",
                metadata: ["problem": "\(DiagnosticText(diagnostic).text)", "trace_id": "\(traceID)"])
        }
    }

    func warnOfMissingStoreFolder() {
        logger.warning(
            "no folder for a store: what is remembered ends with the process", metadata: ["setting": "\(Setting.store)"]
        )
    }

    func write(_ event: RecordSink.Event) {
        switch event {
        case .failing(let failure): logger.error("decision log fails", metadata: ["reason": "\(failure)"])
        case .recovered: logger.notice("decision log works again")
        case .dropping: logger.error("decision log drops records")
        case .spillFailing(let failure): logger.error("spill file fails", metadata: ["reason": "\(failure)"])
        case .fileNotReplaced(let failure):
            logger.error("decision log could not begin a new file", metadata: ["reason": "\(failure)"])
        }
    }

    /// Logs how many records are missing in the decision log when the process ends.
    func write(lossIn figures: RecordSink.Figures) {
        logger.error(
            "decision log is incomplete",
            metadata: [
                "missing": "\(figures.dropped)",
                "reason": "\(figures.failure?.description ?? "it was not read in time")",
            ])
    }

    /// A line that a rule logged.
    func write(_ line: LogLine) {
        var metadata: Logger.Metadata = ["text": "\(line.message)"]
        if !line.fields.isEmpty { metadata["fields"] = "\(JSONValue.object(line.fields))" }
        if let rule = line.rule { metadata["rule"] = "\(rule)" }
        if let site = line.site { metadata["site"] = "\(site)" }
        if let traceID = line.traceID { metadata["trace_id"] = "\(traceID)" }
        logger.info("rule logged", metadata: metadata)
    }

    /// A line that a rule printed.
    func write(printed line: String) {
        logger.info("rule printed", metadata: ["text": "\(line)"])
    }
}

/// Gives log lines to the thread that writes them.
private struct SinkLogHandler: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.info
    private let isTerminal: Bool
    private let sink: RecordSink?

    init(sink: RecordSink?, isTerminal: Bool) {
        self.sink = sink
        self.isTerminal = isTerminal
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { $1 }.sorted { $0.key < $1.key }
        let time = UTCTime.text(milliseconds: WallClock.milliseconds())
        if isTerminal {
            let details = all.map { " \($0.key)=\($0.value)" }.joined()
            write("\(time) \(event.level) \(String(escaping: "\(event.message)\(details)".utf8))")
            return
        }
        var object: JSONObject = [
            "time": .string(time), "level": .string("\(event.level)"), "message": .string("\(event.message)"),
        ]
        for (key, value) in all { object[object[key] == nil ? key : "\(key)_"] = .string("\(value)") }
        write(JSONValue.object(object).description)
    }

    private func write(_ line: String) { _ = sink?.append(Array(line.utf8)) }
}
