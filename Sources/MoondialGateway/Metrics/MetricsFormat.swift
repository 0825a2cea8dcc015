// SPDX-License-Identifier: MIT

/// A text format for metrics.
package enum MetricsFormat: Sendable, Hashable, CaseIterable {
    /// Prometheus text format 0.0.4: <https://prometheus.io/docs/instrumenting/exposition_formats/>.
    case prometheus
    /// OpenMetrics 1.0: <https://prometheus.io/docs/specs/om/open_metrics_spec/>.
    case openMetrics

    /// The value of the reply's `Content-Type`.
    package var contentType: String {
        switch self {
        case .prometheus: "text/plain; version=0.0.4; charset=utf-8"
        case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
        }
    }

    /// The format for a request with this `Accept` header, or without one: OpenMetrics if the header names it and does
    /// not prefer plain text, else the Prometheus format. A client that accepts neither gets the Prometheus format,
    /// too, as RFC 9110 allows, so that browsers show the metrics.
    package init(accept: String?) {
        var openMetrics = 0.0
        var plain = 0.0
        var plainPrecision = 0
        for element in (accept ?? "").split(separator: ",") {
            let range = MediaRange(element)
            switch range.type {
            case "application/openmetrics-text":
                if range.version == nil || range.version == "1.0.0" { openMetrics = max(openMetrics, range.quality) }
            case "text/plain" where range.version == nil || range.version == "0.0.4":
                (plain, plainPrecision) = (range.quality, 3)
            case "text/*" where plainPrecision < 2: (plain, plainPrecision) = (range.quality, 2)
            case "*/*" where plainPrecision < 1: (plain, plainPrecision) = (range.quality, 1)
            default: break
            }
        }
        self = openMetrics > 0 && openMetrics >= plain ? .openMetrics : .prometheus
    }
}

/// One element of an `Accept` header. Unknown parameters are ignored.
private struct MediaRange {
    /// In lower case, without parameters.
    let type: String
    let version: String?
    /// From 0, which refuses the type, to 1.
    let quality: Double

    init(_ element: Substring) {
        let parts = element.split(separator: ";").map { String(Self.trimmed($0)).lowercased() }
        type = parts.first ?? ""
        var version: String?
        var quality = 1.0
        for parameter in parts.dropFirst() {
            let pair = parameter.split(separator: "=", maxSplits: 1).map(Self.trimmed)
            guard pair.count == 2 else { continue }
            switch pair[0] {
            case "version": version = pair[1].filter { $0 != "\"" }
            case "q": quality = Double(pair[1]).map { min(max($0, 0), 1) } ?? 0
            default: break
            }
        }
        self.version = version
        self.quality = quality
    }

    private static func trimmed(_ text: Substring) -> Substring {
        func isSpace(_ character: Character) -> Bool { character == " " || character == "\t" }
        var text = text.drop(while: isSpace)
        while let last = text.last, isSpace(last) { text.removeLast() }
        return text
    }

    private static func trimmed(_ text: String) -> Substring { trimmed(text[...]) }
}
