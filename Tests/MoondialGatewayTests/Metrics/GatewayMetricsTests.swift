// SPDX-License-Identifier: MIT

import Testing

@testable import MoondialGateway

struct GatewayMetricsTests {
    let registry = PrometheusRegistry()
    let metrics: GatewayMetrics

    init() { metrics = GatewayMetrics(registry) }

    private func lines(_ beginning: String) -> [String] {
        registry.text(.prometheus).split(separator: "\n").map(String.init).filter { $0.hasPrefix(beginning) }
    }

    @Test
    func seriesWithFixedLabelsExistFromTheStart() {
        #expect(lines("moondial_requests_total{").count == 24)
        #expect(lines("moondial_upstream_calls_total{").count == 3 * 24)
        #expect(lines("moondial_token_guard_outcomes_total{").count == 4)
        #expect(lines("moondial_rejected_requests_total{").count == 5)
        #expect(lines("moondial_metrics_dropped_series_total") == ["moondial_metrics_dropped_series_total 0"])
    }

    @Test
    func requestsAreCountedByRouteAndDecision() {
        metrics.countRequest(.h5Verify, .review, took: .milliseconds(20))
        metrics.countRequest(.h5Verify, .review, took: .milliseconds(30))
        #expect(
            lines("moondial_requests_total{").filter { !$0.hasSuffix(" 0") } == [
                "moondial_requests_total{route=\"h5_verify\",decision=\"review\"} 2"
            ])
        let name = "moondial_request_duration_seconds"
        #expect(lines("\(name)_sum{route=\"h5_verify\"}") == ["\(name)_sum{route=\"h5_verify\"} 0.05"])
        #expect(lines("\(name)_bucket{route=\"h5_verify\",le=\"0.025\"}").first?.hasSuffix(" 1") == true)
    }

    @Test(arguments: [
        (9000, "9000"), (9099, "9099"), (9031, "9031"), (8000, "8000"), (8001, "8001"), (9008, "other"),
        (9100, "other"), (7999, "other"), (0, "other"), (-1, "other"), (.min, "other"), (.max, "other"),
        (nil, "none"),
    ])
    func upstreamCallsAreCountedByCode(code: Int64?, text: String) {
        metrics.countUpstreamCall(.mobile, code: code, took: .seconds(1))
        #expect(
            lines("moondial_upstream_calls_total{").filter { !$0.hasSuffix(" 0") } == [
                "moondial_upstream_calls_total{endpoint=\"mobile\",code=\"\(text)\"} 1"
            ])
    }

    @Test
    func removedRulesLoseTheirSeriesAndOthersContinue() {
        let old = metrics.loadedRules(
            revision: "1", at: 100.5,
            [.init(name: "a", hooks: [.preCheck, .route]), .init(name: "b", hooks: [.mapResult])])
        old.countCall(rule: 0, .preCheck, .answered, took: .microseconds(20))
        old.countCall(rule: 1, .mapResult, .error, took: .microseconds(20))
        let new = metrics.loadedRules(
            revision: "2", at: 200, [.init(name: "c", hooks: [.onDecision]), .init(name: "a", hooks: [.preCheck])])
        new.countCall(rule: 1, .preCheck, .answered, took: .microseconds(20))
        old.countCall(rule: 0, .preCheck, .answered, took: .microseconds(20))
        // The rule is removed, but a run that began with it goes on.
        old.countCall(rule: 1, .mapResult, .none, took: .microseconds(20))
        let calls = lines("moondial_hook_calls_total{")
        #expect(calls.contains("moondial_hook_calls_total{rule=\"a\",hook=\"pre_check\",result=\"answered\"} 3"))
        #expect(calls.filter { $0.contains("rule=\"a\"") }.count == 4)
        #expect(calls.filter { $0.contains("rule=\"c\",hook=\"on_decision\"") }.count == 4)
        #expect(calls.count == 8)
        #expect(
            lines("moondial_hook_duration_seconds_count") == [
                "moondial_hook_duration_seconds_count{rule=\"a\"} 3",
                "moondial_hook_duration_seconds_count{rule=\"c\"} 0",
            ])
        #expect(lines("moondial_rules_info") == ["moondial_rules_info{revision=\"2\"} 1"])
        #expect(lines("moondial_rules_loaded") == ["moondial_rules_loaded_timestamp_seconds 200"])
    }

    @Test
    func failedReloadIsShownUntilOneSucceeds() {
        _ = metrics.loadedRules(revision: "1", at: 1, [])
        metrics.countReload(.failure)
        #expect(lines("moondial_last_reload") == ["moondial_last_reload_successful 0"])
        metrics.countReload(.success)
        #expect(lines("moondial_last_reload") == ["moondial_last_reload_successful 1"])
        #expect(
            lines("moondial_reloads_total") == [
                "moondial_reloads_total{result=\"failure\"} 1", "moondial_reloads_total{result=\"success\"} 1",
            ])
    }

    @Test
    func breakerIsReadAndRemoved() {
        metrics.observeBreaker(appKey: "key-1") { true }
        metrics.observeBreaker(appKey: "key-2") { false }
        #expect(
            lines("moondial_breaker_open") == [
                "moondial_breaker_open{app=\"key-1\"} 1", "moondial_breaker_open{app=\"key-2\"} 0",
            ])
        metrics.removeBreaker(appKey: "key-1")
        #expect(lines("moondial_breaker_open") == ["moondial_breaker_open{app=\"key-2\"} 0"])
    }

    #if os(Linux)
        @Test
        func processFiguresArePlausible() throws {
            func value(_ name: String) throws -> Double {
                let line = try #require(lines(name + " ").first)
                return try #require(Double(line.dropFirst(name.count + 1)))
            }
            #expect(try value("process_cpu_seconds_total") >= 0)
            #expect(try value("process_resident_memory_bytes") > 1_000_000)
            #expect(try value("process_virtual_memory_bytes") > value("process_resident_memory_bytes"))
            #expect(try value("process_open_fds") >= 1)
            #expect(try value("process_max_fds") >= value("process_open_fds"))
            // After 2020, which the clock of a machine that runs this does not precede.
            #expect(try value("process_start_time_seconds") > 1_577_836_800)
        }
    #endif
}
