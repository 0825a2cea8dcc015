// SPDX-License-Identifier: MIT

package import MoondialRules
import NumberVerification

/// A kind of request to explore, with the features in which it differs from others.
package struct RequestClass: Sendable {
    /// A property in which paths can differ, apart from outcomes: of the request, the time, or an answer of the store.
    package struct Feature: Sendable, Hashable, Comparable {
        /// The feature's name in conditions.
        package let name: String
        private let rank: Int

        package static let line = Feature(name: "line", rank: 0)
        package static let time = Feature(name: "time", rank: 1)
        package static let phone = Feature(name: "phone", rank: 2)
        package static let channel = Feature(name: "channel", rank: 3)
        package static let carrier = Feature(name: "operator", rank: 4)
        package static let tokenAge = Feature(name: "token_age_ms", rank: 5)

        /// A call of the store.
        package static func store(_ call: String) -> Feature { Feature(name: call, rank: 6) }

        /// The value that is shown for paths without this feature.
        var missing: String { rank == 6 ? "not asked" : "none" }

        /// In the order in which conditions name them.
        package static func < (left: Feature, right: Feature) -> Bool {
            (left.rank, left.name) < (right.rank, right.name)
        }
    }

    package let request: RunRequest
    /// The value of each feature as it is shown, nil where the request does not have it.
    package let values: [Feature: String]

    /// The token of built-in requests. It is no token of a carrier.
    package static let token = "explored-token"

    /// The phones of built-in requests: an ordinary number, one of a virtual operator, one of another country.
    package static let phones = ["13800138000", "17000000000", "+442079460018"]

    /// Every channel, operator and age of a token, given or not, for a few phones.
    package static let builtIn: [RequestClass] = {
        var classes: [RequestClass] = []
        for phone in phones {
            for channel in [nil] + Channel.allCases.map(Optional.some) {
                for carrier in [nil] + RunRequest.Carrier.allCases.map(Optional.some) {
                    for age: Int64? in [nil, 5000, 300_000] {
                        guard let verification = try? VerificationRequest(phone: phone, token: token) else { continue }
                        var request = RunRequest(verification)
                        request.channel = channel
                        request.carrier = carrier
                        request.tokenAge = age
                        classes.append(RequestClass(request))
                    }
                }
            }
        }
        return classes
    }()

    private init(_ request: RunRequest) {
        self.request = request
        var values: [Feature: String] = [.phone: request.verification.phone.submitted]
        values[.channel] = request.channel?.rawValue
        values[.carrier] = request.carrier?.rawValue
        values[.tokenAge] = request.tokenAge.map(String.init)
        self.values = values
    }

    /// One request of the caller, identified by its line.
    package init(_ request: RunRequest, line: Int) {
        self.request = request
        values = [.line: String(line)]
    }
}
