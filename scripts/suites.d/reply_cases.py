"""The replies: what the server writes, and the result that is expected. Replies are invented."""

import gzip
import json
import zlib

HEAD_CAP = 16 * 1024
BODY_CAP = 64 * 1024

# MARK: What the server does


class Pause:
    """Delays the rest of a reply."""

    def __init__(self, seconds):
        self.seconds = seconds


CLOSE = "close"
RESET = "reset"

# The placeholder in a body for the exID of the request, as JSON.
EXID = b"@EXID@"


class Case:
    def __init__(self, name, parts, outcome, exid="order-42", timeout=5000):
        self.name = name
        self.parts = parts if isinstance(parts, list) else [parts]
        self.verdict, self.delivered, self.kind, self.code = outcome
        self.exid = exid
        self.timeout = timeout

    @property
    def is_late(self):
        """Whether something happens to the connection some time after the reply, when it may carry another request."""
        return (
            isinstance(self.parts[0], bytes)
            and self.parts[0].startswith(reply())
            and any(isinstance(part, Pause) for part in self.parts)
        )

    def bytes_for(self, exid):
        """The parts with the exID of the request."""
        return [
            part.replace(EXID, json.dumps(exid).encode()) if isinstance(part, bytes) else part for part in self.parts
        ]


# MARK: Expected results of a reply

MATCH = ("match", "yes", None, 9000)
MISMATCH = ("mismatch", "yes", None, 9001)
BAD = ("unknown", "maybe", "bad_reply", None)
CUT = ("unknown", "maybe", "reset", None)
LATE = ("unknown", "maybe", "response_timeout", None)
STATUS = ("unknown", "maybe", "http_status", None)


def code(number):
    """A code without a verdict, in a well-formed reply."""
    return ("unknown", "yes", None, number)


def doubted(number):
    """A code that the HTTP status contradicts."""
    return ("unknown", "yes", "http_status", number)


# MARK: Pieces of replies

# As long as the exID that replaces the placeholder, so that the length does not change.
BODY = b'{"id":117270465679982593,"code":9000,"content":"verify consistent","exID":"order-42"}'
DIFFERS = b'{"id":117270465679982594,"code":9001,"content":"verify not consistent","exID":"order-42"}'
PLAIN = b'{"code":9000,"content":"verify consistent"}'
JSON_TYPE = b"Content-Type: application/json\r\n"


def reply(body=BODY, status=b"200 OK", fields=b"", length=None, version=b"HTTP/1.1"):
    """A reply with a length."""
    size = str(len(body) if length is None else length).encode()
    return version + b" " + status + b"\r\n" + JSON_TYPE + fields + b"Content-Length: " + size + b"\r\n\r\n" + body


def bare(body=BODY, status=b"200 OK", fields=b"", version=b"HTTP/1.1"):
    """A reply without a length of its own."""
    return version + b" " + status + b"\r\n" + JSON_TYPE + fields + b"\r\n" + body


def chunked(framed, fields=b"", version=b"HTTP/1.1"):
    """A reply whose body is already in chunks."""
    return bare(framed, fields=b"Transfer-Encoding: chunked\r\n" + fields, version=version)


def chunks(body, size, extension=b"", end=b"0\r\n\r\n"):
    """A body in chunks of a size."""
    parts = [body[start : start + size] for start in range(0, len(body), size)]
    return b"".join(b"%x%s\r\n%s\r\n" % (len(part), extension, part) for part in parts) + end


def raw_head(head, body=BODY):
    """A reply whose head is given, with `{n}` for the length."""
    return head.replace(b"{n}", str(len(body)).encode()) + b"\r\n" + body


def padded_head(size):
    """A reply whose head has exactly that many bytes."""
    frame = len(reply(fields=b"X-Padding: \r\n")) - len(BODY)
    return reply(fields=b"X-Padding: " + b"p" * (size - frame) + b"\r\n")


def padded_body(size):
    """A body of exactly that many bytes."""
    frame = b'{"code":9000,"padding":"%s"}'
    return frame % (b"p" * (size - len(frame % b"")))


# MARK: The cases


def good_cases():
    yield Case("with a length", reply(), MATCH)
    yield Case("mismatch with a length", reply(DIFFERS), MISMATCH)
    yield Case("until the end", [bare(), CLOSE], MATCH)
    yield Case("until the end, announced", [bare(fields=b"Connection: close\r\n"), CLOSE], MATCH)
    yield Case("length and Connection: close", [reply(fields=b"Connection: close\r\n"), CLOSE], MATCH)
    yield Case("length and Connection: close, left open", reply(fields=b"Connection: close\r\n"), MATCH)
    yield Case("length, closed without announcement", [reply(), CLOSE], MATCH)
    yield Case("length, reset after a moment", [reply(), Pause(0.3), RESET], MATCH)
    yield Case("Keep-Alive with timeout", reply(fields=b"Keep-Alive: timeout=5, max=100\r\n"), MATCH)
    yield Case("Keep-Alive with timeout 0", reply(fields=b"Keep-Alive: timeout=0\r\n"), MATCH)
    yield Case("Keep-Alive with a huge timeout", reply(fields=b"Keep-Alive: timeout=99999999999999999999\r\n"), MATCH)
    yield Case("one byte at a time", sum(([bytes([byte]), Pause(0.0005)] for byte in reply()), []), MATCH)
    yield Case(
        "one byte at a time, chunked",
        sum(([bytes([byte]), Pause(0.0005)] for byte in chunked(chunks(BODY, 7))), []),
        MATCH,
    )
    whole = reply()
    for at in range(4, len(whole), 9):
        yield Case(f"in two pieces, {at} bytes first", [whole[:at], Pause(0.003), whole[at:]], MATCH)
    yield Case("no exID in the reply", reply(PLAIN), MATCH)
    yield Case("exID null", reply(b'{"code":9000,"exID":null}'), MATCH)
    yield Case("exID empty", reply(b'{"code":9000,"exID":""}'), MATCH)
    yield Case("no exID asked, none in the reply", reply(PLAIN), MATCH, exid=None)
    yield Case(
        "no exID asked, trace id in the reply", [bare(b'{"code":9000,"exID":' + EXID + b"}"), CLOSE], MATCH, exid=None
    )
    yield Case("HTTP/1.0 with a length", reply(version=b"HTTP/1.0"), MATCH)
    yield Case("HTTP/1.0 until the end", [bare(version=b"HTTP/1.0"), CLOSE], MATCH)
    yield Case("HTTP/1.0 keep-alive", reply(version=b"HTTP/1.0", fields=b"Connection: keep-alive\r\n"), MATCH)
    yield Case("HTTP/1.2", reply(version=b"HTTP/1.2"), MATCH)
    yield Case("no reason", reply(status=b"200 "), MATCH)
    yield Case("no reason, no space", reply(status=b"200"), MATCH)
    yield Case("reason in Latin-1", reply(status=b"200 Tr\xe8s bien"), MATCH)
    yield Case("field value in GBK", reply(fields=b"Server: \xbc\xab\xb9\xe2\r\n"), MATCH)
    yield Case("empty field value", reply(fields=b"X-Empty:\r\n"), MATCH)
    yield Case("many fields", reply(fields=b"".join(b"X-%d: y\r\n" % number for number in range(900))), MATCH)
    yield Case("length in other case", raw_head(b"HTTP/1.1 200 OK\r\ncOnTeNt-LeNgTh:{n}\r\n"), MATCH)
    yield Case("length with blanks", raw_head(b"HTTP/1.1 200 OK\r\nContent-Length: \t {n} \t\r\n"), MATCH)
    yield Case("length with leading zeros", raw_head(b"HTTP/1.1 200 OK\r\nContent-Length: 000{n}\r\n"), MATCH)
    yield Case("head at the cap", padded_head(HEAD_CAP), MATCH)
    yield Case("body at the cap", reply(padded_body(BODY_CAP)), MATCH)
    for name, value in [
        ("missing", b""),
        ("text/html", b"Content-Type: text/html\r\n"),
        ("a PDF", b"Content-Type: application/pdf\r\n"),
        ("twice", b"Content-Type: text/plain\r\nContent-Type: application/xml\r\n"),
        ("UTF-16", b"Content-Type: application/json; charset=utf-16\r\n"),
        ("broken", b"Content-Type: ;;=/\r\n"),
    ]:
        yield Case(f"Content-Type {name}", raw_head(b"HTTP/1.1 200 OK\r\n" + value + b"Content-Length: {n}\r\n"), MATCH)
    for name, value in [("identity", b"identity"), ("in other case", b"Identity"), ("empty", b"")]:
        yield Case(f"Content-Encoding {name}", reply(fields=b"Content-Encoding: " + value + b"\r\n"), MATCH)
    yield Case("request for another protocol", reply(fields=b"Upgrade: h2c\r\nConnection: upgrade\r\n"), MATCH)
    yield Case(
        "Alt-Svc, Set-Cookie, Retry-After",
        reply(fields=b'Alt-Svc: h3=":443"\r\nSet-Cookie: a=b\r\nRetry-After: 9\r\n'),
        MATCH,
    )


def chunk_cases():
    yield Case("one chunk", chunked(chunks(BODY, 4096)), MATCH)
    for size in (1, 2, 7, 16, 84):
        yield Case(f"chunks of {size}", chunked(chunks(BODY, size)), MATCH)
    size = b"%x" % len(BODY)
    data = b"\r\n" + BODY + b"\r\n"
    end = b"0\r\n\r\n"
    yield Case("chunk size in capitals", chunked(size.upper() + data + end), MATCH)
    yield Case("chunk size with zeros", chunked(size.rjust(8, b"0") + data + b"00000000\r\n\r\n"), MATCH)
    yield Case("chunk size with blanks behind", chunked(size + b" \t" + data + end), MATCH)
    yield Case("chunk extension", chunked(size + b";a=b" + data + end), MATCH)
    yield Case("chunk extension, quoted", chunked(size + b' ; a="x;y" ;c' + data + b"0;last\r\n\r\n"), MATCH)
    yield Case("chunk extension on each", chunked(chunks(BODY, 9, b";n=1")), MATCH)
    yield Case("trailers", chunked(size + data + b"0\r\nX-Sum: 1\r\nX-More: 2\r\n\r\n"), MATCH)
    yield Case("a length as trailer", chunked(size + data + b"0\r\nContent-Length: 3\r\n\r\n"), MATCH)
    yield Case("a status as trailer", chunked(size + data + b"0\r\nStatus: 500\r\n\r\n"), MATCH)
    yield Case("a coding as trailer", chunked(size + data + b"0\r\nContent-Encoding: gzip\r\n\r\n"), MATCH)
    yield Case("coding in other case", bare(chunks(BODY, 30), fields=b"TRANSFER-ENCODING: Chunked\r\n"), MATCH)
    yield Case("chunked, Connection: close", [chunked(chunks(BODY, 30), fields=b"Connection: close\r\n"), CLOSE], MATCH)
    yield Case("chunked mismatch", chunked(chunks(DIFFERS, 30)), MISMATCH)
    yield Case("chunked body at the cap", chunked(chunks(padded_body(BODY_CAP), 5000)), MATCH)
    for name, framed in [
        ("beyond the cap", chunks(padded_body(BODY_CAP + 1), 5000)),
        ("size huge", b"7fffffff" + data + end),
        ("size of nine digits", size.rjust(9, b"0") + data + end),
        ("size of 16 digits", b"f" * 16 + data + end),
        ("size that wraps 64 bits", b"10000000000000055" + data + end),
        ("size missing", data + end),
        ("size negative", b"-55" + data + end),
        ("size with sign", b"+" + size + data + end),
        ("size with prefix", b"0x" + size + data + end),
        ("size with blank first", b" " + size + data + end),
        ("size with underscore", b"5_5" + data + end),
        ("size no number", b"zz" + data + end),
        ("size and rubbish", size + b" rubbish" + data + end),
        ("size with NUL", size + b"\0" + data + end),
        ("extension with NUL", size + b";a=\0" + data + end),
        ("extension with bare CR", size + b";a\rb" + data + end),
        ("size ends with bare LF", size + b"\n" + BODY + b"\r\n" + end),
        ("data ends with bare LF", size + b"\r\n" + BODY + b"\n" + end),
        ("data ends with bare CR", size + b"\r\n" + BODY + b"\r" + end),
        ("data without an end", size + b"\r\n" + BODY + end),
        ("size too small", b"20" + data + end),
        ("end with bare LF", size + data + b"0\n\n"),
        ("trailer without colon", size + data + b"0\r\nrubbish\r\n\r\n"),
        ("trailer folded", size + data + b"0\r\nX: a\r\n b\r\n\r\n"),
        ("trailer with NUL", size + data + b"0\r\nX: \0\r\n\r\n"),
        ("trailer with bare LF", size + data + b"0\r\nX: a\n\r\n"),
        ("endless extension", size + b";" + b"a" * 40_000 + data + end),
        ("endless trailers", size + data + b"0\r\n" + b"X: y\r\n" * 6000 + b"\r\n"),
        ("extensions beyond the cap", chunks(padded_body(200), 2, b";" + b"e" * 400)),
    ]:
        yield Case(f"chunk {name}", [chunked(framed), Pause(0.05), CLOSE], BAD)
    yield Case("no chunk at all", chunked(end), BAD)
    yield Case("chunks of a body that is cut", chunked(chunks(BODY[:-1], 30)), BAD)
    yield Case("chunked, last chunk missing", [chunked(size + data), CLOSE], CUT)
    yield Case("chunked, end of the trailers missing", [chunked(size + data + b"0\r\n"), CLOSE], CUT)
    yield Case("chunked, end of the trailers never comes", chunked(size + data + b"0\r\n"), LATE, timeout=300)
    yield Case("chunk size too large", [chunked(b"60" + data + end), CLOSE], CUT)
    yield Case("not in chunks, but announced", [chunked(BODY), CLOSE], CUT)
    yield Case("in chunks, not announced", [bare(chunks(BODY, 4096)), CLOSE], BAD)


def framing_cases():
    two = b"Content-Length: {n}\r\nContent-Length: "
    for name, head in [
        ("length twice, the same", two + b"{n}\r\n"),
        ("length twice, the second 0", two + b"0\r\n"),
        ("length twice, the first 0", b"Content-Length: 0\r\nContent-Length: {n}\r\n"),
        ("length as a list", b"Content-Length: {n}, {n}\r\n"),
        ("length as a list of two", b"Content-Length: {n}, 3\r\n"),
        ("length empty", b"Content-Length:\r\n"),
        ("length negative", b"Content-Length: -{n}\r\n"),
        ("length with sign", b"Content-Length: +{n}\r\n"),
        ("length in hexadecimal", b"Content-Length: 0x55\r\n"),
        ("length with fraction", b"Content-Length: {n}.0\r\n"),
        ("length with exponent", b"Content-Length: {n}e0\r\n"),
        ("length in words", b"Content-Length: many\r\n"),
        ("length with a unit", b"Content-Length: {n} bytes\r\n"),
        ("length with underscore", b"Content-Length: 8_5\r\n"),
        ("length in full-width digits", b"Content-Length: \xef\xbc\x98\xef\xbc\x95\r\n"),
        ("length that wraps 64 bits", b"Content-Length: 18446744073709551701\r\n"),
        ("length of 40 digits", b"Content-Length: " + b"9" * 40 + b"\r\n"),
        ("length quoted", b'Content-Length: "{n}"\r\n'),
        ("length beyond the cap", b"Content-Length: 65537\r\n"),
        ("length of 63 bits", b"Content-Length: 9223372036854775807\r\n"),
        ("length and chunked", b"Content-Length: {n}\r\nTransfer-Encoding: chunked\r\n"),
        ("chunked and length", b"Transfer-Encoding: chunked\r\nContent-Length: {n}\r\n"),
        ("coding gzip, chunked", b"Transfer-Encoding: gzip, chunked\r\n"),
        ("coding gzip", b"Transfer-Encoding: gzip\r\n"),
        ("coding identity", b"Transfer-Encoding: identity\r\nContent-Length: {n}\r\n"),
        ("coding chunked, identity", b"Transfer-Encoding: chunked, identity\r\n"),
        ("coding chunked twice", b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"),
        ("coding chunked, chunked", b"Transfer-Encoding: chunked, chunked\r\n"),
        ("coding xchunked", b"Transfer-Encoding: xchunked\r\n"),
        ("coding quoted", b'Transfer-Encoding: "chunked"\r\n'),
        ("coding empty", b"Transfer-Encoding:\r\nContent-Length: {n}\r\n"),
        ("coding with parameter", b"Transfer-Encoding: chunked;q=1\r\n"),
        ("coding with vertical tab", b"Transfer-Encoding: \x0bchunked\r\n"),
        ("folded field", b"X: a\r\n b\r\nContent-Length: {n}\r\n"),
        ("folded length", b"Content-Length:\r\n {n}\r\n"),
        ("folded first field", b" X: a\r\nContent-Length: {n}\r\n"),
        ("folded coding", b"Transfer-Encoding:\r\n chunked\r\n"),
        ("space before the colon", b"Content-Length : {n}\r\n"),
        ("tab before the colon", b"Content-Length\t: {n}\r\n"),
        ("space in a name", b"Content Length: {n}\r\n"),
        ("no name", b": x\r\nContent-Length: {n}\r\n"),
        ("no colon", b"Content-Length {n}\r\n"),
        ("a name beyond ASCII", b"X-\xc3\xa9: y\r\nContent-Length: {n}\r\n"),
        ("NUL in a name", b"X\0Y: z\r\nContent-Length: {n}\r\n"),
        ("NUL in a value", b"X: a\0b\r\nContent-Length: {n}\r\n"),
        ("NUL in the length", b"Content-Length: {n}\0\r\n"),
        ("DEL in a value", b"X: a\x7fb\r\nContent-Length: {n}\r\n"),
        ("bell in a value", b"X: a\x07b\r\nContent-Length: {n}\r\n"),
        ("escape in a value", b"X: \x1b[2J\r\nContent-Length: {n}\r\n"),
        ("bare CR in a value", b"X: a\rb\r\nContent-Length: {n}\r\n"),
        ("bare CR as line end", b"X: a\rContent-Length: {n}\r\n"),
        ("bare LF as line end", b"X: a\nContent-Length: {n}\r\n"),
        ("two CR", b"X: a\r\r\nContent-Length: {n}\r\n"),
        ("a second status line", b"HTTP/1.1 200 OK\r\nContent-Length: {n}\r\n"),
    ]:
        yield Case(name, [raw_head(b"HTTP/1.1 200 OK\r\n" + head), Pause(0.05), CLOSE], BAD)
    yield Case("all line ends bare LF", [reply().replace(b"\r\n", b"\n"), CLOSE], BAD)
    yield Case(
        "empty line with bare LF",
        [raw_head(b"HTTP/1.1 200 OK\r\nContent-Length: {n}\r\n").replace(b"\r\n\r\n", b"\r\n\n"), CLOSE],
        BAD,
    )
    yield Case("chunked in HTTP/1.0", [chunked(chunks(BODY, 30), version=b"HTTP/1.0"), CLOSE], BAD)
    yield Case("head one byte beyond the cap", padded_head(HEAD_CAP + 1), BAD)
    yield Case("huge head", reply(fields=b"X: y\r\n" * 100_000), BAD)
    yield Case("huge field", reply(fields=b"X: " + b"y" * 1_000_000 + b"\r\n"), BAD)
    yield Case("endless reason", [b"HTTP/1.1 200 " + b"O" * 20_000, Pause(0.05), CLOSE], BAD)
    yield Case("body one byte beyond the cap", reply(padded_body(BODY_CAP + 1)), BAD)
    yield Case("body until the end beyond the cap", [bare(padded_body(BODY_CAP + 1)), Pause(0.05), CLOSE], BAD)
    yield Case("endless body", [bare(b"[" * 2_000_000), Pause(0.05), CLOSE], BAD)
    yield Case("length shorter than the body", reply(length=40), BAD)
    yield Case("length zero before a body", reply(length=0), BAD)
    yield Case("length shorter, and still JSON", reply(BODY + BODY, length=len(BODY)), MATCH)
    yield Case("length one larger than the body", [reply(length=len(BODY) + 1), CLOSE], CUT)
    yield Case("length one larger, left open", reply(length=len(BODY) + 1), LATE, timeout=300)


def status_cases():
    for version in [
        b"HTTP/2.0",
        b"HTTP/2",
        b"HTTP/3",
        b"HTTP/0.9",
        b"HTTP/1.10",
        b"HTTP/11.1",
        b"HTTP/1",
        b"HTTP/1.",
        b"HTTP/1.x",
        b"HTTP/-1.1",
        b"http/1.1",
        b"HTTPS/1.1",
        b"XTTP/1.1",
        b"ICY",
        b" HTTP/1.1",
        b"\r\nHTTP/1.1",
        b"\nHTTP/1.1",
        b"\0HTTP/1.1",
        b"\xef\xbb\xbfHTTP/1.1",
        b"HTTP /1.1",
        b"HTTP/1 .1",
        b"HTTP/1,1",
    ]:
        yield Case(f"version {version!r}", [reply(version=version), Pause(0.05), CLOSE], BAD)
    for status in [
        b"",
        b"OK",
        b"20",
        b"2000",
        b"0200",
        b"+200",
        b"-20",
        b"2e2",
        b"200OK",
        b"20O OK",
        b"\xef\xbc\x92\xef\xbc\x90\xef\xbc\x90 OK",
        b" 200 OK",
        b"\t200 OK",
        b"099 Low",
        b"000 Zero",
        b"200\0 OK",
        b"200 O\0K",
        b"200 O\rK",
        b"200\tOK",
        b"0x0C8 OK",
    ]:
        yield Case(f"status {status!r}", [reply(status=status), Pause(0.05), CLOSE], BAD)
    yield Case("tab for the first space", [reply().replace(b"HTTP/1.1 ", b"HTTP/1.1\t", 1), CLOSE], BAD)
    for status in (
        b"201 Created",
        b"202 Accepted",
        b"203 Non-Authoritative",
        b"206 Partial",
        b"226 IM Used",
        b"299 Other",
    ):
        yield Case(f"9000 under {status.decode()}", reply(status=status), MATCH)
    yield Case("204 without a body", b"HTTP/1.1 204 No Content\r\n\r\n", BAD)
    yield Case("204 with a length and a body", reply(status=b"204 No Content"), BAD)
    yield Case(
        "204 in chunks", bare(chunks(BODY, 30), status=b"204 No Content", fields=b"Transfer-Encoding: chunked\r\n"), BAD
    )
    yield Case("304 without a body", b"HTTP/1.1 304 Not Modified\r\n\r\n", STATUS)
    yield Case("304 with a length and a body", reply(status=b"304 Not Modified"), STATUS)
    yield Case("205 with a body", reply(status=b"205 Reset Content"), MATCH)
    yield Case("200 without a body", reply(b""), BAD)
    yield Case("200 without a body or length", [bare(b""), CLOSE], BAD)
    for status in (300, 301, 302, 303, 307, 308):
        location = b"Location: /v1/web/verify\r\n"
        yield Case(f"{status} without a body", reply(b"", status=b"%d Elsewhere" % status, fields=location), STATUS)
        yield Case(f"{status} with 9000", reply(status=b"%d Elsewhere" % status, fields=location), doubted(9000))
    for status in (
        400,
        401,
        402,
        403,
        404,
        405,
        407,
        408,
        409,
        410,
        413,
        415,
        418,
        421,
        429,
        451,
        499,
        500,
        501,
        502,
        503,
        504,
        511,
        599,
        600,
        999,
    ):
        yield Case(f"{status} with HTML", reply(b"<html><h1>No</h1></html>", status=b"%d No" % status), STATUS)
        yield Case(f"{status} with 9000", reply(status=b"%d No" % status), doubted(9000))
    for status in (400, 401, 404, 500, 503):
        yield Case(f"{status} without a body", reply(b"", status=b"%d No" % status), STATUS)
    for status, number in (
        (401, 9011),
        (401, 9010),
        (400, 9012),
        (405, 9013),
        (415, 9015),
        (429, 9005),
        (403, 9014),
        (500, 9099),
        (500, 9500),
        (503, 9002),
    ):
        body = b'{"code":%d,"content":"no"}' % number
        yield Case(f"{status} with {number}", reply(body, status=b"%d No" % status), code(number))
    yield Case("400 with 9001", reply(DIFFERS, status=b"400 No"), MISMATCH)
    yield Case(
        "500 with a code of another range",
        reply(b'{"code":2000,"content":"internal"}', status=b"500 No"),
        doubted(2000),
    )
    yield Case("500 with code 0", reply(b'{"code":0}', status=b"500 No"), doubted(0))
    push_error = b'{"error":{"code":1004,"message":"auth failed"}}'
    yield Case("401 with an error object", reply(push_error, status=b"401 No"), doubted(1004))
    yield Case(
        "401 with an error object of 9011",
        reply(b'{"error":{"code":9011,"message":"auth failed"}}', status=b"401 No"),
        code(9011),
    )
    yield Case("500 with an error object of 9000", reply(b'{"error":{"code":9000}}', status=b"500 No"), doubted(9000))
    yield Case("500 with an error object of 9001", reply(b'{"error":{"code":9001}}', status=b"500 No"), doubted(9001))
    yield Case("9000 of another request under 500", reply(b'{"code":9000,"exID":"order-43"}', status=b"500 No"), STATUS)


def interim_cases():
    final = reply()
    for status in (b"100 Continue", b"102 Processing", b"103 Early Hints", b"199 Other"):
        yield Case(f"{status.decode()} first", b"HTTP/1.1 " + status + b"\r\n\r\n" + final, MATCH)
    yield Case("100 with fields first", b"HTTP/1.1 100 Continue\r\nX: y\r\n\r\n" + final, MATCH)
    yield Case("100 first, the reply later", [b"HTTP/1.1 100 Continue\r\n\r\n", Pause(0.05), final], MATCH)
    yield Case("103 with a length first", b"HTTP/1.1 103 Hints\r\nContent-Length: 0\r\n\r\n" + final, MATCH)
    yield Case("ten interim replies", b"HTTP/1.1 102 Processing\r\n\r\n" * 10 + final, MATCH)
    yield Case("interim replies beyond the cap", b"HTTP/1.1 100 Continue\r\n\r\n" * 1000 + final, BAD)
    yield Case("100 with a body", [reply(status=b"100 Continue"), Pause(0.05), CLOSE], BAD)
    yield Case("100 with 9000, then 9001", [reply(status=b"100 Continue") + reply(DIFFERS), Pause(0.05), CLOSE], BAD)
    yield Case("100 and the end", [b"HTTP/1.1 100 Continue\r\n\r\n", CLOSE], CUT)
    yield Case("100 and nothing", b"HTTP/1.1 100 Continue\r\n\r\n", LATE, timeout=300)
    yield Case("101", b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n", BAD)
    yield Case("101 with 9000", reply(status=b"101 Switching Protocols"), BAD)


def ending_cases():
    whole = reply()
    cuts = sorted({0, 1, 5, 9, 12, 15, 16, 17, *range(20, len(whole), 7), len(whole) - 2, len(whole) - 1})
    for at in cuts:
        yield Case(f"cut after {at} bytes", [whole[:at], CLOSE], CUT)
    in_chunks = chunked(chunks(BODY, 40))
    for at in [*range(60, len(in_chunks), 12), len(in_chunks) - 3, len(in_chunks) - 2, len(in_chunks) - 1]:
        yield Case(f"chunked, cut after {at} bytes", [in_chunks[:at], CLOSE], CUT)
    until_end = bare()
    start = len(until_end) - len(BODY)
    for at in [*range(start, len(until_end), 15), len(until_end) - 1]:
        yield Case(f"until the end, cut after {at} bytes", [until_end[:at], CLOSE], BAD)
    for at in (0, 10, 60, len(whole) - 1):
        yield Case(f"reset after {at} bytes", [whole[:at], Pause(0.02), RESET], CUT)
    yield Case("until the end, reset before the end", [until_end, Pause(0.02), RESET], CUT)
    yield Case("until the end, which does not come", until_end, LATE, timeout=300)
    yield Case("nothing", [b""], LATE, timeout=300)
    yield Case("half a head and nothing", whole[:30], LATE, timeout=300)
    yield Case("half a body and nothing", whole[:-10], LATE, timeout=300)
    yield Case("too late", [Pause(0.8), whole], LATE, timeout=300)
    yield Case("slow, but in time", [Pause(0.2), whole[:50], Pause(0.2), whole[50:]], MATCH)
    yield Case(
        "a byte now and then, never complete",
        sum(([bytes([byte]), Pause(0.05)] for byte in whole[:20]), []),
        LATE,
        timeout=400,
    )


def excess_cases():
    for name, data in [
        ("a line end", b"\r\n"),
        ("a byte", b"x"),
        ("a second reply", reply(DIFFERS)),
        ("a broken reply", b"HTTP/9 what\r\n\r\n"),
        ("NULs", b"\0" * 100),
        ("much", b"x" * 300_000),
    ]:
        yield Case(f"match, then {name}", reply() + data, MATCH)
        yield Case(f"match, then {name} later", [reply(), Pause(0.02), data], MATCH)
    yield Case("mismatch, then a match", reply(DIFFERS) + reply(), MISMATCH)
    yield Case("mismatch, then a match in chunks", reply(DIFFERS) + chunked(chunks(BODY, 20)), MISMATCH)
    yield Case("9003, then a match", reply(b'{"code":9003}') + reply(), code(9003))
    yield Case("500, then a match", reply(b"", status=b"500 No") + reply(), STATUS)
    yield Case("204, then a match", b"HTTP/1.1 204 No Content\r\n\r\n" + reply(), BAD)
    yield Case("304, then a match", b"HTTP/1.1 304 Not Modified\r\n\r\n" + reply(), STATUS)
    yield Case("an empty chunked reply, then a match", chunked(b"0\r\n\r\n") + reply(), BAD)
    yield Case("rubbish, then a match", b"rubbish\r\n" + reply(), BAD)
    yield Case("a TLS alert", [b"\x15\x03\x03\x00\x02\x02\x28", CLOSE], BAD)
    yield Case("HTTP/2 settings", [b"\0\0\x12\x04\0\0\0\0\0", CLOSE], BAD)
    yield Case("a request as reply", [b"POST /v1/web/verify HTTP/1.1\r\nContent-Length: 0\r\n\r\n", CLOSE], BAD)
    yield Case("the body alone", [BODY, CLOSE], BAD)
    yield Case("HTML alone", [b"<html>HTTP/1.1 200 OK</html>", CLOSE], BAD)


def compression_cases():
    packed = gzip.compress(BODY, mtime=0)
    deflated = zlib.compress(BODY)
    for name, body, coding in [
        ("gzip", packed, b"gzip"),
        ("x-gzip", packed, b"x-gzip"),
        ("deflate", deflated, b"deflate"),
        ("br", b"\x0b\x2a\x80" + BODY, b"br"),
        ("gzip, not announced", packed, None),
        ("zlib, not announced", deflated, None),
        ("zstd, not announced", b"\x28\xb5\x2f\xfd" + BODY, None),
        ("announced, but plain", BODY, b"gzip"),
        ("identity, gzip", BODY, b"identity, gzip"),
        ("unknown", BODY, b"rot13"),
    ]:
        fields = b"" if coding is None else b"Content-Encoding: " + coding + b"\r\n"
        yield Case(f"compressed: {name}", reply(body, fields=fields), BAD)
    yield Case("compressed in chunks", chunked(chunks(packed, 20), fields=b"Content-Encoding: gzip\r\n"), BAD)
    yield Case(
        "compressed page of a proxy",
        reply(gzip.compress(b"<html>"), status=b"502 No", fields=b"Content-Encoding: gzip\r\n"),
        STATUS,
    )
    yield Case("two content codings", reply(fields=b"Content-Encoding: identity\r\nContent-Encoding: gzip\r\n"), BAD)
    yield Case(
        "two content codings, gzip first",
        reply(fields=b"Content-Encoding: gzip\r\nContent-Encoding: identity\r\n"),
        BAD,
    )


def body_cases():
    refused = {
        "empty object": b"{}",
        "empty array": b"[]",
        "the object in an array": b"[" + BODY + b"]",
        "the code alone": b"9000",
        "null": b"null",
        "true": b"true",
        "a text": b'"9000"',
        "spaces": b"   ",
        "HTML": b"<html><body>9000</body></html>",
        "XML": b"<code>9000</code>",
        "a form": b"code=9000&content=verify",
        "plain text": b"verify consistent",
        "YAML": b"code: 9000\n",
        "JSONP": b"callback(" + PLAIN + b");",
        "a guard in front": b")]}',\n" + PLAIN,
        "the object in data": b'{"data":' + PLAIN + b"}",
        "the object as a text": json.dumps(PLAIN.decode()).encode(),
        "two objects": PLAIN + PLAIN,
        "two objects in lines": PLAIN + b"\n" + PLAIN,
        "rubbish behind": PLAIN + b"x",
        "a brace behind": PLAIN + b"}",
        "a comma behind": PLAIN + b",",
        "NUL behind": PLAIN + b"\0",
        "NUL in front": b"\0" + PLAIN,
        "a byte order mark": b"\xef\xbb\xbf" + PLAIN,
        "UTF-16 LE": PLAIN.decode().encode("utf-16-le"),
        "UTF-16 BE": PLAIN.decode().encode("utf-16-be"),
        "UTF-16 with mark": PLAIN.decode().encode("utf-16"),
        "UTF-32": PLAIN.decode().encode("utf-32-le"),
        "a no-break space in front": b"\xc2\xa0" + PLAIN,
        "a form feed in front": b"\x0c" + PLAIN,
        "a vertical tab behind": PLAIN + b"\x0b",
        "comma at the end": b'{"code":9000,}',
        "comma missing": b'{"code":9000 "content":""}',
        "colon missing": b'{"code" 9000}',
        "comment": b'{"code":9000 /* match */}',
        "comment in a line": b'{"code":9000} // match',
        "hash comment": b'{"code":9000} # match',
        "single quotes": b"{'code':9000}",
        "key without quotes": b"{code:9000}",
        "not closed": b'{"code":9000',
        "cut in the code": b'{"code":90',
        "NaN beside it": b'{"code":9000,"x":NaN}',
        "Infinity beside it": b'{"code":9000,"x":Infinity}',
        "single value beside it": b'{"code":9000,"x"}',
        "line end in a text": b'{"code":9000,"x":"a\nb"}',
        "tab in a text": b'{"code":9000,"x":"a\tb"}',
        "NUL in a text": b'{"code":9000,"x":"a\0b"}',
        "unknown escape": b'{"code":9000,"x":"\\x41"}',
        "cut escape": b'{"code":9000,"x":"\\u12"}',
        "invalid UTF-8": b'{"code":9000,"content":"\xff\xfe"}',
        "overlong UTF-8": b'{"code":9000,"content":"\xc0\xaf"}',
        "surrogates in UTF-8": b'{"code":9000,"content":"\xed\xa0\x80"}',
        "UTF-8 beyond Unicode": b'{"code":9000,"content":"\xf4\x90\x80\x80"}',
        "UTF-8 cut": b'{"code":9000,"content":"\xe4\xb8"}',
        "GBK": b'{"code":9000,"content":"\xd1\xe9\xd6\xa4"}',
        "escaped lone surrogate": b'{"code":9000,"x":"\\ud800"}',
        "surrogates in the wrong order": b'{"code":9000,"x":"\\udc00\\ud800"}',
        "nested 100,000 deep": b'{"code":9000,"x":' + b"[" * 30_000 + b"]" * 30_000 + b"}",
        "nested and not closed": b'{"code":9000,"x":' + b"[" * 60_000,
        "code twice": b'{"code":9001,"code":9000}',
        "code twice, the same": b'{"code":9000,"code":9000}',
        "code twice, once escaped": b'{"code":9001,"c\\u006fde":9000}',
        "code twice, integer and text": b'{"code":9000,"code":"9001"}',
        "exID twice": b'{"code":9000,"exID":"order-43","exID":"order-42"}',
        "a key inside twice": b'{"code":9000,"x":{"a":1,"a":2}}',
        "code as text": b'{"code":"9000"}',
        "code with fraction": b'{"code":9000.0}',
        "code with exponent": b'{"code":9e3}',
        "code with fraction part": b'{"code":9000.5}',
        "code null": b'{"code":null}',
        "code true": b'{"code":true}',
        "code in an array": b'{"code":[9000]}',
        "code in an object": b'{"code":{"value":9000}}',
        "code with leading zero": b'{"code":09000}',
        "code with sign": b'{"code":+9000}',
        "code in hexadecimal": b'{"code":0x2328}',
        "code with underscore": b'{"code":9_000}',
        "code that wraps 64 bits": b'{"code":18446744073709560616}',
        "code that wraps 32 bits and is a fraction": b'{"code":4294976296.0}',
        "code of 400 digits": b'{"code":' + b"9" * 400 + b"}",
        "code in capitals": b'{"Code":9000}',
        "code in another language": b'{"c\xd0\xbede":9000}',
        "code with a space": b'{"code ":9000}',
        "code with NUL": b'{"code\\u0000":9000}',
        "code null, and an error object": b'{"code":null,"error":{"code":9000}}',
        "an error text": b'{"error":"auth failed"}',
        "an error without code": b'{"error":{"message":"no"}}',
        "id as text": b'{"code":9000,"id":"117270465679982593"}',
        "id with fraction": b'{"code":9000,"id":1.0}',
        "id beyond 64 bits": b'{"code":9000,"id":9223372036854775808}',
        "id of 300 digits": b'{"code":9000,"id":' + b"1" * 300 + b"}",
        "id with exponent": b'{"code":9000,"id":1.17270465679982593e17}',
        "id true": b'{"code":9000,"id":true}',
        "id in an object": b'{"code":9000,"id":{}}',
        "exID of another request": b'{"code":9000,"exID":"order-43"}',
        "exID of another request, mismatch": b'{"code":9001,"exID":"order-43"}',
        "exID of another request, 9011": b'{"code":9011,"exID":"order-43"}',
        "exID in other case": b'{"code":9000,"exID":"Order-42"}',
        "exID with a space": b'{"code":9000,"exID":"order-42 "}',
        "exID with NUL": b'{"code":9000,"exID":"order-42\\u0000"}',
        "exID cut": b'{"code":9000,"exID":"order-4"}',
        "exID longer": b'{"code":9000,"exID":"order-421"}',
        "exID an integer": b'{"code":9000,"exID":42}',
        "exID a number": b'{"code":9000,"exID":42.0}',
        "exID true": b'{"code":9000,"exID":true}',
        "exID false": b'{"code":9000,"exID":false}',
        "exID in an array": b'{"code":9000,"exID":["order-42"]}',
        "exID in an object": b'{"code":9000,"exID":{}}',
        "exID a space": b'{"code":9000,"exID":" "}',
        "exID of 10,000 bytes": b'{"code":9000,"exID":"' + b"o" * 10_000 + b'"}',
    }
    for name, body in refused.items():
        yield Case(f"body: {name}", reply(body), BAD)
    accepted = {
        "spaces around": b" \t\r\n" + PLAIN + b"\r\n\t ",
        "other order": b'{"exID":"order-42","content":"x","code":9000,"id":1}',
        "unknown keys": b'{"code":9000,"x":{"code":9001},"y":[9001]}',
        "content missing": b'{"code":9000}',
        "content null": b'{"code":9000,"content":null}',
        "content a number": b'{"code":9000,"content":9001}',
        "content that contradicts": b'{"code":9000,"content":"verify not consistent"}',
        "content in Chinese": '{"code":9000,"content":"\u9a8c\u8bc1\u4e00\u81f4"}'.encode(),
        "content of 40,000 bytes": b'{"code":9000,"content":"' + b"x" * 40_000 + b'"}',
        "content with escapes": b'{"code":9000,"content":"\\u001b[2J\\ud83d\\ude00\\n"}',
        "key escaped": b'{"c\\u006fde":9000}',
        "exID escaped": b'{"code":9000,"exID":"order\\u002d42"}',
        "id null": b'{"code":9000,"id":null}',
        "id empty": b'{"code":9000,"id":""}',
        "id negative": b'{"code":9000,"id":-1}',
        "id zero": b'{"code":9000,"id":0}',
        "id above 2^53": b'{"code":9000,"id":9007199254740993}',
        "id at 2^63-1": b'{"code":9000,"id":9223372036854775807}',
        "id at -2^63": b'{"code":9000,"id":-9223372036854775808}',
        "nested 40 deep": b'{"code":9000,"x":' + b"[" * 40 + b"]" * 40 + b"}",
        "an error object beside the code": b'{"code":9000,"error":{"code":9011}}',
        "v2 with a failed risk check": b'{"code":9000,"score":1,"riskCheck":{"code":2000,"content":"internal error","tags":[],"detail":{}}}',
        "keys that differ in form": b'{"code":9000,"caf\\u00e9":1,"cafe\\u0301":2}',
    }
    for name, body in accepted.items():
        yield Case(f"body: {name}", reply(body), MATCH)
    for name, number in [
        ("9001 + 2^32", 4294976297),
        ("9000 + 2^32", 4294976296),
        ("9000 + 2^16", 74536),
        ("minus 9000", -9000),
        ("90000", 90000),
        ("900", 900),
        ("0", 0),
        ("-0", 0),
        ("2^63-1", 9223372036854775807),
        ("-2^63", -9223372036854775808),
        ("8000", 8000),
        ("1000", 1000),
        ("2000", 2000),
        ("8999", 8999),
        ("9008", 9008),
    ]:
        text = b"-0" if name == "-0" else b"%d" % number
        yield Case(f"body: code {name}", reply(b'{"code":' + text + b"}"), code(number))
    for number in (
        9002,
        9003,
        9004,
        9005,
        9006,
        9007,
        9010,
        9011,
        9012,
        9013,
        9014,
        9015,
        9018,
        9020,
        9021,
        9022,
        9031,
        9099,
        9999,
    ):
        yield Case(f"body: code {number}", reply(b'{"code":%d,"content":"x"}' % number), code(number))
    as_error = ("unknown", "yes", "bad_reply", 9000)
    yield Case("body: an error object of 9000", reply(b'{"error":{"code":9000}}'), as_error)
    yield Case("body: an error object of 9001", reply(b'{"error":{"code":9001}}'), (*as_error[:3], 9001))
    yield Case("body: an error object of 9003", reply(b'{"error":{"code":9003,"message":"x"}}'), code(9003))
    yield Case("exID of digits, as integer", reply(b'{"code":9000,"exID":12345}'), MATCH, exid="12345")
    yield Case("exID of digits, as integer without zeros", reply(b'{"code":9000,"exID":7}'), MATCH, exid="007")
    yield Case("exID of digits, another integer", reply(b'{"code":9000,"exID":8}'), BAD, exid="007")
    yield Case("exID of digits, with fraction", reply(b'{"code":9000,"exID":12345.0}'), BAD, exid="12345")
    yield Case("exID that looks the same", reply('{"code":9000,"exID":"cafe\u0301"}'.encode()), BAD, exid="caf\u00e9")
    yield Case("exID in Chinese", reply('{"code":9000,"exID":"\u8ba2\u5355"}'.encode()), MATCH, exid="\u8ba2\u5355")
    yield Case("exID in Chinese, escaped", reply(b'{"code":9000,"exID":"\\u8ba2\\u5355"}'), MATCH, exid="\u8ba2\u5355")
    yield Case("exID with quotes", reply(b'{"code":9000,"exID":"a\\"b\\\\c"}'), MATCH, exid='a"b\\c')
    yield Case("no exID asked, another in the reply", reply(b'{"code":9000,"exID":"order-42"}'), BAD, exid=None)
    yield Case("no exID asked, null in the reply", reply(b'{"code":9000,"exID":null}'), MATCH, exid=None)


def all_cases():
    for group in (
        good_cases,
        chunk_cases,
        framing_cases,
        status_cases,
        interim_cases,
        ending_cases,
        excess_cases,
        compression_cases,
        body_cases,
    ):
        yield from group()
