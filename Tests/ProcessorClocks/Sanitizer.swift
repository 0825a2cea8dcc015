// SPDX-License-Identifier: MIT

import Platform

/// What the tests were built with to find faults of memory and threads.
package enum Sanitizer {
    /// Whether it is the one of addresses or the one of threads.
    package static let isOn = ["__asan_init", "__tsan_init"].contains { (function: String) in
        dlsym(dlopen(nil, RTLD_NOW), function) != nil
    }

    /// How many times as long anything may take: a sanitizer makes each access of memory slower.
    package static let slowdown = isOn ? 20 : 1
}
