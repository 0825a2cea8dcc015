// SPDX-License-Identifier: MIT

// The C library and swift-system, under one name on all platforms: importing this module imports both.

@_exported public import SystemPackage

#if canImport(Darwin)
    @_exported @preconcurrency public import Darwin
#elseif canImport(Musl)
    @_exported @preconcurrency public import Musl
#else
    @_exported @preconcurrency public import Glibc
#endif

extension Errno {
    /// Why the last call of the C library on this thread has failed. Its description is that of the system: "No such file or
    /// directory".
    package static var last: Errno { Errno(rawValue: errno) }
}
