// SPDX-License-Identifier: MIT

import Platform

extension String {
    /// Equality of bytes, in linear time. Swift's `==` also holds for canonically equivalent strings, and brings both into
    /// a normal form first, which takes many times longer.
    package func hasSameBytes(as other: String) -> Bool {
        let count = utf8.count
        guard count == other.utf8.count else { return false }
        let result = utf8.withContiguousStorageIfAvailable { bytes in
            other.utf8.withContiguousStorageIfAvailable { otherBytes in
                guard let first = bytes.baseAddress, let second = otherBytes.baseAddress else { return count == 0 }
                return memcmp(first, second, count) == 0
            }
        }
        return (result ?? nil) ?? utf8.elementsEqual(other.utf8)
    }

    /// The order of bytes, in linear time.
    package func precedesInBytes(_ other: String) -> Bool {
        let result = utf8.withContiguousStorageIfAvailable { bytes in
            other.utf8.withContiguousStorageIfAvailable { otherBytes in
                guard let first = bytes.baseAddress, let second = otherBytes.baseAddress else {
                    return bytes.count < otherBytes.count
                }
                let order = memcmp(first, second, min(bytes.count, otherBytes.count))
                return order != 0 ? order < 0 : bytes.count < otherBytes.count
            }
        }
        return (result ?? nil) ?? utf8.lexicographicallyPrecedes(other.utf8)
    }

    /// Feeds the bytes that `hasSameBytes` compares to a hasher.
    package func hashBytes(into hasher: inout Hasher) {
        withBytes { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        hasher.combine(UInt8(0xFF))
    }

    /// Calls `body` with the bytes of the text, which are valid only during the call. `withUTF8` would need a mutable
    /// copy, which retains the storage.
    ///
    /// Inlined into its callers: a generic call would take longer than that copy.
    @inlinable
    @inline(__always)
    package func withBytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) throws -> Result) rethrows -> Result {
        if let result = try utf8.withContiguousStorageIfAvailable(body) { return result }
        var copy = self
        return try copy.withUTF8(body)
    }
}

extension UnsafeRawBufferPointer {
    /// Whether these are the bytes of the text.
    package func hasSameBytes(as text: StaticString) -> Bool {
        guard let base = baseAddress, count == text.utf8CodeUnitCount else { return false }
        return memcmp(base, text.utf8Start, count) == 0
    }
}
