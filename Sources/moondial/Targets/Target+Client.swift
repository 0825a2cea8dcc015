// SPDX-License-Identifier: MIT

import MoondialRules
import NIOCore
import NumberVerification
import NumberVerificationSimulator

extension Target {
    /// Opens no connection yet.
    ///
    /// - Throws: A failure when the certificates to trust cannot be loaded.
    func makeClient(_ settings: Settings, eventLoop: any EventLoop) throws(Failure) -> VerificationClient {
        switch place {
        case .inProcess:
            let simulator = Simulator(
                configuration: Simulator.Configuration(
                    credentials: credentials, seed: settings.simulator.seed,
                    providerRules: settings.simulator.enforcesProviderRules))
            return VerificationClient(
                transport: InProcessTransport(simulator: simulator, eventLoop: eventLoop), host: "simulator",
                credentials: credentials, eventLoop: eventLoop)
        case .remote(let url, let trust):
            var configuration = HTTPConfiguration()
            configuration.trust = trust
            // The run's own time decides, as it does in process.
            configuration.responseTimeout = max(configuration.responseTimeout, settings.run.timeout)
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
