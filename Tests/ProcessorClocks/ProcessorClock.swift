// SPDX-License-Identifier: MIT

import Foundation
import Platform

/// The processor time of one thread. Other threads may read it. It does not advance while the thread has no processor,
/// so that tests which measure it do not depend on the load of the machine.
package struct ProcessorClock: Sendable {
    #if canImport(Darwin)
        private let thread: mach_port_t

        /// The clock of the thread that calls.
        package init() { thread = pthread_mach_thread_np(pthread_self()) }

        /// What the thread has used. The thread must not have ended.
        package var now: Duration {
            var info = thread_basic_info()
            var count = mach_msg_type_number_t(MemoryLayout<thread_basic_info>.size / MemoryLayout<natural_t>.size)
            let result = withUnsafeMutablePointer(to: &info) { info in
                info.withMemoryRebound(to: integer_t.self, capacity: Int(count)) {
                    thread_info(thread, thread_flavor_t(THREAD_BASIC_INFO), $0, &count)
                }
            }
            precondition(result == KERN_SUCCESS, "the thread has ended")
            return .seconds(Int(info.user_time.seconds + info.system_time.seconds))
                + .microseconds(Int(info.user_time.microseconds + info.system_time.microseconds))
        }
    #else
        private let clock: clockid_t

        /// The clock of the thread that calls.
        package init() {
            var clock = clockid_t()
            precondition(pthread_getcpuclockid(pthread_self(), &clock) == 0, "a thread has a clock")
            self.clock = clock
        }

        /// What the thread has used. The thread must not have ended.
        package var now: Duration {
            var time = timespec()
            precondition(clock_gettime(clock, &time) == 0, "the thread has ended")
            return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
        }
    #endif

    /// Waits, in another thread, until the thread has used this much more time. Checks every millisecond.
    package func wait(for time: Duration) {
        let end = now + time
        while now < end { Thread.sleep(forTimeInterval: 0.001) }
    }
}
