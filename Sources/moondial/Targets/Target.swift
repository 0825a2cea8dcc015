// SPDX-License-Identifier: MIT

import MoondialRules
import NumberVerification

/// Where requests go.
struct Target {
    enum Place {
        /// The simulator in this process.
        case inProcess
        case remote(BaseURL, HTTPConfiguration.Trust)
    }

    let place: Place
    /// Whether requests reach the provider, directly or through a proxy: they cost money and spend tokens.
    let isLive: Bool
    let credentials: Credentials
    private let usesExampleCredentials: Bool

    /// Chooses the target by the settings. Refuses settings that would expose secrets or reach the provider by mistake.
    /// `configured` reads the configured credentials, and is called only when they are needed. With
    /// `simulatorTakesConfigured`, the simulator in this process accepts the configured credentials, too.
    init(
        _ settings: TargetSettings, simulatorTakesConfigured: Bool = false,
        configured: () throws(Failure) -> Credentials?
    ) throws(Failure) {
        isLive = settings.isLive
        let url = settings.baseURL ?? (settings.isLive ? .provider : nil)
        guard let url else {
            place = .inProcess
            let own = simulatorTakesConfigured ? try configured() : nil
            credentials = own ?? .documentedExample
            usesExampleCredentials = own == nil
            return
        }
        if !settings.isLive, url.isProvider {
            throw .usage(
                "\(url.destination.host) is the provider, where every match and mismatch is charged",
                fix: "add --live if that is meant, or name a simulator")
        }
        let configured = try configured()
        if settings.isLive, configured == nil { throw Credentials.missingForLive }
        credentials = configured ?? .documentedExample
        usesExampleCredentials = configured == nil
        place = .remote(url, try Self.trust(settings, url, sendsSecret: configured != nil))
    }

    private static func trust(
        _ settings: TargetSettings, _ url: BaseURL, sendsSecret: Bool
    ) throws(Failure) -> HTTPConfiguration.Trust {
        if settings.isLive, settings.isInsecure, !settings.isInsecureMeant {
            throw .usage(
                "--insecure with --live would let anyone on the way read the master secret and forge a match",
                fix: "name the authority with --ca-file, or add --yes-insecure if that is meant")
        }
        let isReadable = url.destination.scheme == .http && !url.isLoopback
        if sendsSecret, isReadable, !settings.isInsecureMeant {
            throw .usage(
                "the master secret would travel to \(url) unencrypted",
                fix: "use https, or add --yes-insecure if that is meant")
        }
        if settings.isInsecure { return .insecure }
        return settings.caFile.map(HTTPConfiguration.Trust.file) ?? .system
    }

    /// Whether requests stay on this machine, so that phones and tokens may be given as arguments.
    var isLocalSimulator: Bool {
        switch place {
        case .inProcess: true
        case .remote(let url, _): !isLive && url.isLoopback
        }
    }

    /// The name in JSON: "simulator", or the base URL.
    var name: String {
        switch place {
        case .inProcess: "simulator"
        case .remote(let url, _): url.description
        }
    }

    /// The name in prompts: "sim", or the host with its port.
    var promptName: String {
        switch place {
        case .inProcess: "sim"
        case .remote(let url, _): url.destination.authority
        }
    }

    /// The name in text for people.
    var title: String {
        switch place {
        case .inProcess: "simulator in this process"
        case .remote(let url, _) where isLive: "\(url) (live)"
        case .remote(let url, _) where usesExampleCredentials: "\(url) (with the documented example credentials)"
        case .remote(let url, _): url.description
        }
    }

    /// A warning that is printed at each start, or nil.
    var warning: String? {
        guard case .remote(_, .insecure) = place else { return nil }
        return
            "--insecure: certificates are not checked; anyone on the way can read the master secret and forge a match"
    }
}

extension BaseURL {
    /// Whether the host is the provider's.
    fileprivate var isProvider: Bool {
        let host = destination.host
        return (host.hasSuffix(".") ? String(host.dropLast()) : host) == BaseURL.provider.destination.host
    }
}
