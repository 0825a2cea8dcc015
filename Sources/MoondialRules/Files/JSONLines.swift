// SPDX-License-Identifier: MIT

package import JSON

/// Files with one JSON value per line.
package enum JSONLines {
    /// Reads each line that is not blank.
    ///
    /// - Parameters:
    ///   - bytes: The content of the file.
    ///   - path: Its name in messages.
    ///   - skip: Called with a message for each line that is not JSON, which is left out then; nil if such a line is an
    ///     error, the default.
    ///   - read: Converts the value of a line; also gets the number of the line, from 1.
    /// - Returns: The results of `read`, in the order of the lines.
    /// - Throws: A diagnostic that names the first line that is not JSON, or that `read` refuses.
    package static func map<Element>(
        _ bytes: [UInt8], of path: String, skip: ((String) -> Void)? = nil,
        _ read: (JSONValue, Int) throws(Diagnostic) -> Element
    ) throws(Diagnostic) -> [Element] {
        var elements: [Element] = []
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() where !line.allSatisfy({ $0 <= 0x20 }) {
            let place = "\(path):\(index + 1)"
            let value: JSONValue
            do throws(JSONValue.ParseError) {
                value = try JSONValue.parse(Array(line))
            } catch {
                let message = "\(place): not JSON: \(error)"
                guard let skip else { throw Diagnostic(.requestInvalid, message) }
                skip(message)
                continue
            }
            do throws(Diagnostic) {
                elements.append(try read(value, index + 1))
            } catch {
                throw Diagnostic(error.code, "\(place): \(error.message)", fix: error.fix)
            }
        }
        return elements
    }
}
