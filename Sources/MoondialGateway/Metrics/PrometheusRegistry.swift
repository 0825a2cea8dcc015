// SPDX-License-Identifier: MIT

package import CoreMetrics
import NIOConcurrencyHelpers

/// Keeps metrics and writes them in the text formats that Prometheus and other scrapers read.
///
/// A metric is declared once, then its series are made: a counter, gauge or histogram for each set of label values. The
/// caller keeps the series, and recording into it takes no lock. Names are given in their final form, as in
/// `moondial_requests_total`. Asking for a metric that is not declared, or with other labels than declared, is a
/// programming error: it stops a debug build, while a release build returns a series that no scraper sees.
package final class PrometheusRegistry: Sendable {
    /// Counts the requests for series beyond the limit of their metric.
    private static let droppedSeriesName = "moondial_metrics_dropped_series_total"

    private let families: NIOLockedValueBox<[String: MetricFamily]>
    private let droppedSeries: CounterSeries

    /// A registry with only the counter of dropped series.
    package init() {
        droppedSeries = CounterSeries(SeriesIdentity(name: Self.droppedSeriesName, labels: ""))
        var family = MetricFamily(
            MetricDeclaration(
                name: Self.droppedSeriesName, kind: .counter,
                help: "Series that were asked for and not made because their metric has too many.", labels: [],
                seriesLimit: 1))
        family.set("", .counter(droppedSeries))
        families = NIOLockedValueBox([Self.droppedSeriesName: family])
    }

    // MARK: Declarations

    /// Declares a metric. Declaring it again in the same way changes nothing; in another way is a programming error.
    ///
    /// - Parameters:
    ///   - name: The name that a scraper sees.
    ///   - kind: The kind of the metric.
    ///   - help: One sentence.
    ///   - labels: The names of its labels. The default is none.
    ///   - seriesLimit: The maximum number of sets of label values. The default is 1,000.
    package func declare(
        _ name: String, _ kind: MetricDeclaration.Kind, help: String, labels: [String] = [], seriesLimit: Int = 1000
    ) {
        let declaration = MetricDeclaration(
            name: name, kind: kind, help: help, labels: labels, seriesLimit: seriesLimit)
        if let mistake = declaration.mistake { return assertionFailure("metric \(name) \(mistake)") }
        let isOther = families.withLockedValue { families in
            if let known = families[name] { return known.declaration != declaration }
            families[name] = MetricFamily(declaration)
            return false
        }
        if isOther { assertionFailure("metric \(name) is declared in another way already") }
    }

    // MARK: Series

    /// The counter with these label values, created at the first call.
    package func counter(_ name: String, labels: [(String, String)] = []) -> CounterSeries {
        let found = series(name, labels) { kind, identity in
            kind == .counter ? .counter(CounterSeries(identity)) : nil
        }
        if case .counter(let series) = found { return series }
        return CounterSeries()
    }

    /// The gauge with these label values, created at the first call.
    package func gauge(_ name: String, labels: [(String, String)] = []) -> GaugeSeries {
        let found = series(name, labels) { kind, identity in kind == .gauge ? .gauge(GaugeSeries(identity)) : nil }
        if case .gauge(let series) = found { return series }
        return GaugeSeries()
    }

    /// The histogram with these label values, created at the first call.
    package func histogram(_ name: String, labels: [(String, String)] = []) -> HistogramSeries {
        let found = series(name, labels) { kind, identity in
            guard case .histogram(let bounds) = kind else { return nil }
            return .histogram(HistogramSeries(identity, bounds: bounds))
        }
        if case .histogram(let series) = found { return series }
        return HistogramSeries()
    }

    /// Adds a counter or gauge whose value is read when a scraper asks, on the thread that writes the text. Replaces
    /// the series with the same labels.
    ///
    /// - Parameters:
    ///   - name: A declared counter or gauge.
    ///   - labels: One value for each declared label. The default is none.
    ///   - read: The value now, or nil to leave the series out of this text. Must not wait.
    package func observe(_ name: String, labels: [(String, String)] = [], _ read: @escaping @Sendable () -> Double?) {
        _ = series(name, labels, replacing: true) { kind, _ in
            kind == .counter || kind == .gauge ? .observed(read) : nil
        }
    }

    /// Sets the label values of an info metric, replacing its former ones.
    package func setInfo(_ name: String, labels: [(String, String)]) {
        _ = series(name, labels, replacingAll: true) { kind, identity in
            kind == .info ? .gauge(GaugeSeries(identity, value: 1)) : nil
        }
    }

    /// Removes a series, however it was added. Code that keeps the series may continue to use it, but no scraper sees
    /// it any more.
    package func remove(_ name: String, labels: [(String, String)] = []) {
        let mistake: String? = families.withLockedValue { families in
            guard let family = families[name] else { return "is not declared" }
            guard let text = family.text(of: labels) else { return "is declared with other labels" }
            families[name]?.remove(text)
            return nil
        }
        if let mistake { assertionFailure("metric \(name) \(mistake)") }
    }

    func remove(_ identity: SeriesIdentity) {
        guard identity != .detached else { return }
        families.withLockedValue { $0[identity.name]?.remove(identity.labels) }
    }

    // MARK: Text

    /// All the metrics with at least one series, in the order of their names. Takes about a millisecond for a thousand lines.
    package func text(_ format: MetricsFormat) -> String {
        // The closures of observed series run after the lock is released: they may use the registry.
        let families = families.withLockedValue { Array($0.values) }
        var text = MetricsText(format)
        for family in families.sorted(by: { $0.declaration.name < $1.declaration.name }) { text.write(family) }
        return text.finished
    }

    /// Finds a series, or adds the one that `make` returns. `make` returns nil when the kind of the metric does not
    /// fit. Returns nil if there is no such series and none could be added.
    private func series(
        _ name: String, _ labels: [(String, String)], replacing: Bool = false, replacingAll: Bool = false,
        make: (MetricDeclaration.Kind, SeriesIdentity) -> MetricFamily.Series?
    ) -> MetricFamily.Series? {
        let (found, mistake): (MetricFamily.Series?, String?) = families.withLockedValue { families in
            guard let family = families[name] else { return (nil, "is not declared") }
            guard let text = family.text(of: labels) else { return (nil, "is declared with other labels") }
            let identity = SeriesIdentity(name: name, labels: text)
            guard let new = make(family.declaration.kind, identity) else {
                return (nil, "is of another kind than it is used as")
            }
            if !replacing, !replacingAll, let known = family.series[text] { return (known, nil) }
            if replacingAll { families[name]?.removeAll() }
            if !replacingAll, family.isFull(for: text) {
                droppedSeries.increment()
                return (nil, nil)
            }
            families[name]?.set(text, new)
            return (new, nil)
        }
        if let mistake { assertionFailure("metric \(name) \(mistake)") }
        return found
    }
}

// MARK: Through swift-metrics

extension PrometheusRegistry: MetricsFactory {
    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        counter(label, labels: dimensions)
    }

    package func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        counter(label, labels: dimensions)
    }

    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        gauge(label, labels: dimensions)
    }

    package func makeRecorder(
        label: String, dimensions: [(String, String)], aggregate: Bool
    ) -> any RecorderHandler {
        aggregate ? histogram(label, labels: dimensions) : gauge(label, labels: dimensions)
    }

    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        histogram(label, labels: dimensions)
    }

    package func destroyCounter(_ handler: any CounterHandler) { destroy(handler) }
    package func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) { destroy(handler) }
    package func destroyMeter(_ handler: any MeterHandler) { destroy(handler) }
    package func destroyRecorder(_ handler: any RecorderHandler) { destroy(handler) }
    package func destroyTimer(_ handler: any TimerHandler) { destroy(handler) }

    private func destroy(_ handler: AnyObject) {
        switch handler {
        case let series as CounterSeries: remove(series.identity)
        case let series as GaugeSeries: remove(series.identity)
        case let series as HistogramSeries: remove(series.identity)
        default: break
        }
    }
}
