// SPDX-License-Identifier: MIT

extension GatewayMetrics {
    /// The names of the gateway's metrics.
    enum Name {
        static let requests = "moondial_requests_total"
        static let requestDuration = "moondial_request_duration_seconds"
        static let rejections = "moondial_rejected_requests_total"
        static let tokenOutcomes = "moondial_token_guard_outcomes_total"
        static let upstreamCalls = "moondial_upstream_calls_total"
        static let upstreamDuration = "moondial_upstream_duration_seconds"
        static let billedCalls = "moondial_billed_calls_total"
        static let breakerOpen = "moondial_breaker_open"
        static let hookCalls = "moondial_hook_calls_total"
        static let hookDuration = "moondial_hook_duration_seconds"
        static let kills = "moondial_kills_total"
        static let lostLuaStates = "moondial_lost_lua_states_total"
        static let reloads = "moondial_reloads_total"
        static let lastReloadGood = "moondial_last_reload_successful"
        static let rulesInfo = "moondial_rules_info"
        static let rulesLoadedTime = "moondial_rules_loaded_timestamp_seconds"
        static let storeCalls = "moondial_store_calls_total"
        static let storeAnswers = "moondial_store_answers"
        static let budgetUsed = "moondial_budget_used_calls"
        static let budgetCeiling = "moondial_budget_ceiling_calls"
        static let runsInFlight = "moondial_runs_in_flight"
        static let waitingRuns = "moondial_waiting_runs"
        static let connections = "moondial_connections"
        static let decisionLogWritten = "moondial_decision_log_records_written_total"
        static let decisionLogDropped = "moondial_decision_log_records_dropped_total"
        static let decisionLogQueuedBytes = "moondial_decision_log_queued_bytes"
    }

    /// 10 us … 10 s: most hooks take a few microseconds, but a hook that calls `moondial.attempt` waits for the
    /// provider.
    private static let hookBuckets = [
        0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10,
    ]

    static func declareAll(in registry: PrometheusRegistry) {
        declareRequests(in: registry)
        declareCalls(in: registry)
        declareRules(in: registry)
        declareStore(in: registry)
        declareOperation(in: registry)
    }

    private static func declareRequests(in registry: PrometheusRegistry) {
        registry.declare(
            Name.requests, .counter, help: "Requests answered, by route and decision.", labels: ["route", "decision"])
        registry.declare(
            Name.requestDuration, .histogram, help: "Time from the head of a request to the end of its reply.",
            labels: ["route"])
        registry.declare(
            Name.rejections, .counter, help: "Requests refused before any rule was asked, by reason.",
            labels: ["reason"])
        registry.declare(
            Name.tokenOutcomes, .counter, help: "What the token guard did with requests.", labels: ["outcome"])
    }

    private static func declareCalls(in registry: PrometheusRegistry) {
        registry.declare(
            Name.upstreamCalls, .counter, help: "Calls of the provider, by endpoint and code of the reply.",
            labels: ["endpoint", "code"])
        registry.declare(
            Name.upstreamDuration, .histogram, help: "Time from the start of a call to the end of its reply.",
            labels: ["endpoint"])
        registry.declare(
            Name.billedCalls, .counter, help: "Calls that the provider charges for, or may charge for.",
            labels: ["billed"])
        registry.declare(
            Name.breakerOpen, .gauge, help: "Whether calls for the application are refused because of its account.",
            labels: ["app"])
    }

    private static func declareRules(in registry: PrometheusRegistry) {
        registry.declare(
            Name.hookCalls, .counter, help: "Calls of hooks, by rule, hook and result.",
            labels: ["rule", "hook", "result"], seriesLimit: 10_000)
        registry.declare(
            Name.hookDuration, .histogram(buckets: hookBuckets), help: "Time from the call of a hook to its answer.",
            labels: ["rule"])
        registry.declare(
            Name.kills, .counter, help: "Hooks stopped because they used more than they may.", labels: ["reason"])
        registry.declare(Name.lostLuaStates, .counter, help: "Lua states given up and replaced.")
        registry.declare(Name.reloads, .counter, help: "Reloads of the rules, by result.", labels: ["result"])
        registry.declare(Name.lastReloadGood, .gauge, help: "Whether the last load of the rules succeeded.")
        registry.declare(Name.rulesInfo, .info, help: "The revision of the rules in use.", labels: ["revision"])
        registry.declare(
            Name.rulesLoadedTime, .gauge, help: "When the rules in use were loaded, in Unix time.")
    }

    private static func declareStore(in registry: PrometheusRegistry) {
        registry.declare(
            Name.storeCalls, .counter, help: "Calls of the store by rules and guards, by result.", labels: ["result"])
        registry.declare(Name.storeAnswers, .gauge, help: "Whether the last call of the store was answered.")
        registry.declare(
            Name.budgetUsed, .gauge, help: "Charged calls of this day, those in flight included, by what is limited.",
            labels: ["scope"])
        registry.declare(
            Name.budgetCeiling, .gauge, help: "Charged calls that a day may have, by what is limited.",
            labels: ["scope"])
    }

    private static func declareOperation(in registry: PrometheusRegistry) {
        registry.declare(Name.runsInFlight, .gauge, help: "Runs that have begun and not ended.")
        registry.declare(Name.waitingRuns, .gauge, help: "Runs that wait to begin.")
        registry.declare(Name.connections, .gauge, help: "Open connections of callers.")
        registry.declare(Name.decisionLogWritten, .counter, help: "Records written to the decision log.")
        registry.declare(
            Name.decisionLogDropped, .counter, help: "Records dropped because the decision log could not take them.")
        registry.declare(
            Name.decisionLogQueuedBytes, .gauge, help: "Bytes of records that wait to be written.")
    }
}
