// SPDX-License-Identifier: MIT

import NumberVerification

extension Simulator {
    /// Settings that can be changed while the simulator works. Directives in a token take precedence.
    package struct Behaviour: Sendable, Hashable {
        /// The code of every reply. Nil, the default, means the code that the phone asks for.
        package var code: Int64?
        /// How much later replies come. The default is zero.
        package var delay = Duration.zero
        /// How far the clock is ahead. The default is zero.
        package var clockOffset = Duration.zero
    }

    /// One line of `simulate --list`.
    package struct MagicRow: Sendable, Hashable {
        /// The raw value is the heading.
        package enum Section: String, Sendable, CaseIterable {
            case token = "By token"
            case phone = "By phone"
            case request = "By request"
            case providerRules = "With --provider-rules"

            /// A remark about all rows of the section, or nil.
            package var note: String? {
                switch self {
                case .token: "Directives can be combined: sim:code=9002,delay=250ms"
                case .phone: "A code in the token goes before one in the phone."
                case .request: "The provider documents the codes; the HTTP statuses are the simulator's choice."
                case .providerRules: nil
                }
            }
        }

        /// The section that the row belongs to.
        package let section: Section
        /// What is sent: a literal token or phone, or a description.
        package let given: String
        /// What happens then.
        package let outcome: String
    }

    /// All rows, by section, in the order in which they are printed.
    package static let magicTable: [MagicRow] =
        rows(.token, tokenRows) + rows(.phone, phoneRows) + rows(.request, requestRows)
        + rows(.providerRules, providerRuleRows)

    private static func rows(_ section: MagicRow.Section, _ rows: [(String, String)]) -> [MagicRow] {
        rows.map { MagicRow(section: section, given: $0, outcome: $1) }
    }

    private static let tokenRows = [
        ("any other token", "9000: it attests the phone it comes with"),
        ("sim:code=9002", "this code (0 to 9999), whatever the phone"),
        ("sim:phone=13800138000", "9000 for this phone, 9001 for any other"),
        ("sim:endpoint=mobile", "9020 on the h5 endpoint"),
        ("sim:endpoint=h5", "9020 on the mobile endpoint"),
        ("sim:delay=250ms", "the reply comes this much later; ms, s or m"),
        ("sim:drip=1s", "the bytes of the reply come one by one, spread over this time"),
        ("sim:http=502", "this HTTP status (200 to 599) on the same body"),
        ("sim:body=html", "a web page instead of JSON, as proxies send; goes with http="),
        ("sim:body=empty", "a reply without a body"),
        ("sim:body=truncated", "the first half of the JSON, with a Content-Length that fits it"),
        ("sim:body=error-object", "{\"error\":{\"code\":9099,...}}; the code is that of code= if given"),
        ("sim:body=huge", "content of 128 KiB, twice what the client accepts"),
        ("sim:reset=before", "connection reset, the request not processed"),
        ("sim:reset=after", "the request processed, then connection reset without a reply"),
        ("sim:id=missing", "no id"),
        ("sim:id=null", "id null"),
        ("sim:id=empty", "id \"\""),
        ("sim:id=117270465679982593", "this id; any 64-bit integer, this one is no double"),
        ("sim:exid=missing", "no exID"),
        ("sim:exid=null", "exID null"),
        ("sim:exid=empty", "exID \"\""),
        ("sim:exid=other", "the exID of another request"),
        ("sim:dleay=1s", "9012, the content says which directive is wrong"),
    ]

    private static let phoneRows =
        ResponseCode.table.filter { $0.code.isOfVerify }.map { entry in
            ("1380000\(entry.code)", "\(entry.code) \(entry.content); any phone that ends in \(entry.code)")
        } + [
            ("+8613800138000", "9012; anything but 11 digits, which may be a JSON number or string")
        ]

    private static let requestRows = [
        ("no Authorization", "HTTP 401, 9010"),
        ("wrong app key or master secret", "HTTP 401, 9011"),
        ("token, phone or exID missing or of a wrong type", "HTTP 400, 9012"),
        ("a method other than POST", "HTTP 405, 9013"),
        ("a Content-Type other than application/json", "HTTP 415, 9015"),
        ("a path other than those of the two endpoints", "HTTP 404"),
    ]

    private static let providerRuleRows = [
        ("a token for the second time", "9003"),
        ("STsid0000001542695429579Ob28vB7b0cYTI9w0GGZrv8ujUu05qZvw", "9003: issued in 2018, says its timestamp (ms)"),
        ("sim:age=70s", "9003: older than the 60 s that a token lives by default"),
        ("sim:age=70s,operator=CM", "9000: CM tokens live 120 s, CU 600 s, CT 60 s"),
        ("a phone again within 30 s", "9005; the token stays unspent"),
        ("a phone for the 11th time on one day (UTC+8)", "9006; the token stays unspent"),
    ]
}
