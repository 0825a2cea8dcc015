// SPDX-License-Identifier: MIT

import MoondialRules

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// What stands at the other end of a standard stream, and what it can show.
struct Terminal {
    enum Stream: Int32 {
        case input = 0
        case output = 1
        case error = 2
    }

    /// Whether it is a terminal at all, and not a file or a pipe.
    let isInteractive: Bool
    /// The cells of a line.
    let width: Int
    let repertoire: Waterfall.Repertoire
    let style: TextStyle

    init(_ stream: Stream, environment: Environment) {
        isInteractive = isatty(stream.rawValue) == 1
        width = (isInteractive ? Self.windowWidth(stream) : nil) ?? environment["COLUMNS"].flatMap(Int.init) ?? 100
        repertoire = Self.isUTF8(environment) ? .unicode : .ascii
        let wantsColour = environment["NO_COLOR"] == nil && environment["TERM"] != "dumb"
        style = TextStyle(isEnabled: isInteractive && wantsColour)
    }

    /// POSIX: LC_ALL overrides LC_CTYPE, which overrides LANG.
    private static func isUTF8(_ environment: Environment) -> Bool {
        let locale = environment["LC_ALL"] ?? environment["LC_CTYPE"] ?? environment["LANG"] ?? "C"
        let encoding = locale.lowercased()
        return encoding.contains("utf-8") || encoding.contains("utf8")
    }

    private static func windowWidth(_ stream: Stream) -> Int? {
        var size = winsize()
        guard ioctl(stream.rawValue, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }
}
