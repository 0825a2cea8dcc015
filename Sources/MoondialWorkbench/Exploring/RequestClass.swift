// SPDX-License-Identifier: MIT

package import MoondialRules
import NumberVerification

/// A kind of request to explore, told from others by its features.
package struct RequestClass: Sendable {
    /// What a request can differ in, in the order in which conditions name it.
    package enum Feature: String, Sendable, CaseIterable {
        case line, time, phone, channel
        case carrier = "operator"
        case tokenAge = "token_age_ms"
    }

    package let request: RunRequest
    /// The value of each feature as it is shown, nil where the request does not have it.
    package let values: [Feature: String]

    /// The token of all requests that nobody has given. It is no token of a carrier.
    package static let token = "explored-token"

    /// Phones that nobody has given: an ordinary number, one of a virtual operator, one of another country.
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

    /// One request of the caller, known by its line.
    package init(_ request: RunRequest, line: Int) {
        self.request = request
        values = [.line: String(line)]
    }
}
