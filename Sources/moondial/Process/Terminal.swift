// SPDX-License-Identifier: MIT

import MoondialConsole
import MoondialPresentation
import Platform

/// What a standard stream is connected to, and what that can show.
struct Terminal {
    enum Stream: Int32 {
        case input = 0
        case output = 1
        case error = 2
    }

    /// Whether the stream is a terminal, and not a file or a pipe.
    let isInteractive: Bool
    /// Columns of a line.
    let width: Int
    let repertoire: Waterfall.Repertoire
    let style: TextStyle

    init(_ stream: Stream, environment: Environment) {
        isInteractive = isatty(stream.rawValue) == 1
        width = (isInteractive ? Self.windowWidth(stream) : nil) ?? environment["COLUMNS"].flatMap(Int.init) ?? 100
        let capabilities = TerminalCapabilities(
            environment: environment.variables, inputIsTerminal: false, outputIsTerminal: isInteractive)
        repertoire = capabilities.isUnicode ? .unicode : .ascii
        style = TextStyle(isEnabled: capabilities.hasColour)
    }

    private static func windowWidth(_ stream: Stream) -> Int? {
        var size = winsize()
        guard ioctl(stream.rawValue, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }
}
