// SPDX-License-Identifier: MIT

import Platform

/// Bytes that need no escape in a string of JSON: ASCII without control characters, quotation marks and backslashes.
/// Eight of them are examined at a time.
package enum PlainBytes {
    /// Whether a byte is plain.
    @inline(__always)
    package static func contains(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte < 0x7F && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
    }

    /// How many of eight bytes, in the order of memory, come before the first that is not plain.
    @inline(__always)
    package static func count(in word: UInt64) -> Int {
        marks(of: UInt64(littleEndian: word)).trailingZeroBitCount / 8
    }

    /// Whether all bytes are plain.
    package static func areAll(_ bytes: UnsafeRawPointer, _ count: Int) -> Bool {
        var place = 0
        while place + 8 <= count {
            if marks(of: bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self)) != 0 { return false }
            place += 8
        }
        if place == count { return true }
        if count >= 8 {  // The last eight bytes, of which some have been examined already.
            return marks(of: bytes.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self)) == 0
        }
        var rest: UInt64 = 0x2020_2020_2020_2020
        memcpy(&rest, bytes + place, count - place)
        return marks(of: rest) == 0
    }

    /// Not zero if one of eight bytes is not plain. The lowest marked byte is not plain; bytes above it may be marked wrongly.
    @inline(__always)
    private static func marks(of word: UInt64) -> UInt64 {
        let (low, high) = (0x0101_0101_0101_0101 as UInt64, 0x8080_8080_8080_8080 as UInt64)
        let quotes = word ^ (low &* UInt64(UInt8(ascii: "\"")))
        let backslashes = word ^ (low &* UInt64(UInt8(ascii: "\\")))
        let deletions = word ^ (low &* 0x7F)
        // The highest bit of a byte that is too small, or zero.
        let small = (word &- low &* 0x20) & ~word
        let zeros = (quotes &- low) & ~quotes | (backslashes &- low) & ~backslashes | (deletions &- low) & ~deletions
        return (word | small | zeros) & high
    }
}
