// SPDX-License-Identifier: MIT

import MoondialRules
import MoondialWorkbench
import NIOCore
import NumberVerification
import NumberVerificationSimulator
import Platform

extension Checkup {
    /// Sends one request to a simulator in this process, without rules.
    func askSimulator(on eventLoop: any EventLoop, completion: @escaping (Line) -> Void) {
        let name = "simulator"
        let start = ContinuousClock.now
        do {
            let client = VerificationClient(of: Simulator(), eventLoop: eventLoop)
            let engine = try RuleEngine(
                rules: .none, settings: RuleEngine.Settings(wallClock: WallClock.milliseconds), attempts: client,
                eventLoop: eventLoop)
            let request = RunRequest(try VerificationRequest(phone: "13800138000", token: "doctor"))
            engine.verify(request) { run in
                // The engine is needed until here.
                withExtendedLifetime(engine) {}
                let time = (ContinuousClock.now - start).formattedMilliseconds
                let isMatch = run.result.verdict == .match
                completion(
                    Line(
                        name: name, status: isMatch ? .ok : .fail,
                        message: isMatch
                            ? "a request was answered in \(time)" : "a request was not answered as expected",
                        fix: isMatch ? nil : "this is a bug in moondial; please report it"))
            }
        } catch {
            completion(
                Line(
                    name: name, status: .fail, message: "no request could be made: \(error)",
                    fix: "this is a bug in moondial; please report it"))
        }
    }

    /// Connects to the provider, or to the base URL that is configured, and sends nothing.
    func reachProvider(on eventLoop: any EventLoop, completion: @escaping (Line) -> Void) {
        let url = settings?.target.baseURL ?? .provider
        var configuration = HTTPConfiguration()
        configuration.trust = settings?.target.caFile.map(HTTPConfiguration.Trust.file) ?? .system
        let start = ContinuousClock.now
        let probe: EventLoopFuture<ConnectionProbe.Outcome>
        do throws(TrustError) {
            probe = try ConnectionProbe.run(url.destination, configuration, eventLoop: eventLoop)
        } catch {
            completion(
                Line(name: "provider", status: .fail, message: error.message, fix: "correct the file of --ca-file"))
            return
        }
        probe.assumeIsolated().whenComplete { result in
            switch result {
            case .success(.reached):
                let time = (ContinuousClock.now - start).formattedMilliseconds
                let how = url.destination.scheme == .https ? "name, connection and certificate are right" : "connected"
                completion(Line(name: "provider", status: .ok, message: "\(url): \(how), \(time)", fix: nil))
            case .success(.failed(let kind, let message)):
                completion(
                    Line(
                        name: "provider", status: .fail, message: message,
                        fix: "see 'moondial explain \(kind.rawValue)'"))
            case .failure(let error):
                completion(Line(name: "provider", status: .fail, message: "\(error)", fix: nil))
            }
        }
    }
}

extension Duration {
    /// "3 ms".
    fileprivate var formattedMilliseconds: String {
        let (seconds, attoseconds) = components
        return "\(seconds * 1000 + attoseconds / 1_000_000_000_000_000) ms"
    }
}
