// SPDX-License-Identifier: MIT

import MoondialPresentation

/// Gives the style at places, which must be asked for in order.
struct StyleCursor {
    private let spans: [(range: Range<Int>, style: Style)]
    private var index = 0

    /// - Parameter spans: In order and without overlaps.
    init(_ spans: [(range: Range<Int>, style: Style)]) {
        self.spans = spans
    }

    mutating func style(at place: Int) -> Style {
        while index < spans.count, spans[index].range.upperBound <= place { index += 1 }
        guard index < spans.count, spans[index].range.contains(place) else { return .plain }
        return spans[index].style
    }

    /// Puts spans over others. Where the upper span has no colour, the colour of the lower one stays.
    static func merged(
        _ lower: [(range: Range<Int>, style: Style)], _ upper: [(range: Range<Int>, style: Style)]
    ) -> [(range: Range<Int>, style: Style)] {
        guard !upper.isEmpty else { return lower }
        var result: [(range: Range<Int>, style: Style)] = []
        for span in lower {
            var start = span.range.lowerBound
            for over in upper where over.range.overlaps(span.range) {
                if start < over.range.lowerBound { result.append((start..<over.range.lowerBound, span.style)) }
                start = max(start, over.range.upperBound)
            }
            if start < span.range.upperBound { result.append((start..<span.range.upperBound, span.style)) }
        }
        for over in upper {
            var style = over.style
            if style.colour == .standard, let below = lower.first(where: { $0.range.contains(over.range.lowerBound) }) {
                style.colour = below.style.colour
            }
            result.append((over.range, style))
        }
        return result.sorted { $0.range.lowerBound < $1.range.lowerBound }
    }
}
