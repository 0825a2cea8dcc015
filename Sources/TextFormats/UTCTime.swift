// SPDX-License-Identifier: MIT

/// Times as RFC 3339 writes them, in UTC.
package enum UTCTime {
    /// `2026-11-29T06:23:24.123Z` for milliseconds since 1970-01-01.
    package static func text(milliseconds: Int64) -> String {
        let (seconds, rest) = milliseconds.floored(by: 1000)
        let (day, time) = seconds.floored(by: 86_400)
        let date = civil(day)
        return "\(digits(date.year, 4))-\(digits(date.month, 2))-\(digits(date.day, 2))"
            + "T\(digits(time / 3600, 2)):\(digits(time / 60 % 60, 2)):\(digits(time % 60, 2)).\(digits(rest, 3))Z"
    }

    /// The date in the Gregorian calendar of a day, counted from 1970-01-01. Years begin in March here, so that the day that
    /// only leap years have is the last one: all months before it have fixed places.
    private static func civil(_ day: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let (era, dayOfEra) = (day + 719_468).floored(by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let month = (5 * dayOfYear + 2) / 153
        return (
            yearOfEra + era * 400 + (month < 10 ? 0 : 1), month < 10 ? month + 3 : month - 9,
            dayOfYear - (153 * month + 2) / 5 + 1
        )
    }

    private static func digits(_ number: Int64, _ width: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
    }
}

extension Int64 {
    /// Quotient and remainder, of which the latter is never negative.
    fileprivate func floored(by divisor: Int64) -> (Int64, Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
