// SPDX-License-Identifier: MIT

import MoondialRules
import NIOCore
import NumberVerification
import NumberVerificationSimulator

extension Target {
    /// The simulator for requests that stay in this process. It accepts the credentials of the target, and of further
    /// applications.
    func makeSimulator(_ settings: SimulatorSettings, further: [Credentials] = []) -> Simulator {
        var configuration = Simulator.Configuration(
            credentials: credentials, seed: settings.seed, providerRules: settings.enforcesProviderRules)
        configuration.furtherCredentials = further
        return Simulator(configuration: configuration)
    }

    /// A client for the target. Opens no connection yet. Without `simulator`, a new one is made.
    ///
    /// - Throws: A failure when the certificates to trust cannot be loaded.
    func makeClient(
        _ settings: Settings, simulator: Simulator? = nil, eventLoop: any EventLoop
    ) throws(Failure) -> VerificationClient {
        try makeClient(
            over: makeTransport(
                simulator ?? makeSimulator(settings.simulator), HTTPConfiguration(), eventLoop: eventLoop),
            credentials, eventLoop: eventLoop)
    }

    /// A client that sends the calls of an application over the transport.
    func makeClient(
        over transport: any Transport, _ credentials: Credentials, eventLoop: any EventLoop
    ) -> VerificationClient {
        VerificationClient(
            transport: transport, host: host, basePath: basePath, credentials: credentials, eventLoop: eventLoop)
    }

    /// A transport to the target. Opens no connection yet.
    ///
    /// - Parameters:
    ///   - simulator: Used when requests stay in this process.
    ///   - configuration: Of HTTP; its `trust` is replaced by that of the target.
    ///   - eventLoop: The loop on which the transport runs.
    /// - Returns: A transport that carries requests to the target.
    /// - Throws: A failure when the certificates to trust cannot be loaded.
    func makeTransport(
        _ simulator: @autoclosure () -> Simulator, _ configuration: HTTPConfiguration, eventLoop: any EventLoop
    ) throws(Failure) -> any Transport {
        switch place {
        case .inProcess: return InProcessTransport(simulator: simulator(), eventLoop: eventLoop)
        case .remote(let url, let trust):
            var configuration = configuration
            configuration.trust = trust
            do throws(TrustError) {
                return try HTTPTransport(
                    destination: url.destination, configuration: configuration, eventLoop: eventLoop)
            } catch {
                throw .configuration(error.message)
            }
        }
    }

    /// The Host header of requests.
    var host: String {
        switch place {
        case .inProcess: "simulator"
        case .remote(let url, _): url.destination.authority
        }
    }

    /// The path of the base URL, which is put before the paths of requests.
    var basePath: String {
        switch place {
        case .inProcess: ""
        case .remote(let url, _): url.basePath
        }
    }
}
