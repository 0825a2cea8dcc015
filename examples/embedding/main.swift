// A server of one's own that decides by the rules of moondial. It takes a request as JSON and answers the decision:
//
//     swift run EmbeddedRules examples/strict.lua
//     curl -d '{"phone": "13800138000", "token": "STsid-example-1"}' http://127.0.0.1:8080/

import Foundation
import MoondialEmbedding
import NIOCore
import NIOHTTP1
import NIOPosix

/// Reads requests of HTTP/1.1 and answers them one by one.
final class DecisionHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let rules: RuleHost
    private var body: [UInt8] = []

    init(rules: RuleHost) { self.rules = rules }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head: body = []
        case .body(let part): body += part.readableBytesView
        case .end: answer(body, on: context.channel)
        }
    }

    private func answer(_ request: [UInt8], on channel: any Channel) {
        Task { [rules] in
            do {
                write(.ok, try await rules.decide(RuleHostRequest(json: request)).json, to: channel)
            } catch {
                write(.badRequest, "\(error)", to: channel)
            }
        }
    }
}

func write(_ status: HTTPResponseStatus, _ text: String, to channel: any Channel) {
    let fields: HTTPHeaders = ["Content-Length": "\(text.utf8.count)"]
    channel.write(
        HTTPServerResponsePart.head(HTTPResponseHead(version: .http1_1, status: status, headers: fields)), promise: nil)
    channel.write(HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(string: text))), promise: nil)
    channel.writeAndFlush(HTTPServerResponsePart.end(nil), promise: nil)
}

let arguments = CommandLine.arguments.dropFirst()
let rules = try await RuleHost(rules: arguments.filter { $0.hasSuffix(".lua") }, target: .simulator)
let server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
    .childChannelInitializer { channel in
        channel.pipeline.configureHTTPServerPipeline().flatMapThrowing {
            try channel.pipeline.syncOperations.addHandler(DecisionHandler(rules: rules))
        }
    }
    .bind(host: "127.0.0.1", port: arguments.compactMap { Int($0) }.first ?? 8080).get()
FileHandle.standardOutput.write(Data("listening on http://127.0.0.1:\(server.localAddress?.port ?? 0)\n".utf8))
try await server.closeFuture.get()
