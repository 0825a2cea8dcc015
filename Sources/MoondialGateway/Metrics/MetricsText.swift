// SPDX-License-Identifier: MIT

/// Writes metrics in one of the formats.
struct MetricsText {
    private let format: MetricsFormat
    private var text = ""

    init(_ format: MetricsFormat) {
        self.format = format
        text.reserveCapacity(16 * 1024)
    }

    /// The whole text.
    var finished: String { format == .openMetrics ? text + "# EOF\n" : text }

    /// Writes a metric with its series in the order of their labels, or nothing if it has none.
    mutating func write(_ family: MetricFamily) {
        let series = family.series.sorted { $0.key < $1.key }
        var hasHead = false
        for (labels, series) in series {
            // Read before the head is written: an observed series may have no value now.
            var value = 0.0
            switch series {
            case .counter(let counter): value = counter.value
            case .gauge(let gauge): value = gauge.value
            case .histogram: break
            case .observed(let read):
                guard let read = read() else { continue }
                value = read
            }
            if !hasHead { writeHead(family.declaration) }
            hasHead = true
            if case .histogram(let histogram) = series {
                write(histogram, name: family.declaration.name, labels: labels)
            } else {
                writeSample(family.declaration.name, labels, Self.number(value))
            }
        }
    }

    private mutating func writeHead(_ declaration: MetricDeclaration) {
        var name = declaration.name
        var type =
            switch declaration.kind {
            case .counter: "counter"
            case .gauge, .info: "gauge"
            case .histogram: "histogram"
            }
        guard format == .openMetrics else {
            text += "# HELP \(name) \(Self.escaped(declaration.help, quotes: false))\n# TYPE \(name) \(type)\n"
            return
        }
        // In OpenMetrics, the suffix belongs to the sample and not to the name of the metric.
        if declaration.kind == .counter { name.removeLast("_total".count) }
        if declaration.kind == .info {
            name.removeLast("_info".count)
            type = "info"
        }
        text += "# HELP \(name) \(Self.escaped(declaration.help))\n# TYPE \(name) \(type)\n"
        for unit in ["seconds", "bytes"] where name.hasSuffix("_" + unit) { text += "# UNIT \(name) \(unit)\n" }
    }

    private mutating func write(_ histogram: HistogramSeries, name: String, labels: String) {
        let reading = histogram.reading
        let prefix = labels.isEmpty ? "" : labels + ","
        for (bound, count) in zip(histogram.bounds + [.infinity], reading.cumulativeCounts) {
            // OpenMetrics requires a fraction in every bound, as in Swift's description of the number.
            let bound = format == .openMetrics && bound.isFinite ? "\(bound)" : Self.number(bound)
            writeSample("\(name)_bucket", "\(prefix)le=\"\(bound)\"", "\(count)")
        }
        writeSample("\(name)_sum", labels, Self.number(reading.sum))
        writeSample("\(name)_count", labels, "\(reading.cumulativeCounts.last ?? 0)")
    }

    private mutating func writeSample(_ name: String, _ labels: String, _ value: String) {
        text += name
        if !labels.isEmpty {
            text += "{"
            text += labels
            text += "}"
        }
        text += " "
        text += value
        text += "\n"
    }

    /// The text of a number. Whole numbers below 2^53 have no fraction.
    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
        if let whole = Int64(exactly: value), whole.magnitude < 1 << 53 { return "\(whole)" }
        return "\(value)"
    }

    /// The text with backslash, line feed and, if `quotes` is true, double quotes escaped.
    static func escaped(_ text: String, quotes: Bool = true) -> String {
        guard text.utf8.contains(where: { [0x5C, 0x0A, 0x22].contains($0) }) else { return text }
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            case "\"" where quotes: escaped += "\\\""
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
