// SPDX-License-Identifier: MIT

import Platform

/// Reports the state of the service to the service manager, by the protocol of sd_notify(3). Without a service manager,
/// nothing is sent.
package struct ServiceNotifier: Sendable {
    private let path: String?

    /// `path` is the value of `NOTIFY_SOCKET`: a path, or a name in the abstract namespace that begins with `@`.
    package init(path: String?) { self.path = path }

    /// Sends lines such as `READY=1`. Errors are ignored: the service manager may have ended.
    package func send(_ lines: String...) {
        #if !canImport(Darwin)
            guard let path, path.hasPrefix("/") || path.hasPrefix("@") else { return }
            let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
            guard descriptor >= 0 else { return }
            defer { close(descriptor) }
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            var name = Array(path.utf8)
            guard name.count < MemoryLayout.size(ofValue: address.sun_path) else { return }
            if path.hasPrefix("@") { name[0] = 0 }
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
            let length = socklen_t(MemoryLayout<sa_family_t>.size + name.count + (path.hasPrefix("@") ? 0 : 1))
            let text = Array(lines.joined(separator: "\n").utf8)
            withUnsafeBytes(of: &address) { bytes in
                guard let start = bytes.bindMemory(to: sockaddr.self).baseAddress else { return }
                _ = sendto(descriptor, text, text.count, Int32(MSG_NOSIGNAL), start, length)
            }
        #endif
    }
}
