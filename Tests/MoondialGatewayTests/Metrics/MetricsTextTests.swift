// SPDX-License-Identifier: MIT

import Testing

@testable import MoondialGateway

struct MetricsTextTests {
    private static func registry() -> PrometheusRegistry {
        let registry = PrometheusRegistry()
        registry.declare("calls_total", .counter, help: "All \"calls\".", labels: ["code", "endpoint"])
        registry.declare("rules_info", .info, help: "Rules.", labels: ["revision"])
        registry.declare("queued_bytes", .gauge, help: "Queued.")
        registry.declare("unused", .gauge, help: "Has no series.")
        registry.declare("wait_seconds", .histogram(buckets: [0.5, 1, 10]), help: "Wait.", labels: ["route"])
        registry.counter("calls_total", labels: [("endpoint", "mobile"), ("code", "9001")]).increment()
        registry.counter("calls_total", labels: [("endpoint", "h5"), ("code", "9000")]).increment(by: Int64(2))
        registry.setInfo("rules_info", labels: [("revision", "abc")])
        registry.gauge("queued_bytes").set(12.5)
        let histogram = registry.histogram("wait_seconds", labels: [("route", "verify")])
        // A value on a bound belongs to its bucket.
        for value in [0.25, 0.5, 1, 2, 11] { histogram.record(value) }
        return registry
    }

    @Test
    func metricsAreWrittenInThePrometheusFormat() {
        #expect(
            Self.registry().text(.prometheus) == """
                # HELP calls_total All "calls".
                # TYPE calls_total counter
                calls_total{code="9000",endpoint="h5"} 2
                calls_total{code="9001",endpoint="mobile"} 1
                # HELP moondial_metrics_dropped_series_total Series that were asked for and not made because their \
                metric has too many.
                # TYPE moondial_metrics_dropped_series_total counter
                moondial_metrics_dropped_series_total 0
                # HELP queued_bytes Queued.
                # TYPE queued_bytes gauge
                queued_bytes 12.5
                # HELP rules_info Rules.
                # TYPE rules_info gauge
                rules_info{revision="abc"} 1
                # HELP wait_seconds Wait.
                # TYPE wait_seconds histogram
                wait_seconds_bucket{route="verify",le="0.5"} 2
                wait_seconds_bucket{route="verify",le="1"} 3
                wait_seconds_bucket{route="verify",le="10"} 4
                wait_seconds_bucket{route="verify",le="+Inf"} 5
                wait_seconds_sum{route="verify"} 14.75
                wait_seconds_count{route="verify"} 5

                """)
    }

    @Test
    func metricsAreWrittenInTheOpenMetricsFormat() {
        #expect(
            Self.registry().text(.openMetrics) == """
                # HELP calls All \\"calls\\".
                # TYPE calls counter
                calls_total{code="9000",endpoint="h5"} 2
                calls_total{code="9001",endpoint="mobile"} 1
                # HELP moondial_metrics_dropped_series Series that were asked for and not made because their metric \
                has too many.
                # TYPE moondial_metrics_dropped_series counter
                moondial_metrics_dropped_series_total 0
                # HELP queued_bytes Queued.
                # TYPE queued_bytes gauge
                # UNIT queued_bytes bytes
                queued_bytes 12.5
                # HELP rules Rules.
                # TYPE rules info
                rules_info{revision="abc"} 1
                # HELP wait_seconds Wait.
                # TYPE wait_seconds histogram
                # UNIT wait_seconds seconds
                wait_seconds_bucket{route="verify",le="0.5"} 2
                wait_seconds_bucket{route="verify",le="1.0"} 3
                wait_seconds_bucket{route="verify",le="10.0"} 4
                wait_seconds_bucket{route="verify",le="+Inf"} 5
                wait_seconds_sum{route="verify"} 14.75
                wait_seconds_count{route="verify"} 5
                # EOF

                """)
    }

    @Test
    func metricsTextIsDeterministic() {
        for format in MetricsFormat.allCases { #expect(Self.registry().text(format) == Self.registry().text(format)) }
    }

    @Test
    func labelValuesAndHelpAreEscaped() {
        let registry = PrometheusRegistry()
        registry.declare("calls_total", .counter, help: "A \\ and\na \"line\".", labels: ["rule"])
        registry.counter("calls_total", labels: [("rule", "a \"b\" \\ c\nd ü\r")]).increment()
        let text = registry.text(.prometheus)
        #expect(text.contains("# HELP calls_total A \\\\ and\\na \"line\".\n"))
        #expect(text.contains("calls_total{rule=\"a \\\"b\\\" \\\\ c\\nd ü\r\"} 1\n"))
        #expect(registry.text(.openMetrics).contains("# HELP calls A \\\\ and\\na \\\"line\\\".\n"))
    }

    @Test(arguments: [
        (0.0, "0"), (-0.5, "-0.5"), (3, "3"), (1_795_932_447.25, "1795932447.25"), (1e-5, "1e-05"),
        (9_007_199_254_740_991, "9007199254740991"), (1e300, "1e+300"), (.nan, "NaN"), (.infinity, "+Inf"),
        (-.infinity, "-Inf"),
    ])
    func numberIsWrittenInTheFormatOfMetrics(value: Double, text: String) {
        #expect(MetricsText.number(value) == text)
    }

    @Test
    func durationOnABoundBelongsToItsBucket() {
        let histogram = HistogramSeries(bounds: MetricDeclaration.secondsBuckets)
        for bound in MetricDeclaration.secondsBuckets {
            histogram.record(.microseconds(Int64((bound * 1e6).rounded())))
            histogram.recordNanoseconds(Int64((bound * 1e9).rounded()))
        }
        let reading = histogram.reading
        #expect(reading.cumulativeCounts == (1...13).map { 2 * $0 } + [26])
        #expect(abs(reading.sum - 2 * MetricDeclaration.secondsBuckets.reduce(0, +)) < 1e-12)
    }

    @Test
    func negativeDurationIsZeroAndNaNIsIgnored() {
        let histogram = HistogramSeries(bounds: [1])
        histogram.recordNanoseconds(-5)
        histogram.record(Double.nan)
        #expect(histogram.reading.cumulativeCounts == [1, 1])
        #expect(histogram.reading.sum == 0)
    }
}
