// SPDX-License-Identifier: MIT

import MoondialRules
import NIOCore
import NumberVerification
import NumberVerificationSimulator

extension Target {
    /// The simulator for requests that stay in this process.
    func makeSimulator(_ settings: SimulatorSettings) -> Simulator {
        Simulator(
            configuration: Simulator.Configuration(
                credentials: credentials, seed: settings.seed, providerRules: settings.enforcesProviderRules))
    }

    /// Opens no connection yet. The default simulator is a new one.
    ///
    /// - Throws: A failure when the certificates to trust cannot be loaded.
    func makeClient(
        _ settings: Settings, simulator: Simulator? = nil, eventLoop: any EventLoop
    ) throws(Failure) -> VerificationClient {
        switch place {
        case .inProcess:
            let simulator = simulator ?? makeSimulator(settings.simulator)
            return VerificationClient(
                transport: InProcessTransport(simulator: simulator, eventLoop: eventLoop), host: "simulator",
                credentials: credentials, eventLoop: eventLoop)
        case .remote(let url, let trust):
            var configuration = HTTPConfiguration()
            configuration.trust = trust
            do throws(TrustError) {
                let transport = try HTTPTransport(
                    destination: url.destination, configuration: configuration, eventLoop: eventLoop)
                return VerificationClient(
                    transport: transport, host: url.destination.authority, basePath: url.basePath,
                    credentials: credentials, eventLoop: eventLoop)
            } catch {
                throw .configuration(error.message)
            }
        }
    }
}
