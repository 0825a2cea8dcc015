// SPDX-License-Identifier: MIT

package import JSON
import MoondialRules
import MoondialStore
import NIOConcurrencyHelpers
import NIOCore

extension Gateway: GatewayAdministration {
    package var version: String { configuration.version }

    package func readiness() async -> (isReady: Bool, detail: JSONObject) {
        let (isDraining, problem) = state.withLockedValue { ($0.isDraining, $0.reloadProblem) }
        var store: JSONObject = ["engine": .string(configuration.service.store.engine.description)]
        store["state"] = .string(health.failure?.rawValue ?? "ok")
        if health.hasOtherKey { store["key"] = "another master secret" }
        var breakers = JSONObject()
        for (appKey, breaker) in shared.breakers.sorted(by: { $0.key < $1.key }) {
            switch breaker.state {
            case .closed: breakers[appKey] = "closed"
            case .open(let code): breakers[appKey] = .string("open since code \(code)")
            }
        }
        let isReady = !isDraining && reporter.canRecord()
        var detail: JSONObject = [
            "status": .string(isDraining ? "draining" : isReady ? "ready" : "not ready"),
            "rules": .object(await rulesSummary()), "breakers": .object(breakers),
            "store": .object(store), "decision_log": .string(reporter.logCondition),
        ]
        if let problem { detail["last_reload"] = .string("failed: \(problem.located)") }
        if let configurationNotice { detail["configuration"] = .string(configurationNotice) }
        return (isReady, detail)
    }

    private func rulesSummary() async -> JSONObject {
        let loaded = state.withLockedValue { $0.rulesLoaded }
        let age = Double((NIODeadline.now() - loaded).nanoseconds / 1_000_000) / 1000
        var summary: JSONObject = [
            "revision": .string((try? await service.outline())?.revision ?? ""), "age_s": .double(age),
        ]
        if let configRevision = reporter.configRevision { summary["config_revision"] = .string(configRevision) }
        return summary
    }

    package func metrics(accept: String?) async -> (contentType: String, text: String) {
        let figures = await workers.forEach {
            GatewayMetrics.Load(
                runs: $0.decisions.runsInFlight, waiting: $0.decisions.waitingRuns, connections: $0.connections.count)
        }
        reporter.metrics.note(figures)
        return reporter.text(accept: accept)
    }

    package func rules() async -> JSONObject {
        var object = await rulesSummary()
        guard let outline = try? await service.outline() else { return object }
        let hits = await workers.forEach(\.hits)
        func count(_ rule: String) -> JSONValue { .integer(Int64(hits.reduce(0) { $0 + ($1[rule] ?? 0) })) }
        object["rules"] = .array(
            outline.rules.map { rule in
                var entry: JSONObject = ["name": .string(rule.name), "hits": count(rule.name)]
                entry["hooks"] = .object(
                    JSONObject(
                        uniqueMembers: rule.hooks.sorted { $0.key.rawValue < $1.key.rawValue }.map { hook, site in
                            JSONObject.Member(key: hook.rawValue, value: .string("\(site.file):\(site.line)"))
                        }))
                return .object(entry)
            })
        object["default_hits"] = count(Decision.defaultRule)
        object["files"] = .array(Set(outline.rules.map(\.file)).sorted().map { .string($0) })
        return object
    }

    package func reload() async -> (succeeded: Bool, detail: JSONObject) {
        var (succeeded, detail): (Bool, JSONObject)
        do {
            (succeeded, detail) = (true, ["status": "reloaded", "revision": .string(try await reloadAll())])
        } catch {
            let problem = (error as? Diagnostic)?.located ?? "\(error)"
            (succeeded, detail) = (false, ["status": "unchanged", "problem": .string(problem)])
        }
        if let configurationNotice { detail["configuration"] = .string(configurationNotice) }
        return (succeeded, detail)
    }

    package func startDraining() {
        state.withLockedValue { $0.drainRequest }?()
    }
}
