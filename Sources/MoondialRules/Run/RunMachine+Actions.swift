// SPDX-License-Identifier: MIT

package import NumberVerification

extension RunMachine {
    /// What the driver has to do next.
    package enum Action: Sendable {
        /// Call the hook and report with ``RunMachine/hookAnswered(_:now:)``.
        case callHook(HookCall)
        /// Ask whether the token may be sent to the endpoint, which may take time, and report with
        /// ``RunMachine/tokenReserved(_:now:)``. Only a machine that reserves tokens gives this action.
        case reserveToken(Endpoint)
        /// Send the request to the endpoint, with the machine's deadline, and report with
        /// ``RunMachine/attemptFinished(_:now:)``.
        case attempt(Endpoint)
        /// The run is over.
        case finish(RunResult)
        /// The event came after the end of the run: drop it.
        case nothing
    }

    /// One call of one hook.
    package struct HookCall: Sendable {
        /// The index of the rule in the outline.
        package let rule: Int
        package let hook: Hook
        /// What the hook gets after the request.
        package let input: HookInput
    }

    /// What a hook gets after the request.
    package enum HookInput: Sendable {
        /// `pre_check` and `route`: nothing.
        case nothing
        /// `fallback`: the last attempt of the run itself. Its verdict is unknown.
        case attempt(Attempt)
        /// `map_result`: the last attempt, or why there was none.
        case evidence(Evidence)
        /// `on_decision`: the result of the run if no later hook fails.
        case result(RunResult)
    }

    /// What happens to a line that a hook logs.
    package enum LogReception: Sendable, Hashable {
        /// The line is in the trace.
        case kept
        /// The line is over the limits of the run. `isFirst`: no line was dropped before.
        case dropped(isFirst: Bool)
    }

    /// The answer to a hook that wants to make a raw attempt.
    package enum RawPermission: Sendable, Hashable {
        /// Send it, then report with ``RunMachine/rawAttemptFinished(_:_:now:)`` and this number.
        case granted(number: Int)
        /// Send nothing. If a hook is running, the refusal is in the trace.
        case refused(Guard)
    }
}
