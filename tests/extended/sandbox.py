"""Runs where a native program runs but just-in-time compilers do not: no executable memory, little address space."""
import os
import re

import tools
from harness import check, ensure, same
from native import both, launcher, outcome
from tools import HERE, ROOT, fresh, pack, wasm

KILLED_BY_FILTER = -31


def guards_are_armed():
    victim = tools.native(os.path.join(HERE, "wants-executable-memory.c"))
    same("status without a guard", outcome([victim])[0], 0)
    same("status under MDWE", outcome([launcher(), "mdwe", victim])[0], 1)
    same("status under seccomp", outcome([launcher(), "seccomp", victim])[0], KILLED_BY_FILTER)


def settled(ended):
    """How a program ended, without what depends on where the kernel has put its stack: how many calls fit, and which of two
    functions that call each other had the last one."""
    status, out, errors = ended
    if b"call stack exhausted" in errors:
        errors = re.sub(rb"(?m)^ +(\d+: (ping|pong) \(.*\)|\.\.\. \d+ more)\n", b"", errors)
        errors = re.sub(rb"(?m)^ +\d+: ", b"", errors)
    return status, out, errors


def guarded(guard):
    """Everything a program does, its traps included, must go the same way with the guard and without."""
    for name, arguments, stdin in (
        ("hello", [], b""),
        ("reading", [], b"x"),
        ("status", ["42"], b""),
        ("wild-pointer", [], b""),
        ("endless-recursion", [], b""),
        ("copy", [], bytes(range(256)) * 999),
    ):
        packed, _ = both(name)
        free = outcome([packed, *arguments], input=stdin)
        ensure(free[1], f"{name} printed nothing") if name not in ("status",) else None
        kept = outcome([launcher(), guard, packed, *arguments], input=stdin)
        same(f"{name}: (status, output, errors)", settled(kept), settled(free))


def limited(kilobytes, program, *arguments):
    return outcome(["sh", "-c", f'ulimit -v {kilobytes} && exec "$0" "$@"', program, *arguments])


def small(name, *options):
    folder = os.path.join(tools.WORK, "packed-small")
    return both(name, "--small-address-space", *options, folder=folder)[0]


def small_address_space():
    hello, growing = small("hello"), small("growing")
    for kilobytes in (1_000_000, 100_000, 32_000):
        same(f"hello under {kilobytes} KB: (status, output, errors)", limited(kilobytes, hello), (0, b"hello\n", b""))
    done = []
    for kilobytes in (500_000, 100_000):
        status, out, errors = limited(kilobytes, growing)
        same(f"growing under {kilobytes} KB: (status, output)", (status, out), (0, b"some, then no more\n"))
        done.append(int(errors.split()[0]))
    ensure(done[0] > 200 and done[1] > 40, f"only {done} MB of 500 and 100 could be used")
    return f"{done[0]} of 500 MB and {done[1]} of 100 MB were the program's"


def small_guests():
    """The bounds checks are explicit then: the same answers, the same traps."""
    for name in ("computing", "recursion", "heap"):
        source = os.path.join(ROOT, "tests", "guests-c", name + ".c")
        module = wasm(source, "small-" + name, "-lm", "-Wl,-z,stack-size=4194304")
        folder = fresh("small-" + name)
        large = pack(module, os.path.join(folder, "large"))
        tight = pack(module, os.path.join(folder, "tight"), "--small-address-space")
        same(f"{name}: (status, output, errors)", outcome([tight]), outcome([large]))
    for name in ("wild-pointer", "endless-recursion"):
        status, out, errors = limited(100_000, small(name))
        large = outcome([both(name)[0]])
        same(f"{name}: (status, output)", (status, out), large[:2])
        # The one with small address space has other code, at other distances.
        named = [re.findall(rb"\b(first|second|third|ping|pong|main)\b", text)[:20] for text in (errors, large[2])]
        if name == "endless-recursion":
            named = [sorted(set(names)) for names in named]
        same(f"{name}: the call stack", named[0], named[1])


def too_small():
    """A program that reserves its address space cannot start under a limit; it says so and names the way out."""
    packed, _ = both("hello")
    status, out, errors = limited(1_000_000, packed)
    ensure(status > 0, f"status {status}, {errors!r}")
    ensure(out == b"" and errors.count(b"\n") <= 6, f"{out!r} {errors!r}")
    ensure(b"small-address-space" in errors, f"no way out in {errors!r}")
    return errors.decode().strip().splitlines()[0]


def initial_memory_does_not_fit():
    folder = fresh("sandbox-initial")
    source = os.path.join(folder, "large.wat")
    with open(source, "w") as file:
        file.write('(module (memory (export "memory") 16000) (func (export "_start")))')
    packed = pack(source, os.path.join(folder, "large"), "--small-address-space")
    same("status without a limit", outcome([packed])[0], 0)
    status, _, errors = limited(500_000, packed)
    ensure(status > 0 and b"memory" in errors, f"status {status}, {errors!r}")
    return errors.decode().strip().splitlines()[0]


def memory_limit():
    packed, _ = both("growing", "--memory-limit", "64M", folder=os.path.join(tools.WORK, "packed-limited"))
    status, out, errors = outcome([packed])
    same("(status, output)", (status, out), (0, b"some, then no more\n"))
    used = int(errors.split()[0])
    ensure(50 <= used <= 64, f"{used} MB could be used")
    return f"{used} MB of 64"


def main():
    check("the guards are armed", guards_are_armed)
    check("PR_SET_MDWE", guarded, "mdwe")
    check("seccomp that kills on executable memory", guarded, "seccomp")
    check("small address space under ulimit -v", small_address_space)
    check("small address space: same answers, same traps", small_guests)
    check("under ulimit -v without --small-address-space", too_small)
    check("initial memory that does not fit under ulimit -v", initial_memory_does_not_fit)
    check("--memory-limit", memory_limit)
