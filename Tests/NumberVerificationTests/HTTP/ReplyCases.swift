// SPDX-License-Identifier: MIT

import HTTP1

extension ReplyCase {
    private static let status200 = "HTTP/1.1 200 OK\r\n"
    private static let longBody = String(repeating: "b", count: 64 * 1024)
    private static let head = HTTPHeadFiller(status: status200)

    static let valid: [ReplyCase] = [
        ReplyCase("length", status200 + "Content-Length: 2\r\n\r\n{}", complete("{}")),
        ReplyCase("length zero", status200 + "Content-Length: 0\r\n\r\n", complete("")),
        ReplyCase("length with leading zeros", status200 + "Content-Length: 002\r\n\r\n{}", complete("{}")),
        ReplyCase("length without space, other case", status200 + "cOnTeNt-LeNgTh:2\r\n\r\n{}", complete("{}")),
        ReplyCase("length with blanks around", status200 + "Content-Length: \t 2 \t\r\n\r\n{}", complete("{}")),
        ReplyCase("no reason", "HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\n{}", complete("{}")),
        ReplyCase("no reason, no space", "HTTP/1.1 200\r\nContent-Length: 2\r\n\r\n{}", complete("{}")),
        ReplyCase(
            bytesOf: "reason in another charset", "HTTP/1.1 200 ", [0xC4, 0xE3],
            "\r\nContent-Length: 2\r\n\r\n{}", complete("{}")),
        ReplyCase("status 599", "HTTP/1.1 599 What\r\nContent-Length: 2\r\n\r\n{}", complete("{}", status: 599)),
        ReplyCase("status 999", "HTTP/1.1 999 No\r\nContent-Length: 0\r\n\r\n", complete("", status: 999)),
        ReplyCase("HTTP/1.2", "HTTP/1.2 200 OK\r\nContent-Length: 2\r\n\r\n{}", complete("{}")),
        ReplyCase("HTTP/1.0", "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}", complete("{}", keepsAlive: false)),
        ReplyCase(
            "HTTP/1.0 that would keep alive",
            "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\n{}",
            complete("{}", keepsAlive: false)),
        ReplyCase(
            "close", status200 + "Connection: close\r\nContent-Length: 2\r\n\r\n{}", complete("{}", keepsAlive: false)),
        ReplyCase(
            "close in a list", status200 + "Connection: x, CLOSE ,y\r\nContent-Length: 2\r\n\r\n{}",
            complete("{}", keepsAlive: false)),
        ReplyCase("not quite close", status200 + "Connection: closed\r\nContent-Length: 2\r\n\r\n{}", complete("{}")),
        ReplyCase("fields of no interest", status200 + "X: y\r\nContent-Length: 2\r\nEmpty:\r\n\r\n{}", complete("{}")),
        ReplyCase("until close", status200 + "\r\n{}", ends: true, complete("{}", keepsAlive: false)),
        ReplyCase("until close, empty", status200 + "\r\n", ends: true, complete("", keepsAlive: false)),
        ReplyCase("until close, still open", status200 + "\r\n{}", .pending),
        ReplyCase("204", "HTTP/1.1 204 No Content\r\n\r\n", complete("", status: 204)),
        ReplyCase(
            "204 with a length", "HTTP/1.1 204 No Content\r\nContent-Length: 9\r\n\r\n", complete("", status: 204)),
        ReplyCase(
            "304 with a length", "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", complete("", status: 304)),
        ReplyCase(
            "100 first", "HTTP/1.1 100 Continue\r\n\r\n" + status200 + "Content-Length: 2\r\n\r\n{}", complete("{}")),
        ReplyCase(
            "several interim replies",
            "HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + status200
                + "Content-Length: 2\r\n\r\n{}", complete("{}")),
        ReplyCase("interim reply only", "HTTP/1.1 100 Continue\r\n\r\n", .pending),
        ReplyCase("length at the cap", status200 + "Content-Length: 65536\r\n\r\n" + longBody, complete(longBody)),
        ReplyCase(
            "until close at the cap", status200 + "\r\n" + longBody, ends: true, complete(longBody, keepsAlive: false)),
        ReplyCase("head at the cap", head.padded(to: 16 * 1024) + "{}", complete("{}")),
        ReplyCase("chunked", chunked("2\r\n{}\r\n0\r\n\r\n"), complete("{}")),
        ReplyCase("chunked, empty", chunked("0\r\n\r\n"), complete("")),
        ReplyCase(
            "chunked, several", chunked("1\r\n{\r\n2\r\n\"a\r\n3\r\n\":1\r\n1\r\n}\r\n0\r\n\r\n"), complete(#"{"a":1}"#)
        ),
        ReplyCase(
            "chunked, both cases of hex", chunked("a\r\n0123456789\r\nB\r\n0123456789a\r\n0\r\n\r\n"),
            complete("01234567890123456789a")),
        ReplyCase("chunked, leading zeros", chunked("0002\r\n{}\r\n000\r\n\r\n"), complete("{}")),
        ReplyCase("chunked, extensions", chunked("2;a=b;c=\"d e\"\r\n{}\r\n0;z\r\n\r\n"), complete("{}")),
        ReplyCase("chunked, padded sizes", chunked("2  \r\n{}\r\n0\t\r\n\r\n"), complete("{}")),
        ReplyCase("chunked, trailers", chunked("2\r\n{}\r\n0\r\nContent-Length: 99\r\nX: y\r\n\r\n"), complete("{}")),
        ReplyCase("chunked, line ends in the data", chunked("4\r\n\r\n\r\n\r\n0\r\n\r\n"), complete("\r\n\r\n")),
        ReplyCase("chunked, at the cap", chunked("10000\r\n" + longBody + "\r\n0\r\n\r\n"), complete(longBody)),
        ReplyCase("chunked in other case", status200 + "Transfer-Encoding: ChUnKeD\r\n\r\n0\r\n\r\n", complete("")),
    ]

    static let hostile: [ReplyCase] = [
        ReplyCase("nothing", "", ends: true, .failure(.truncated)),
        ReplyCase("HTML without HTTP", "<html>", .failure(.notHTTP)),
        ReplyCase("line end first", "\r\n" + status200 + "\r\n", .failure(.notHTTP)),
        ReplyCase("HTTP/2 frame", bytes: [0, 0, 18, 4, 0, 0, 0, 0, 0], .failure(.notHTTP)),
        ReplyCase("TLS alert", bytes: [21, 3, 1, 0, 2, 2, 70], .failure(.notHTTP)),
        ReplyCase("HTTP/2 status line", "HTTP/2 200\r\n\r\n", .failure(.notHTTP)),
        ReplyCase("HTTP/0.9 version", "HTTP/0.9 200 OK\r\n\r\n", .failure(.notHTTP)),
        ReplyCase("lower-case http", "http/1.1 200 OK\r\n\r\n", .failure(.notHTTP)),
        ReplyCase("ICY", "ICY 200 OK\r\n\r\n", .failure(.notHTTP)),
        ReplyCase("two-digit version", "HTTP/1.10 200 OK\r\n\r\n", .failure(.badHead)),
        ReplyCase("version without digit", "HTTP/1.x 200 OK\r\n\r\n", .failure(.badHead)),
        ReplyCase("two-digit status", "HTTP/1.1 20 OK\r\n\r\n", .failure(.badHead)),
        ReplyCase("four-digit status", "HTTP/1.1 2000 OK\r\n\r\n", .failure(.badHead)),
        ReplyCase("status below 100", "HTTP/1.1 099 OK\r\n\r\n", .failure(.badHead)),
        ReplyCase("negative status", "HTTP/1.1 -20 OK\r\n\r\n", .failure(.badHead)),
        ReplyCase("status in letters", "HTTP/1.1 abc OK\r\n\r\n", .failure(.badHead)),
        ReplyCase("two spaces before the status", "HTTP/1.1  200 OK\r\n\r\n", .failure(.badHead)),
        ReplyCase("NUL in the reason", "HTTP/1.1 200 O\0K\r\n\r\n", .failure(.badHead)),
        ReplyCase("bare line feed", "HTTP/1.1 200 OK\nContent-Length: 2\r\n\r\n{}", .failure(.badHead)),
        ReplyCase("bare carriage return", status200 + "X: a\rb\r\n\r\n", .failure(.badHead)),
        ReplyCase("no colon", status200 + "Nonsense\r\n\r\n", .failure(.badHead)),
        ReplyCase("no name", status200 + ": x\r\n\r\n", .failure(.badHead)),
        ReplyCase("space before the colon", status200 + "Content-Length : 2\r\n\r\n{}", .failure(.badHead)),
        ReplyCase("space in the name", status200 + "Content Length: 2\r\n\r\n{}", .failure(.badHead)),
        ReplyCase("folded line", status200 + "X: a\r\n b\r\n\r\n", .failure(.badHead)),
        ReplyCase("NUL in a value", status200 + "X: a\0b\r\n\r\n", .failure(.badHead)),
        ReplyCase("DEL in a value", status200 + "X: a\u{7F}b\r\n\r\n", .failure(.badHead)),
        ReplyCase(bytesOf: "byte beyond ASCII in a name", status200, [0xC3, 0xA9], ": x\r\n\r\n", .failure(.badHead)),
        ReplyCase("head beyond the cap", head.padded(to: 16 * 1024 + 1) + "{}", .failure(.headTooLarge)),
        ReplyCase(
            "endless head", status200 + String(repeating: "X: y\r\n", count: 3000), .failure(.headTooLarge)),
        ReplyCase(
            "endless line", status200 + "X: " + String(repeating: "y", count: 20_000), .failure(.headTooLarge)),
        ReplyCase(
            "endless interim replies", String(repeating: "HTTP/1.1 100 Continue\r\n\r\n", count: 700),
            .failure(.headTooLarge)),
        ReplyCase("upgrade", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n", .failure(.upgrade)),
        ReplyCase("length in letters", status200 + "Content-Length: two\r\n\r\n{}", .failure(.badLength)),
        ReplyCase("length empty", status200 + "Content-Length:\r\n\r\n", .failure(.badLength)),
        ReplyCase("length negative", status200 + "Content-Length: -1\r\n\r\n", .failure(.badLength)),
        ReplyCase("length with sign", status200 + "Content-Length: +2\r\n\r\n{}", .failure(.badLength)),
        ReplyCase("length in hexadecimal", status200 + "Content-Length: 0x2\r\n\r\n{}", .failure(.badLength)),
        ReplyCase("length a list", status200 + "Content-Length: 2, 2\r\n\r\n{}", .failure(.badLength)),
        ReplyCase("length with a point", status200 + "Content-Length: 2.0\r\n\r\n{}", .failure(.badLength)),
        ReplyCase(
            "length beyond 64 bits", status200 + "Content-Length: 18446744073709551618\r\n\r\n{}", .failure(.badLength)),
        ReplyCase("length beyond the cap", status200 + "Content-Length: 65537\r\n\r\n", .failure(.bodyTooLarge)),
        ReplyCase(
            "length at 63 bits", status200 + "Content-Length: 9223372036854775807\r\n\r\n", .failure(.bodyTooLarge)),
        ReplyCase(
            "length twice", status200 + "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}", .failure(.ambiguousLength)),
        ReplyCase(
            "lengths in conflict", status200 + "Content-Length: 2\r\nContent-Length: 9\r\n\r\n{}",
            .failure(.ambiguousLength)),
        ReplyCase(
            "length and chunked",
            status200 + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
            .failure(.ambiguousLength)),
        ReplyCase(
            "chunked and length", status200 + "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n{}",
            .failure(.ambiguousLength)),
        ReplyCase("gzip", status200 + "Transfer-Encoding: gzip, chunked\r\n\r\n", .failure(.unsupportedCoding)),
        ReplyCase("identity", status200 + "Transfer-Encoding: identity\r\n\r\n", .failure(.unsupportedCoding)),
        ReplyCase("xchunked", status200 + "Transfer-Encoding: xchunked\r\n\r\n", .failure(.unsupportedCoding)),
        ReplyCase(
            "chunked twice", status200 + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
            .failure(.unsupportedCoding)),
        ReplyCase(
            "chunked in HTTP/1.0", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            .failure(.unsupportedCoding)),
        ReplyCase("until close beyond the cap", status200 + "\r\n" + longBody + "x", .failure(.bodyTooLarge)),
        ReplyCase("chunk beyond the cap", chunked("10001\r\n"), .failure(.bodyTooLarge)),
        ReplyCase(
            "chunks beyond the cap", chunked("FFFF\r\n" + longBody.dropLast() + "\r\n2\r\n"),
            .failure(.bodyTooLarge)),
        ReplyCase("chunk size of nine digits", chunked("000000002\r\n{}\r\n"), .failure(.badChunk)),
        ReplyCase("chunk size missing", chunked("\r\n{}\r\n"), .failure(.badChunk)),
        ReplyCase("chunk size negative", chunked("-2\r\n{}\r\n"), .failure(.badChunk)),
        ReplyCase("chunk size with prefix", chunked("0x2\r\n{}\r\n"), .failure(.badChunk)),
        ReplyCase("chunk size not hexadecimal", chunked("g\r\n{}\r\n"), .failure(.badChunk)),
        ReplyCase("chunk size with blanks first", chunked(" 2\r\n{}\r\n"), .failure(.badChunk)),
        ReplyCase("chunk size and rubbish", chunked("2 {\r\n{}\r\n"), .failure(.badChunk)),
        ReplyCase("control in an extension", chunked("2;a=\u{1}\r\n{}\r\n"), .failure(.badChunk)),
        ReplyCase("chunk line with bare line feed", chunked("2\n{}\r\n"), .failure(.badChunk)),
        ReplyCase("chunk longer than its size", chunked("1\r\n{}\r\n"), .failure(.badChunk)),
        ReplyCase("chunk shorter than its size", chunked("3\r\n{}\r\n0\r\n\r\n"), .failure(.badChunk)),
        ReplyCase(
            "endless chunk line", chunked("2;" + String(repeating: "a", count: 20_000)),
            .failure(.headTooLarge)),
        ReplyCase(
            "endless extensions",
            chunked(String(repeating: "1;" + String(repeating: "a", count: 999) + "\r\n.\r\n", count: 20)),
            .failure(.headTooLarge)),
        ReplyCase(
            "endless trailers", chunked("0\r\n" + String(repeating: "X: y\r\n", count: 5000)),
            .failure(.headTooLarge)),
        ReplyCase("malformed trailer", chunked("0\r\nnonsense\r\n\r\n"), .failure(.badHead)),
        ReplyCase("chunked, cut", chunked("2\r\n{}\r\n"), ends: true, .failure(.truncated)),
        ReplyCase("length, cut", status200 + "Content-Length: 3\r\n\r\n{}", ends: true, .failure(.truncated)),
        ReplyCase("head, cut", status200, ends: true, .failure(.truncated)),
    ]

    private static func chunked(_ body: String) -> String { status200 + "Transfer-Encoding: chunked\r\n\r\n" + body }

    private init(bytesOf name: String, _ before: String, _ bytes: [UInt8], _ after: String, _ outcome: Outcome) {
        self.init(name, bytes: Array(before.utf8) + bytes + Array(after.utf8), outcome)
    }
}

/// Makes heads of an exact size.
private struct HTTPHeadFiller {
    let status: String

    func padded(to size: Int) -> String {
        let frame = status + "Content-Length: 2\r\nX: \r\n\r\n"
        let padding = String(repeating: "y", count: size - frame.utf8.count)
        return status + "Content-Length: 2\r\nX: \(padding)\r\n\r\n"
    }
}
