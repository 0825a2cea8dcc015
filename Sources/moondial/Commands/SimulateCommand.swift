// SPDX-License-Identifier: MIT

import ArgumentParser
import MoondialRules
import NIOCore
import NIOPosix
import NumberVerification
import NumberVerificationSimulator

struct SimulateCommand: MoondialCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Serve the simulator of the provider over HTTP or TLS.",
        discussion: """
            The first line on standard output says where it listens: listening on http://127.0.0.1:PORT. It accepts \
            the credentials that are configured, else those of the provider's documentation. Stop it with Ctrl-C or \
            SIGTERM, upon which it exits with status 0.
            """)

    @Option(help: "The address to listen on.")
    var host = "127.0.0.1"

    @Option(help: "The port to listen on; 0 for a free one.")
    var port: UInt16 = 0

    @Option(help: .tlsCertificate, completion: .file())
    var tlsCert: String?

    @Option(help: .tlsKey, completion: .file())
    var tlsKey: String?

    @OptionGroup(title: "Simulator")
    var simulator: SimulatorOptions

    @Option(help: .configurationFile, completion: .file())
    var config: String?

    @Flag(help: "Print what to send to see what, and exit.")
    var list = false

    func perform(_ shell: Shell) throws -> ExitStatus {
        if list {
            shell.output.write(MagicTableText.text)
            return .done
        }
        let tls = try tlsFiles()
        let sources = try SettingSources(flags: simulator.flags, config: config, shell: shell)
        let settings = try SimulatorSettings(sources)
        let simulator = Simulator(
            configuration: Simulator.Configuration(
                credentials: try Credentials(sources, warn: shell.errors.warn) ?? .documentedExample,
                seed: settings.seed,
                providerRules: settings.enforcesProviderRules))
        serve(simulator, tls, shell)
    }

    private func tlsFiles() throws(Failure) -> TLSFiles? {
        switch (tlsCert, tlsKey) {
        case (nil, nil): return nil
        case (let certificate?, let key?): return TLSFiles(certificateChain: certificate, privateKey: key)
        default: throw .usage("--tls-cert and --tls-key go together", fix: "give both, or neither for plain HTTP")
        }
    }

    private func serve(_ simulator: Simulator, _ tls: TLSFiles?, _ shell: Shell) -> Never {
        MultiThreadedEventLoopGroup.withCurrentThreadAsEventLoop { [host, port] eventLoop in
            Interrupts.watch(on: eventLoop) { _ in shell.end(.done) }
            let server = eventLoop.makeFutureWithTask {
                try await SimulatorServer.start(
                    simulator: simulator, host: host, port: Int(port), tls: tls, group: eventLoop)
            }
            server.assumeIsolated().whenComplete { result in
                switch result {
                case .success(let server):
                    shell.output.write("listening on \(server.baseURL)\n")
                    shell.output.flush()
                case .failure(let error as SimulatorServerError): shell.end(Failure(error))
                case .failure(let error): shell.end(bug: error)
                }
            }
        }
        preconditionFailure("the event loop ended before the process")
    }
}

extension Failure {
    /// A failure that says why the simulator cannot listen.
    init(_ error: SimulatorServerError) {
        switch error.code {
        case .badAddress: self.init(Diagnostic(.usage, error.message))
        case .badCertificate, .badPrivateKey: self.init(Diagnostic(.inputOutput, error.message), status: .noInput)
        case .portInUse, .portForbidden, .other: self.init(Diagnostic(.inputOutput, error.message))
        }
    }
}
