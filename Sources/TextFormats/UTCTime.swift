// SPDX-License-Identifier: MIT

/// Times in UTC, as RFC 3339 writes them, and HTTP.
package enum UTCTime {
    /// `2026-11-29T06:23:24.123Z` for milliseconds since 1970-01-01.
    package static func text(milliseconds: Int64) -> String {
        var output = ByteWriter(capacity: 32)
        write(milliseconds: milliseconds, to: &output)
        return output.withBytes { String(decoding: $0, as: UTF8.self) }
    }

    /// Reads what ``text(milliseconds:)`` writes; nil for any other text. The fraction of the second may be missing.
    package static func milliseconds(_ text: String) -> Int64? {
        let full = text.utf8.count == 20 ? text.replacing("Z", with: ".000Z") : text
        let digits = Array(full.utf8)
        guard digits.count == 24 else { return nil }
        func number(_ range: Range<Int>) -> Int64? { Int64(String(decoding: digits[range], as: UTF8.self)) }
        guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10), let hour = number(11..<13),
            let minute = number(14..<16), let second = number(17..<19), let rest = number(20..<23),
            (1...12).contains(month)
        else { return nil }
        let seconds = self.day(year: year, month: month, day: day) * 86_400 + hour * 3600 + minute * 60 + second
        let time = seconds * 1000 + rest
        // Finds all other mistakes: a wrong text differs from the one that is written for the time.
        return self.text(milliseconds: time) == full ? time : nil
    }

    /// The number of a day, counted from 1970-01-01: the inverse of `civil`.
    private static func day(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let (era, yearOfEra) = shifted.floored(by: 400)
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    /// Appends what ``text(milliseconds:)`` returns.
    package static func write(milliseconds: Int64, to output: inout ByteWriter) {
        let (seconds, rest) = milliseconds.floored(by: 1000)
        let (day, time) = seconds.floored(by: 86_400)
        let date = civil(day)
        func write(_ number: Int64, _ width: Int, _ end: Unicode.Scalar) {
            output.append(decimal: number.magnitude, digits: width)
            output.append(UInt8(ascii: end))
        }
        write(date.year, 4, "-")
        write(date.month, 2, "-")
        write(date.day, 2, "T")
        write(time / 3600, 2, ":")
        write(time / 60 % 60, 2, ":")
        write(time % 60, 2, ".")
        write(rest, 3, "Z")
    }

    /// `Sun, 29 Nov 2026 06:23:24 GMT` for seconds since 1970-01-01: RFC 9110, section 5.6.7.
    package static func httpDate(seconds: Int64) -> String {
        let (day, time) = seconds.floored(by: 86_400)
        let date = civil(day)
        var output = ByteWriter(capacity: 32)
        // The first day was a Thursday.
        output.append(weekdays[Int((day + 3).floored(by: 7).1)])
        output.append(", ")
        func write(_ number: Int64, _ width: Int, _ end: StaticString) {
            output.append(decimal: number.magnitude, digits: width)
            output.append(end)
        }
        write(date.day, 2, " ")
        output.append(months[Int(date.month - 1)])
        output.append(" ")
        write(date.year, 4, " ")
        write(time / 3600, 2, ":")
        write(time / 60 % 60, 2, ":")
        write(time % 60, 2, " GMT")
        return output.withBytes { String(decoding: $0, as: UTF8.self) }
    }

    private static let weekdays: [StaticString] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    private static let months: [StaticString] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

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
}

extension Int64 {
    /// Quotient, rounded down, and remainder, which is never negative.
    fileprivate func floored(by divisor: Int64) -> (Int64, Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
