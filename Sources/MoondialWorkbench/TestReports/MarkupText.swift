// SPDX-License-Identifier: MIT

extension String {
    /// Text escaped for an element or attribute of XML and HTML. Characters that these do not allow become U+FFFD.
    init(escapingMarkup text: some StringProtocol) {
        self.init()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": self += "&amp;"
            case "<": self += "&lt;"
            case ">": self += "&gt;"
            case "\"": self += "&quot;"
            case "\n": self += "&#10;"
            case "\t": self += "&#9;"
            case _ where scalar.value < 0x20 || scalar.value == 0xFFFE || scalar.value == 0xFFFF: self += "\u{FFFD}"
            default: unicodeScalars.append(scalar)
            }
        }
    }
}
