// SPDX-License-Identifier: MIT

/// Says whether an output has room for more, so that scripts print no faster than the output is read. Used on the event loop of
/// an engine.
package protocol OutputRoom: AnyObject {
    /// Whether more can be printed now.
    var hasRoom: Bool { get }

    /// Calls `body` on the event loop once there is room, or once nothing is taken any more, after this call has returned.
    func whenRoom(_ body: @escaping () -> Void)

    /// A hook has printed a line that there is no room for. It is left out, since the time of a hook is limited.
    func noteOmission()
}
