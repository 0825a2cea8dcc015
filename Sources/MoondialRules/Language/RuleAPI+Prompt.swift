// SPDX-License-Identifier: MIT

import MoondialLua

extension RuleAPI {
    /// The host functions behind the part of the prelude that a prompt needs, `show` and `moondial.spawn`.
    var promptFunctions: [HostFunction] {
        [
            HostFunction("host.set_evaluator", .takesFunctions) { [weak self] call in
                if case .function(let function) = call.arguments.nextOrNil() { self?.evaluator = function }
                return .returned
            },
            HostFunction("host.show", .views) { Self.keepShown(&$0) },
            HostFunction("host.show_whole", .wholeViews) { Self.keepShown(&$0) },
            HostFunction("host.show_values", [.views, .waitsIfPossible]) { [weak self] call in
                if Self.isInHook(call) { return .raised("show cannot be called in a hook; use moondial.log") }
                guard let self, let show = engine?.scripts?.onShow else {
                    return .raised("show works in scripts and at the prompt only")
                }
                var views: [LuaView] = []
                while let view = call.arguments.nextView() { views.append(view) }
                return output(from: call) { show(views) }
            },
            HostFunction("host.note_cost") { call in
                Self.coroutine(of: call)?.evaluation?.noteCost()
                return .returned
            },
            // The arguments: the function of the script, and a function that calls it with its arguments and shows the
            // results.
            HostFunction("host.spawn", .takesFunctions) { [weak self] call in
                let (given, function) = (call.arguments.nextOrNil(), call.arguments.nextOrNil())
                if Self.isInHook(call) { return .raised("moondial.spawn cannot be called in a hook") }
                guard let scripts = self?.engine?.scripts, scripts.onBackgroundEnd != nil else {
                    return .raised("moondial.spawn works at the prompt only; use moondial.all in a script")
                }
                guard case .function = given, case .function(let function) = function else {
                    return .raised("bad argument #1 to 'moondial.spawn' (function expected, got \(given.typeName))")
                }
                call.results.write(Int64(scripts.spawn(function)))
                return .returned
            },
        ]
    }

    private static func keepShown(_ call: inout HostCall) -> HostAnswer {
        guard let coroutine = coroutine(of: call) else { return .returned }
        coroutine.shown = []
        while let view = call.arguments.nextView() { coroutine.shown.append(view) }
        return .returned
    }
}
