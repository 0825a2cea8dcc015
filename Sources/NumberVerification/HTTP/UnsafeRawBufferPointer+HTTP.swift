// SPDX-License-Identifier: MIT

extension UnsafeRawBufferPointer {
    /// Compares with lower-case ASCII, ignoring the case of this one.
    func matches(_ text: StaticString) -> Bool {
        guard count == text.utf8CodeUnitCount else { return false }
        for index in indices where self[index].lowercased != text.utf8Start[index] { return false }
        return true
    }

    /// Without spaces and tabs at both ends.
    var trimmed: UnsafeRawBufferPointer {
        var start = startIndex
        var end = endIndex
        while start < end, self[start].isBlank { start += 1 }
        while start < end, self[end - 1].isBlank { end -= 1 }
        return UnsafeRawBufferPointer(rebasing: self[start..<end])
    }

    /// The value of one or more decimal digits and nothing else, when it fits.
    var decimal: Int? {
        guard !isEmpty else { return nil }
        var result = 0
        for byte in self {
            guard byte.isDigit else { return nil }
            let (product, hasOverflow) = result.multipliedReportingOverflow(by: 10)
            let (sum, hasOverflowToo) = product.addingReportingOverflow(Int(byte - .zero))
            guard !hasOverflow, !hasOverflowToo else { return nil }
            result = sum
        }
        return result
    }
}
