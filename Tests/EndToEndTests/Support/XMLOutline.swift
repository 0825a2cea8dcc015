// SPDX-License-Identifier: MIT

import Foundation

#if canImport(FoundationXML)
    import FoundationXML
#endif

/// The elements of an XML document, in order, as Foundation's parser reads them.
struct XMLOutline {
    struct Element {
        let name: String
        /// With entities replaced.
        let attributes: [String: String]
        /// The text in it, without that of the elements in it.
        var text = ""
    }

    private(set) var elements: [Element] = []

    var names: [String] { elements.map(\.name) }

    func elements(named name: String) -> [Element] { elements.filter { $0.name == name } }

    /// - Throws: When the document is not well formed.
    init(_ text: String) throws {
        let reader = Reader()
        let parser = XMLParser(data: Data(text.utf8))
        parser.delegate = reader
        guard parser.parse() else { throw parser.parserError ?? CocoaError(.fileReadCorruptFile) }
        elements = reader.elements
    }

    private final class Reader: NSObject, XMLParserDelegate {
        var elements: [Element] = []
        private var open: [Int] = []

        func parser(
            _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
            attributes: [String: String]
        ) {
            open.append(elements.count)
            elements.append(Element(name: name, attributes: attributes))
        }

        func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
            open.removeLast()
        }

        func parser(_ parser: XMLParser, foundCharacters text: String) {
            if let last = open.last { elements[last].text += text }
        }
    }
}
