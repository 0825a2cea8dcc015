// SPDX-License-Identifier: MIT

import Testing

@testable import MoondialGateway

struct MetricsFormatTests {
    @Test(arguments: [
        "application/openmetrics-text", "application/openmetrics-text; version=1.0.0; charset=utf-8",
        "Application/OpenMetrics-Text;VERSION=\"1.0.0\"", "text/plain;q=0.5, application/openmetrics-text;q=0.5",
        "application/openmetrics-text;version=0.0.1;q=1,application/openmetrics-text;version=1.0.0;q=0.75,*/*;q=0.1",
        // Prometheus 2.
        "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
            + "text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
        // Prometheus 3.
        "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;"
            + "version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,"
            + "*/*;q=0.2",
    ])
    func openMetricsIsChosen(accept: String) {
        #expect(MetricsFormat(accept: accept) == .openMetrics)
    }

    @Test(arguments: [
        nil, "", "*/*", "text/plain", "text/plain;version=0.0.4", "application/json", ",;=,q=", "text/*;q=0.3",
        "application/openmetrics-text;q=0", "application/openmetrics-text;version=0.0.1",
        "application/openmetrics-text;q=none", "application/openmetrics-text;q=0.4, text/plain;q=0.5",
        "application/openmetrics-text;q=0.4, */*;q=0.5", "*/*;q=0.1, text/plain, application/openmetrics-text;q=0.5",
    ])
    func prometheusIsChosen(accept: String?) {
        #expect(MetricsFormat(accept: accept) == .prometheus)
    }

    @Test
    func contentTypesNameTheVersion() {
        #expect(MetricsFormat.prometheus.contentType == "text/plain; version=0.0.4; charset=utf-8")
        #expect(
            MetricsFormat.openMetrics.contentType == "application/openmetrics-text; version=1.0.0; charset=utf-8")
    }
}
