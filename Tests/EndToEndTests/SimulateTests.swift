// SPDX-License-Identifier: MIT

import Foundation
import TemporaryFolders
import Testing

@Suite("simulate", .timeLimit(.minutes(10)))
struct SimulateTests {
    /// The provider's documented example with nothing changed but scheme, host and port.
    ///
    /// Source: docs.jiguang.cn, jverification/server/rest_api/verify_api.
    private func curl(_ url: String, secret: String = "5e987ac6d2e04d95a9d8f0d1") async throws -> Outcome {
        try await Executable.shell(
            """
            curl --silent --show-error --insecure -X POST -v "$URL/v1/web/verify" \
            -H "Content-Type: application/json" \
            -u "7d431e42dfa6a6d693ac2d04:$SECRET" \
            -d '{"token":"STsid0000001542695429579Ob28vB7b0cYTI9w0GGZrv8ujUu05qZvw","phone":15813554612,"exID":"1234566"}'
            """, environment: ["URL": url, "SECRET": secret])
    }

    @Test func documentedExampleGetsTheDocumentedReply() async throws {
        let simulator = try await RunningSimulator()
        let outcome = try await curl(simulator.baseURL)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(
            outcome.output == #"{"id":117270465679982592,"code":9000,"content":"verify consistent","exID":"1234566"}"#)
        #expect(outcome.errors.contains("HTTP/1.1 200"))
    }

    @Test func documentedExampleGetsTheDocumentedReplyOverTLS() async throws {
        let folder = try TestCertificate.folder()
        let simulator = try await RunningSimulator(
            ["--tls-cert", folder.path("cert.pem"), "--tls-key", folder.path("key.pem")])
        let outcome = try await curl(simulator.baseURL)
        #expect(
            outcome.output == #"{"id":117270465679982592,"code":9000,"content":"verify consistent","exID":"1234566"}"#)
    }

    @Test func simulatorRefusesAWrongSecret() async throws {
        let simulator = try await RunningSimulator()
        let outcome = try await curl(simulator.baseURL, secret: "wrong")
        #expect(outcome.output == #"{"code":9011,"content":"auth failed"}"#)
    }

    @Test("the simulator stops on a signal with status 0", arguments: [SIGINT, SIGTERM])
    func stops(signal: Int32) async throws {
        let simulator = try await RunningSimulator()
        simulator.process.send(signal)
        let outcome = await simulator.process.finish()
        #expect(outcome.status == 0)
        #expect(outcome.output == "")
        #expect(outcome.errors == "")
    }

    @Test func simulatorReportsAPortInUse() async throws {
        let first = try await RunningSimulator(["--host", "127.0.0.1", "--port", "0"])
        let port = try #require(first.baseURL.split(separator: ":").last)
        let second = try await Executable.run(["simulate", "--port", String(port)])
        #expect(second.status == 74)
        #expect(
            second.errors == """
                error[io]: 127.0.0.1:\(port) is in use; stop what listens there, or take port 0 for a free one

                """)
    }

    @Test func tokensAreSpentUnderProviderRules() async throws {
        let simulator = try await RunningSimulator(["--provider-rules"])
        let arguments = ["verify", "--json", "--base-url", simulator.baseURL]
        let first = try await Executable.run(arguments, input: Requests.json(token: "once"))
        let second = try await Executable.run(arguments, input: Requests.json(phone: "13800138001", token: "once"))
        #expect(try first.json["code"] as? Int == 9000)
        #expect(try second.json["code"] as? Int == 9003)
    }

    @Test func listOptionNamesEveryDirective() async throws {
        let outcome = try await Executable.run(["simulate", "--list"])
        #expect(outcome.status == 0)
        #expect(outcome.output.hasPrefix("By token:\n  any other token"))
        for directive in [
            "code=", "delay=", "http=", "body=html", "body=empty", "body=truncated", "body=error-object", "body=huge",
            "reset=before", "reset=after", "drip=", "id=missing", "id=null", "id=empty", "exid=missing", "exid=null",
            "exid=empty", "endpoint=mobile", "endpoint=h5", "phone=",
        ] {
            #expect(outcome.output.contains("  sim:\(directive)"), "\(directive)")
        }
        #expect(outcome.output.contains("13800009003"))
    }
}
