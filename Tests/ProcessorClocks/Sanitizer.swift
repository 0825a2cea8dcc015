// SPDX-License-Identifier: MIT

import Platform

/// The sanitizer with which the tests were built.
package enum Sanitizer {
    /// Whether the tests were built with AddressSanitizer or ThreadSanitizer.
    package static let isOn = ["__asan_init", "__tsan_init"].contains { (function: String) in
        dlsym(dlopen(nil, RTLD_NOW), function) != nil
    }

    /// The factor for time limits, since a sanitizer makes each memory access slower.
    package static let slowdown = isOn ? 20 : 1
}
