// SPDX-License-Identifier: MIT

import CoreMetrics
import Testing

@testable import MoondialGateway

struct PrometheusRegistryTests {
    let registry = PrometheusRegistry()

    @Test
    func sameLabelsInAnyOrderAreOneSeries() {
        registry.declare("requests_total", .counter, help: "Requests.", labels: ["route", "decision"])
        let first = registry.counter("requests_total", labels: [("route", "verify"), ("decision", "allow")])
        let second = registry.counter("requests_total", labels: [("decision", "allow"), ("route", "verify")])
        #expect(first === second)
    }

    @Test
    func fourTasksLoseNoIncrement() async {
        registry.declare("requests_total", .counter, help: "Requests.")
        registry.declare("parts_total", .counter, help: "Parts.")
        registry.declare("level", .gauge, help: "Level.")
        registry.declare("time_seconds", .histogram, help: "Time.")
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask { [registry] in
                    let counter = registry.counter("requests_total")
                    let parts = registry.counter("parts_total")
                    let gauge = registry.gauge("level")
                    let histogram = registry.histogram("time_seconds")
                    for _ in 0..<100_000 {
                        counter.increment()
                        parts.increment(by: 0.5)
                        gauge.increment()
                        histogram.record(0.5)
                    }
                }
            }
        }
        #expect(registry.counter("requests_total").value == 400_000)
        #expect(registry.counter("parts_total").value == 200_000)
        #expect(registry.gauge("level").value == 400_000)
        let reading = registry.histogram("time_seconds").reading
        #expect(reading.cumulativeCounts.last == 400_000)
        #expect(reading.sum == 200_000)
    }

    @Test
    func seriesBeyondTheLimitAreCountedAndNotShown() {
        registry.declare("calls_total", .counter, help: "Calls.", labels: ["caller"], seriesLimit: 2)
        for caller in ["a", "b", "c", "d", "a"] {
            registry.counter("calls_total", labels: [("caller", caller)]).increment()
        }
        let lines = registry.text(.prometheus).split(separator: "\n").filter { !$0.hasPrefix("#") }
        #expect(
            lines == [
                "calls_total{caller=\"a\"} 2", "calls_total{caller=\"b\"} 1",
                "moondial_metrics_dropped_series_total 2",
            ])
    }

    @Test
    func removedSeriesMakesRoomForAnother() {
        registry.declare("calls_total", .counter, help: "Calls.", labels: ["caller"], seriesLimit: 1)
        registry.counter("calls_total", labels: [("caller", "a")]).increment()
        registry.remove("calls_total", labels: [("caller", "a")])
        registry.counter("calls_total", labels: [("caller", "b")]).increment()
        #expect(registry.text(.prometheus).contains("calls_total{caller=\"b\"} 1\n"))
        #expect(!registry.text(.prometheus).contains("caller=\"a\""))
    }

    @Test
    func counterDoesNotFall() {
        let counter = CounterSeries()
        counter.increment(by: Int64(-3))
        counter.increment(by: -0.5)
        counter.increment(by: Double.nan)
        counter.increment(by: Double.infinity)
        #expect(counter.value == 0)
    }

    @Test
    func observedValueIsReadForEachTextAndNilIsLeftOut() {
        registry.declare("age", .gauge, help: "Age.", labels: ["of"])
        let value = registry.gauge("age", labels: [("of", "a")])
        value.set(7.0)
        registry.observe("age", labels: [("of", "b")]) { value.value + 1 }
        registry.observe("age", labels: [("of", "c")]) { nil }
        #expect(registry.text(.prometheus).contains("age{of=\"a\"} 7\nage{of=\"b\"} 8\n# HELP"))
        value.set(9.0)
        #expect(registry.text(.prometheus).contains("age{of=\"a\"} 9\nage{of=\"b\"} 10\n# HELP"))
    }

    @Test
    func infoMetricKeepsOnlyItsLastLabels() {
        registry.declare("rules_info", .info, help: "Rules.", labels: ["revision"])
        registry.setInfo("rules_info", labels: [("revision", "1")])
        registry.setInfo("rules_info", labels: [("revision", "2")])
        #expect(registry.text(.prometheus).contains("rules_info{revision=\"2\"} 1\n"))
        #expect(!registry.text(.prometheus).contains("revision=\"1\""))
    }

    @Test
    func metricsOfSwiftMetricsAreRecorded() {
        registry.declare("calls_total", .counter, help: "Calls.")
        registry.declare("weight_total", .counter, help: "Weight.")
        registry.declare("level", .gauge, help: "Level.")
        registry.declare("last", .gauge, help: "Last.")
        registry.declare("size", .histogram(buckets: [1, 2]), help: "Size.")
        registry.declare("time_seconds", .histogram(buckets: [0.001, 1]), help: "Time.")
        Counter(label: "calls_total", dimensions: [], factory: registry).increment(by: 3)
        FloatingPointCounter(label: "weight_total", dimensions: [], factory: registry).increment(by: 1.5)
        Meter(label: "level", dimensions: [], factory: registry).increment(by: 4.0)
        Recorder(label: "last", dimensions: [], aggregate: false, factory: registry).record(5)
        Recorder(label: "size", dimensions: [], aggregate: true, factory: registry).record(2)
        CoreMetrics.Timer(label: "time_seconds", dimensions: [], factory: registry).recordMilliseconds(1)
        let lines = registry.text(.prometheus).split(separator: "\n").filter { !$0.hasPrefix("#") }
        #expect(
            lines == [
                "calls_total 3", "last 5", "level 4", "moondial_metrics_dropped_series_total 0",
                "size_bucket{le=\"1\"} 0", "size_bucket{le=\"2\"} 1", "size_bucket{le=\"+Inf\"} 1", "size_sum 2",
                "size_count 1", "time_seconds_bucket{le=\"0.001\"} 1", "time_seconds_bucket{le=\"1\"} 1",
                "time_seconds_bucket{le=\"+Inf\"} 1", "time_seconds_sum 0.001", "time_seconds_count 1",
                "weight_total 1.5",
            ])
        Counter(label: "calls_total", dimensions: [], factory: registry).destroy()
        #expect(!registry.text(.prometheus).contains("calls_total 3"))
    }

    #if DEBUG
        @Test
        func undeclaredMetricStopsADebugBuild() async {
            await #expect(processExitsWith: .failure) { _ = PrometheusRegistry().counter("calls_total") }
        }

        @Test
        func undeclaredLabelsStopADebugBuild() async {
            await #expect(processExitsWith: .failure) {
                let registry = PrometheusRegistry()
                registry.declare("calls_total", .counter, help: "Calls.", labels: ["caller"])
                _ = registry.counter("calls_total", labels: [("phone", "1")])
            }
        }

        @Test
        func counterWithoutItsSuffixStopsADebugBuild() async {
            await #expect(processExitsWith: .failure) {
                PrometheusRegistry().declare("calls", .counter, help: "Calls.")
            }
        }
    #else
        @Test
        func mistakesAreIgnoredInAReleaseBuild() {
            let before = registry.text(.prometheus)
            registry.counter("calls_total").increment()
            registry.declare("calls", .counter, help: "Calls.")
            #expect(registry.text(.prometheus) == before)
        }
    #endif
}
