#!/usr/bin/env python3
"""Writes a large module, the same bytes every time: big-module.py OUT FUNCTIONS

Each function compiles to about 2.6 KB of x86-64 code; every fourth one is in a table; 20 MB of initial memory, no page of
it zero. The program prints `hello` and touches nothing else, so that its start costs what size alone costs.
"""
import random
import sys

PAGES = 400
DATA = 20_000_000


def leb(value):
    out = bytearray()
    while True:
        byte, value = value & 127, value >> 7
        out.append(byte | (128 if value else 0))
        if not value:
            return bytes(out)


def signed(value):
    out = bytearray()
    while True:
        byte, value = value & 127, value >> 7
        done = (value == 0 and not byte & 64) or (value == -1 and byte & 64)
        out.append(byte | (0 if done else 128))
        if done:
            return bytes(out)


def section(number, body):
    return bytes([number]) + leb(len(body)) + body


def vector(items):
    return leb(len(items)) + b"".join(items)


def name(text):
    return leb(len(text)) + text.encode()


def sized(body):
    return leb(len(body)) + body


def straight_line(dice, function):
    """Arithmetic on a parameter, stores, and now and then a call to an earlier function."""
    code = bytearray(b"\0")
    for step in range(100):
        constant = dice.randrange(1 << 31)
        # memory[offset] = (p * constant) ^ (p >> step)
        code += b"\x20\x00\x20\x00\x41" + signed(constant) + b"\x6c\x20\x00\x41" + signed(step % 31) + b"\x76\x73"
        code += b"\x36\x02" + leb(4 * step + 64)
        if step % 25 == 24 and function > 10:
            code += b"\x20\x00\x10" + leb(2 + dice.randrange(function)) + b"\x1a"
    return sized(bytes(code) + b"\x20\x00\x0b")


def module(functions):
    dice = random.Random(20)
    i32, empty = b"\x7f", b"\0"
    types = vector([b"\x60\x04" + i32 * 4 + b"\x01" + i32, b"\x60" + empty + empty, b"\x60\x01" + i32 + b"\x01" + i32])
    imports = vector([name("wasi_snapshot_preview1") + name("fd_write") + b"\0\0"])
    start = sized(b"\0\x41\x01\x41\x08\x41\x01\x41\x20\x10\x00\x1a\x0b")
    bodies = [start] + [straight_line(dice, at) for at in range(functions)]
    # The text to print and its vector, then noise.
    text = b"hello\n\0\0" + (0).to_bytes(4, "little") + (6).to_bytes(4, "little")
    data = text + dice.randbytes(DATA - len(text))
    table = [2 + at for at in range(0, functions, 4)]
    return b"".join([
        b"\0asm\1\0\0\0",
        section(1, types),
        section(2, imports),
        section(3, vector([b"\x01"] + [b"\x02"] * functions)),
        section(4, b"\x01\x70\x00" + leb(len(table))),
        section(5, b"\x01\x00" + leb(PAGES)),
        section(7, vector([name("memory") + b"\x02\x00", name("_start") + b"\x00\x01"])),
        section(9, b"\x01\x00\x41\x00\x0b" + vector([leb(index) for index in table])),
        section(10, vector(bodies)),
        section(11, b"\x01\x00\x41\x00\x0b" + sized(data)),
    ])


if __name__ == "__main__":
    with open(sys.argv[1], "wb") as file:
        file.write(module(int(sys.argv[2])))
