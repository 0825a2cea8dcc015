// SPDX-License-Identifier: MIT

import Platform
import TextFormats

/// Environment variables. `ByteText` keeps bytes that are not UTF-8. An empty variable counts as not set.
struct Environment {
    let variables: [String: String]

    init(_ variables: [String: String]) {
        self.variables = variables.filter { !$0.value.isEmpty }
    }

    subscript(_ name: String) -> String? { variables[name] }

    /// The names of variables that are set, sorted.
    var names: [String] { variables.keys.sorted() }

    /// The environment of this process.
    static var current: Environment {
        var variables: [String: String] = [:]
        var index = 0
        while let entry = environ[index] {
            let text = ByteText.text(UnsafeRawBufferPointer(start: entry, count: strlen(entry)))
            if let equals = text.firstIndex(of: "=") {
                variables[String(text[..<equals])] = String(text[text.index(after: equals)...])
            }
            index += 1
        }
        return Environment(variables)
    }
}
