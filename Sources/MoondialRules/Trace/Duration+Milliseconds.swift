// SPDX-License-Identifier: MIT

import JSON
import TextFormats

extension Duration {
    /// Milliseconds as a number with at most three decimals.
    var jsonMilliseconds: JSONValue { .double(Double(wholeMicroseconds) / 1000) }
}
