// SPDX-License-Identifier: MIT

/// Which calls of the provider are refused without asking a rule: calls that the provider would refuse, and calls
/// beyond the budget.
package struct CallGuardSettings: Sendable, Hashable {
    /// What happens to a call when the store does not answer.
    package enum OnStoreError: String, Sendable {
        /// The call is not made, and the decision is review.
        case review
        /// The call is made.
        case skip
    }

    /// The provider's own caps. Each holds for one application.
    package struct Caps: Sendable, Hashable {
        /// The least time between two checks of one number. The default is 30 s.
        package var interval = Duration.seconds(30)
        /// Checks of one number in a day. The default is 10.
        package var perNumber: Int64 = 10
        /// Checks in a day. The default is 500,000.
        package var perApplication: Int64 = 500_000
        /// The default is to make the call: the provider counts, too.
        package var onStoreError = OnStoreError.skip

        /// The caps that the provider documents.
        package init() {}
    }

    /// Charged calls in a day. Nil: no ceiling.
    package struct Budget: Sendable, Hashable {
        /// The ceiling for all applications and callers together.
        package var total: Int64?
        package var perApplication: Int64?
        /// The ceiling for each caller that has a name.
        package var perCaller: Int64?
        /// The default is not to make the call.
        package var onStoreError = OnStoreError.review

        /// No ceiling.
        package init() {}
    }

    /// Nil: the caps are not mirrored, which is the default.
    package var caps: Caps?
    /// The default is no ceiling.
    package var budget = Budget()

    /// Everything at its default: nothing is guarded.
    package init() {}

    /// Whether anything is guarded.
    package var isActive: Bool { caps != nil || budget != Budget() }
}

/// A ceiling of the budget and how much of it is used.
package struct BudgetUse: Sendable, Hashable {
    /// Whose calls are counted.
    package enum Scope: Sendable, Hashable {
        case total
        case application(String)
        case caller(String)
    }

    package let scope: Scope
    /// Calls of this day, those in flight included.
    package let used: Int64
    package let ceiling: Int64

    /// Whether this call is the one with which four fifths of the ceiling are reached.
    package var reachesFourFifths: Bool { used == (ceiling * 4 + 4) / 5 }
}
