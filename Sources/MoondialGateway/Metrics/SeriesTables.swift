// SPDX-License-Identifier: MIT

/// A counter for each value of a label.
struct CounterTable<Label: MetricLabel>: Sendable {
    private let series: [CounterSeries]

    /// - Parameters:
    ///   - registry: Has the metric declared.
    ///   - name: The metric.
    ///   - label: The name of the label.
    ///   - others: The other labels of all these counters.
    init(_ registry: PrometheusRegistry, _ name: String, _ label: String, others: [(String, String)] = []) {
        series = Label.allCases.map { registry.counter(name, labels: others + [(label, $0.text)]) }
    }

    subscript(_ label: Label) -> CounterSeries { series[label.rawValue] }

    var all: [CounterSeries] { series }
}

/// A counter for each pair of values of two labels.
struct CounterGrid<Row: MetricLabel, Column: MetricLabel>: Sendable {
    private let rows: [CounterTable<Column>]

    /// - Parameters:
    ///   - registry: Has the metric declared.
    ///   - name: The metric.
    ///   - row: The name of the first label.
    ///   - column: The name of the second label.
    init(_ registry: PrometheusRegistry, _ name: String, _ row: String, _ column: String) {
        rows = Row.allCases.map { CounterTable(registry, name, column, others: [(row, $0.text)]) }
    }

    subscript(_ row: Row, _ column: Column) -> CounterSeries { rows[row.rawValue][column] }
}

/// A histogram for each value of a label.
struct HistogramTable<Label: MetricLabel>: Sendable {
    private let series: [HistogramSeries]

    init(_ registry: PrometheusRegistry, _ name: String, _ label: String) {
        series = Label.allCases.map { registry.histogram(name, labels: [(label, $0.text)]) }
    }

    subscript(_ label: Label) -> HistogramSeries { series[label.rawValue] }
}
