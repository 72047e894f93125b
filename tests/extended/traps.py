"""Traps: what happened, the call stack with names, exit status 134; the names are those the other host prints."""
import os
import re
import subprocess

from harness import check, ensure, same
from native import both, outcome
from tools import WORK, fresh, other_host, pack

# What goes wrong in the innermost of three functions, and a word that the message must hold.
BODIES = {
    "unreachable": ("unreachable", "unreachable"),
    "out-of-bounds load": ("(drop (i32.load (i32.const -4)))", "out of bounds"),
    "out-of-bounds store": ("(i64.store offset=4000000000 (i32.const 100) (i64.const 1))", "out of bounds"),
    "out-of-bounds fill": ("(memory.fill (i32.const 65000) (i32.const 1) (i32.const 1000))", "out of bounds"),
    "out-of-bounds copy": ("(memory.copy (i32.const 0) (i32.const 65000) (i32.const 1000))", "out of bounds"),
    "out-of-bounds table": ("(drop (table.get $t (i32.const 9)))", "table"),
    "division by zero": ("(drop (i32.div_s (i32.const 1) (local.get $zero)))", "zero"),
    "remainder by zero": ("(drop (i64.rem_u (i64.const 1) (i64.extend_i32_s (local.get $zero))))", "zero"),
    "division overflow": ("(drop (i32.div_s (i32.const 0x80000000) (i32.sub (local.get $zero) (i32.const 1))))", "overflow"),
    "float to integer": ("(drop (i32.trunc_f64_s (f64.const 1e300)))", "overflow"),
    "not a number to integer": ("(drop (i32.trunc_f32_s (f32.const nan)))", "conversion"),
    "call of an empty table slot": ("(call_indirect $t (i32.const 1))", "uninitialized"),
    "call of another type": ("(call_indirect $t (param i32) (i32.const 1) (i32.const 0))", "type"),
    "call beyond the table": ("(call_indirect $t (i32.const 77))", "table"),
}

MODULE = """(module
  (memory (export "memory") 1 1)
  (table $t 2 funcref)
  (elem (i32.const 0) $outer)
  (func $innermost (param $zero i32) {body})
  (func $middle (param $zero i32) (call $innermost (local.get $zero)))
  (func $outer (call $middle (i32.const 0)))
  (func (export "_start") (call $outer)))"""


def their_names(module):
    """The functions of the call stack under the other host, innermost first: `0: 0x1f - module!name`."""
    host, env = other_host()
    theirs = subprocess.run([*host, module], capture_output=True, env=env, text=True)
    return re.findall(r"^\s*\d+:\s+(?:0x[0-9a-f]+ - )?.*?!(.+)$", theirs.stderr, re.M)


def our_names(errors):
    """The functions of the call stack that a packed program prints: `0: name (+0x1f)`, or `0: name (file.c:1:2)` where the
    module says so. Those that were inlined are no functions of the module."""
    found = re.findall(r"^\s*\d+: (.+) \((?:\+0x[0-9a-f]+|[^()]+:\d+(?::\d+)?)\)$", errors, re.M)
    return [name for name in found if not name.endswith(" [inlined]")]


def wat_trap(body, word, *options):
    folder = fresh("trap")
    source = os.path.join(folder, "trap.wat")
    with open(source, "w") as file:
        file.write(MODULE.format(body=body))
    packed = pack(source, os.path.join(folder, "trap"), *options)
    status, out, errors = outcome([packed])
    same("(status, output)", (status, out), (134, b""))
    text = errors.decode()
    ensure(word in text.lower(), f"no word of {word!r} in {text!r}")

    # The exported function has no name: the other host gives its number.
    expected = [name for name in their_names(source) if not name.startswith("<wasm")]
    same("the other host's call stack", expected, ["innermost", "middle", "outer"])
    same("the call stack", our_names(text)[:3], expected)


def c_trap(name, *functions):
    """`functions` must stand at the top of the stack; without them the whole stack is the other host's."""
    packed, _ = both(name)
    status, out, errors = outcome([packed])
    same("status", status, 134)
    ensure(out in (b"before\n", b"ready\n"), f"standard output {out!r}")
    text = errors.decode()
    ensure(len(text) < 20000, f"{len(text)} characters of message")
    if functions:
        same("the innermost functions", set(our_names(text)[:4]), set(functions))
    else:
        same("the call stack", our_names(text), their_names(os.path.join(WORK, "wasm", f"native-{name}.wasm")))


def overflow_under(limit):
    packed, _ = both("endless-recursion")
    status, out, errors = outcome(["sh", "-c", f'ulimit -s {limit} && exec "$0"', packed])
    same("(status, output)", (status, out), (134, b"ready\n"))
    ensure(b"stack" in errors, f"{errors!r}")


def uncaught_exception():
    folder = fresh("trap-exception")
    source = os.path.join(folder, "throw.wat")
    with open(source, "w") as file:
        file.write('(module (memory (export "memory") 1) (tag $oops (param i32))'
                   ' (func $thrower (throw $oops (i32.const 1))) (func (export "_start") (call $thrower)))')
    status, _, errors = outcome([pack(source, os.path.join(folder, "throw"))])
    same("status", status, 134)
    ensure(b"exception" in errors, f"{errors!r}")


def at_instantiation():
    folder = fresh("trap-instantiation")
    for name, body in {
        "data": '(memory (export "memory") 1) (data (i32.const 65530) "0123456789") (func (export "_start"))',
        "start": '(memory (export "memory") 1) (func $begin unreachable) (start $begin) (func (export "_start"))',
    }.items():
        source = os.path.join(folder, name + ".wat")
        with open(source, "w") as file:
            file.write(f"(module {body})")
        status, _, errors = outcome([pack(source, os.path.join(folder, name))])
        same(f"{name}: status", status, 134)
        ensure(errors, "no message")


def without_standard_error():
    packed, _ = both("wild-pointer")
    same("(status, output)", outcome(["sh", "-c", 'exec "$0" 2>&-', packed])[:2], (134, b"before\n"))
    same("(status, output)", outcome(["sh", "-c", 'exec "$0" 2>/dev/full', packed])[:2], (134, b"before\n"))


def main():
    other_host()
    for name, (body, word) in BODIES.items():
        check(name, wat_trap, body, word)
    check("out-of-bounds load, explicit checks", wat_trap, *BODIES["out-of-bounds load"], "--small-address-space")
    check("division by zero, explicit checks", wat_trap, *BODIES["division by zero"], "--small-address-space")
    check("a wild pointer in C", c_trap, "wild-pointer")
    check("a stack overflow in C", c_trap, "endless-recursion", "ping", "pong")
    for limit in ("256", "64000", "unlimited"):
        check(f"a stack overflow under ulimit -s {limit}", overflow_under, limit)
    check("an uncaught exception", uncaught_exception)
    check("at instantiation", at_instantiation)
    check("without standard error", without_standard_error)
