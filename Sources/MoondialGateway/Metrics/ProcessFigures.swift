// SPDX-License-Identifier: MIT

import Platform

extension PrometheusRegistry {
    /// Adds the figures of this process that every Prometheus client has, under the usual names:
    /// <https://prometheus.io/docs/instrumenting/writing_clientlibs/#process-metrics>. They are read when a scraper asks.
    /// On other systems than Linux, this method does nothing.
    package func observeProcess() {
        #if os(Linux)
            func add(
                _ name: String, _ kind: MetricDeclaration.Kind, help: String, _ read: @escaping @Sendable () -> Double?
            ) {
                declare(name, kind, help: help, seriesLimit: 1)
                observe(name, read)
            }
            add(
                "process_cpu_seconds_total", .counter, help: "CPU time of the process in user and system mode.",
                ProcessFigures.cpuSeconds)
            add(
                "process_resident_memory_bytes", .gauge, help: "Resident memory of the process.",
                ProcessFigures.residentBytes)
            add(
                "process_virtual_memory_bytes", .gauge, help: "Virtual memory of the process.",
                ProcessFigures.virtualBytes)
            add("process_open_fds", .gauge, help: "Open file descriptors.", ProcessFigures.openDescriptors)
            add("process_max_fds", .gauge, help: "Limit of open file descriptors.", ProcessFigures.maxDescriptors)
            let start = ProcessFigures.startTime()
            add("process_start_time_seconds", .gauge, help: "Start of the process in Unix time.") { start }
        #endif
    }
}

#if os(Linux)
    /// Figures of this process that Linux reports in `/proc`. Nil when `/proc` is not mounted.
    enum ProcessFigures {
        /// A field of `/proc/self/stat` by its number in proc_pid_stat(5), where the first is 1.
        private enum StatField: Int, CaseIterable {
            case userTicks = 14
            case systemTicks = 15
            case startTicks = 22
            case virtualBytes = 23
            case residentPages = 24
        }

        static func cpuSeconds() -> Double? {
            let fields = statFields()
            guard let user = fields[.userTicks], let system = fields[.systemTicks] else { return nil }
            return (user + system) / ticksPerSecond
        }

        static func virtualBytes() -> Double? { statFields()[.virtualBytes] }

        static func residentBytes() -> Double? {
            statFields()[.residentPages].map { $0 * Double(sysconf(Int32(_SC_PAGESIZE))) }
        }

        /// Seconds since 1970. The system counts from its own start; `/proc/stat` has the time of that.
        static func startTime() -> Double? {
            guard let ticks = statFields()[.startTicks], let boot = words(of: "/proc/stat", after: "btime").first,
                let seconds = Double(boot)
            else { return nil }
            return seconds + ticks / ticksPerSecond
        }

        /// Linux 6.2 and later report the number as the size of the folder. On older releases the entries are counted,
        /// which takes longer.
        static func openDescriptors() -> Double? {
            var status = stat()
            if stat("/proc/self/fd", &status) == 0, status.st_size > 0 { return Double(status.st_size) }
            guard let folder = opendir("/proc/self/fd") else { return nil }
            defer { closedir(folder) }
            // The entries ".", ".." and the descriptor of the folder itself are not counted.
            var count = -3
            while readdir(folder) != nil { count += 1 }
            return Double(count)
        }

        /// The soft limit, which the process may raise; infinite without a limit.
        static func maxDescriptors() -> Double? {
            guard let limit = words(of: "/proc/self/limits", after: "Max open files").first else { return nil }
            return limit == "unlimited" ? .infinity : Double(limit)
        }

        private static var ticksPerSecond: Double { Double(sysconf(Int32(_SC_CLK_TCK))) }

        private static func statFields() -> [StatField: Double] {
            let text = text(of: "/proc/self/stat")
            // The second field is the name of the program in parentheses, which may hold spaces and parentheses.
            guard let end = text.lastIndex(of: ")") else { return [:] }
            let fields = text[text.index(after: end)...].split(separator: " ")
            var numbers: [StatField: Double] = [:]
            for field in StatField.allCases where fields.indices.contains(field.rawValue - 3) {
                numbers[field] = Double(fields[field.rawValue - 3])
            }
            return numbers
        }

        /// The words after `beginning` in the line that begins with it.
        private static func words(of path: String, after beginning: String) -> [Substring] {
            for line in text(of: path).split(separator: "\n") where line.hasPrefix(beginning + " ") {
                return line.dropFirst(beginning.count).split(separator: " ")
            }
            return []
        }

        /// A file of `/proc`, or an empty text when it cannot be read.
        private static func text(of path: String) -> String {
            let descriptor = open(path, O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else { return "" }
            defer { close(descriptor) }
            var bytes: [UInt8] = []
            var part = [UInt8](repeating: 0, count: 4096)
            while true {
                let count = read(descriptor, &part, part.count)
                if count <= 0 { return String(decoding: bytes, as: UTF8.self) }
                bytes += part[..<count]
            }
        }
    }
#endif
