#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes the values that hiredis reads from bytes, for the test that compares the RESP parser with hiredis.

Usage: pip install hiredis && scripts/suites.d/resp_reference.py > Tests/RESPTests/Fixtures/hiredis.txt

Each line has the bytes in hexadecimal digits, a space, and the first value as text, 'error' or 'pending'.
"""
import random
import hiredis

ALPHABET = b"+-:$*_#,(!=%~>|\r\n0123456789?tfe."


def leaf(rng):
    text = bytes(rng.choice(b"ab\xff\x00 ") for _ in range(rng.randrange(4)))
    line = text.replace(b"\xff", b"")
    return rng.choice([
        b"+%s\r\n" % line,
        b"-ERR %s\r\n" % line,
        b":%d\r\n" % rng.choice([0, 1, -1, 42, 2**63 - 1, -2**63, rng.randrange(-10**6, 10**6)]),
        b"$%d\r\n%s\r\n" % (len(text), text),
        b"$-1\r\n", b"*-1\r\n", b"_\r\n", b"#t\r\n", b"#f\r\n",
        b",%s\r\n" % rng.choice([b"1.5", b"-0.25", b"1e3", b"inf", b"-inf", b"10"]),
        b"(%d\r\n" % rng.choice([0, 12, -3, 10**30]),
        b"=%d\r\ntxt:%s\r\n" % (len(text) + 4, text),
    ])


def value(rng, depth=0):
    if depth == 3 or rng.random() < 0.6:
        return leaf(rng)
    count = rng.randrange(4)
    kind = rng.choice([b"*", b"~", b"%"])
    if kind == b"%":
        # The keys differ, since a Python dict has no equal keys.
        return b"%%%d\r\n" % count + b"".join(b"+k%d\r\n" % i + value(rng, depth + 1) for i in range(count))
    return kind + b"%d\r\n" % count + b"".join(value(rng, depth + 1) for _ in range(count))


def mutated(rng, data):
    data = bytearray(data)
    for _ in range(rng.randrange(3)):
        place = rng.randrange(len(data))
        choice = rng.randrange(4)
        if choice == 0:
            data[place] = rng.choice(ALPHABET)
        elif choice == 1:
            data.insert(place, rng.choice(ALPHABET))
        elif choice == 2 and len(data) > 1:
            del data[place]
        else:
            data = data[:place + 1]
    return bytes(data)


def shown(value):
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return "i%d" % value
    if isinstance(value, float):
        return "f%s" % repr(value)
    if isinstance(value, bytes):
        return "b" + value.hex()
    if isinstance(value, str):
        return "b" + value.encode().hex()
    if isinstance(value, hiredis.ReplyError):
        return "e"
    if isinstance(value, dict):
        return "{" + ",".join(shown(k) + "=" + shown(v) for k, v in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(shown(v) for v in value) + "]"
    raise TypeError(type(value))


def main():
    rng = random.Random(1)
    seen = set()
    lines = 0
    while lines < 2500:
        data = mutated(rng, value(rng))
        # hiredis knows no bulk errors and no big numbers with a plus, and takes a verbatim string of length -1 for null.
        if data in seen or len(data) > 120 or any(part in data for part in (b"!", b"(+", b"=-")):
            continue
        seen.add(data)
        pending = object()
        reader = hiredis.Reader(notEnoughData=pending)
        reader.feed(data)
        try:
            result = reader.gets()
            outcome = "pending" if result is pending else shown(result)
        except hiredis.ProtocolError:
            outcome = "error"
        except (TypeError, ValueError):
            continue
        print(data.hex(), outcome)
        lines += 1


main()
