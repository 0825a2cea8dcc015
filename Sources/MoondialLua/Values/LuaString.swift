// SPDX-License-Identifier: MIT

import TextFormats

/// A Lua string: any bytes, with NUL and invalid UTF-8 kept as they are.
package struct LuaString: Hashable, Sendable {
    /// The bytes, unchanged.
    package var bytes: [UInt8]

    package init(_ bytes: some Sequence<UInt8>) {
        self.bytes = Array(bytes)
    }

    /// The text, or nil when the bytes are not UTF-8.
    package var text: String? {
        String(validating: bytes, as: UTF8.self)
    }
}

extension LuaString: ExpressibleByStringLiteral {
    package init(stringLiteral value: String) {
        self.init(value.utf8)
    }
}

extension LuaString: CustomStringConvertible {
    /// Printable text: control characters and bytes that are not UTF-8 appear as `\n`, `\u{1B}` or `\xFF`.
    package var description: String {
        String(escaping: bytes)
    }
}
