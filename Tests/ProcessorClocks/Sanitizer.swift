// SPDX-License-Identifier: MIT

import Platform

/// The sanitizer with which the tests were built.
package enum Sanitizer {
    /// Whether the tests were built with AddressSanitizer or ThreadSanitizer.
    package static let isOn = holds("__asan_init") || isOfThreads

    /// Whether the tests were built with ThreadSanitizer: functions of the C library that work for Lua are not stopped then.
    package static let isOfThreads = holds("__tsan_init")

    private static func holds(_ function: String) -> Bool { dlsym(dlopen(nil, RTLD_NOW), function) != nil }

    /// The factor for time limits, since a sanitizer makes each memory access slower.
    package static let slowdown = isOn ? 20 : 1
}
