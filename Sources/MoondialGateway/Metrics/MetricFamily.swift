// SPDX-License-Identifier: MIT

/// All the series of one metric.
struct MetricFamily: Sendable {
    enum Series: Sendable {
        case counter(CounterSeries)
        case gauge(GaugeSeries)
        case histogram(HistogramSeries)
        /// Called when a scraper asks. If it returns nil, the series is left out of this scrape.
        case observed(@Sendable () -> Double?)
    }

    let declaration: MetricDeclaration
    /// Series by the text of their labels.
    private(set) var series: [String: Series] = [:]

    init(_ declaration: MetricDeclaration) { self.declaration = declaration }

    /// Whether one more set of label values is beyond the limit.
    func isFull(for labels: String) -> Bool {
        series.count >= declaration.seriesLimit && series[labels] == nil
    }

    mutating func set(_ labels: String, _ new: Series) { series[labels] = new }

    mutating func remove(_ labels: String) { series[labels] = nil }

    mutating func removeAll() { series = [:] }

    /// The labels in the order of the declaration, as both formats write them, or nil if they differ from the declared
    /// ones.
    func text(of labels: [(String, String)]) -> String? {
        guard labels.count == declaration.labels.count else { return nil }
        var text = ""
        for name in declaration.labels {
            guard let (_, value) = labels.first(where: { $0.0 == name }) else { return nil }
            if !text.isEmpty { text += "," }
            text += "\(name)=\"\(MetricsText.escaped(value))\""
        }
        return text
    }
}
