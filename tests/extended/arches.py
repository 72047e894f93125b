"""Other processors, under qemu's emulation of a process: hello, preview 1, traps, recursion, memory, a Nyash program.

Where qemu answers otherwise than Linux, `tests/preview1/differences` says so; nothing is skipped in silence.
"""
import os
import re
import shutil
import subprocess

from harness import check, ensure, line, same
from real import Here, elsewhere
from tools import ROOT, compiler, fresh, need, pack, stubs
from traps import BODIES, MODULE, our_names

# The target, its emulator, and the page sizes that its kernels have.
TARGETS = {
    "aarch64-linux": ("qemu-aarch64-static", (4096, 16384, 65536)),
    "riscv64-linux": ("qemu-riscv64-static", (4096,)),
    "s390x-linux": ("qemu-s390x-static", (4096,)),
}
STUBS = [f"{target}-{kind}" for target in ("aarch64-linux", "riscv64-linux") for kind in ("lean", "full")] + ["s390x-linux-lean"]
# The big-endian check: hello, traps, and the end of the stack.
SMALL = {"s390x-linux"}
LARGEST_HELLO = {"aarch64-linux": 1_000_000}
AIM_HELLO = {"aarch64-linux": 650_000}

DEEP = """(module (memory (export "memory") 1)
  (func $down (param $n i32) (result i32)
    (if (result i32) (local.get $n)
      (then (i32.add (i32.const 1) (call $down (i32.sub (local.get $n) (i32.const 1)))))
      (else (i32.const 0))))
  (func (export "_start")
    (if (i32.ne (call $down (i32.const 100000)) (i32.const 100000)) (then unreachable))))"""

ENDLESS = """(module (memory (export "memory") 1)
  (func $endless (call $endless) (call $endless)) (func (export "_start") (call $endless)))"""

# Grown memory is zero, keeps what is written to its ends, and what lies behind it traps.
GROWTH = """(module (memory (export "memory") 1 300)
  (func (export "_start")
    (i32.store (i32.const 65532) (i32.const 7))
    (if (i32.ne (memory.grow (i32.const 255)) (i32.const 1)) (then unreachable))
    (if (i32.load (i32.const 16777212)) (then unreachable))
    (i32.store (i32.const 16777212) (i32.const 9))
    (if (i32.ne (i32.load (i32.const 65532)) (i32.const 7)) (then unreachable))
    (memory.fill (i32.const 65536) (i32.const 3) (i32.const 1000001))
    (memory.copy (i32.const 2000003) (i32.const 65536) (i32.const 1000001))
    (memory.copy (i32.const 2000000) (i32.const 2000003) (i32.const 1000001))
    (if (i32.ne (i32.load8_u (i32.const 3000000)) (i32.const 3)) (then unreachable))
    (if (i32.ne (i32.load8_u (i32.const 3000004)) (i32.const 0)) (then unreachable))
    (if (i32.ne (memory.grow (i32.const 45)) (i32.const -1)) (then unreachable))
    (drop (i32.load (i32.const 16777216)))))"""


def image_module():
    """Initial memory that is mapped: 300 KiB with something at both ends and a byte that is written over."""
    text = "".join(f"\\{i % 251:02x}" for i in range(300 << 10))
    return f"""(module (memory (export "memory") 8)
      (data (i32.const 70000) "{text}") (data $passive "behind")
      (func (export "_start")
        (if (i32.ne (i32.load8_u (i32.const 70250)) (i32.const 250)) (then unreachable))
        (if (i32.ne (i32.load8_u (i32.const {70000 + (300 << 10) - 1})) (i32.const {((300 << 10) - 1) % 251})) (then unreachable))
        (i32.store8 (i32.const 70250) (i32.const 77))
        (if (i32.ne (i32.load8_u (i32.const 70250)) (i32.const 77)) (then unreachable))
        (memory.init $passive (i32.const 0) (i32.const 0) (i32.const 6))
        (if (i32.ne (i32.load8_u (i32.const 5)) (i32.const 100)) (then unreachable))))"""


class Machine(Here):
    """A target with its emulator."""

    def __init__(self, target, stubs):
        self.target, self.stubs = target, stubs
        self.emulator, self.pages = TARGETS[target]
        self.options = ("--target", target, "--stub-dir", stubs)

    def command(self, program):
        return [self.emulator, program]

    def pack(self, module, name, *options):
        output = os.path.join(fresh(f"{self.target}-{name}"), name)
        return pack(module, output, *self.options, *options)

    def pack_text(self, text, name):
        folder = fresh(f"{self.target}-{name}-source")
        source = os.path.join(folder, name + ".wat")
        with open(source, "w") as file:
            file.write(text)
        return self.pack(source, name)

    def run(self, program, page=None, cpu=None):
        options = ["-p", str(page)] if page else []
        options += ["-cpu", cpu] if cpu else []
        done = subprocess.run([self.emulator, *options, program], capture_output=True, timeout=300)
        return done.returncode, done.stdout, done.stderr


def hello(machine):
    program = machine.pack(os.path.join(ROOT, "examples", "hello.wat"), "hello")
    for page in machine.pages:
        same(f"hello with pages of {page}", machine.run(program, page), (0, b"hello from WebAssembly\n", b""))
    size = os.path.getsize(program)
    most = LARGEST_HELLO.get(machine.target, 1_000_000)
    ensure(size <= most, f"hello has {size} bytes, and must have at most {most}")
    aim = AIM_HELLO.get(machine.target)
    return f"{size} bytes" + (f", the aim of {aim} is missed" if aim and size > aim else "")


def structure(machine):
    """No two segments share a page of the largest size, no page is writable and executable, offsets are congruent."""
    for text in (MODULE.format(body="unreachable"), image_module()):
        program = machine.pack_text(text, "structure")
        listing = subprocess.run(["readelf", "-lW", program], capture_output=True, text=True).stdout
        pattern = r"^  LOAD +(0x\w+) (0x\w+) 0x\w+ (0x\w+) (0x\w+) ([R ][W ][E ]) (0x\w+)$"
        loads = [([int(word, 16) for word in (*found[:4], found[5])], found[4]) for found in re.findall(pattern, listing, re.M)]
        ensure(len(loads) >= 5, f"{len(loads)} segments in {listing}")
        largest, last = max(machine.pages), -1
        for (offset, address, in_file, in_memory, align), access in loads:
            same("alignment", align, largest)
            same(f"offset of {address:#x} in its page", offset % align, address % align)
            ensure(address // align > last, f"{address:#x} shares a page of {align} bytes with what is before it")
            ensure(in_file <= in_memory and "WE" not in access, f"segment at {address:#x}: {access}")
            last = (address + in_memory - 1) // align


def traps(machine):
    for name, (body, word) in BODIES.items():
        program = machine.pack_text(MODULE.format(body=body), "trap")
        status, out, errors = machine.run(program)
        same(f"{name}: status and output", (status, out), (134, b""))
        text = errors.decode()
        ensure(word in text.lower(), f"{name}: no word of {word!r} in {text!r}")
        same(f"{name}: the call stack", our_names(text)[:3], ["innermost", "middle", "outer"])
    return f"{len(BODIES)} traps"


def recursion(machine):
    same("100,000 levels", machine.run(machine.pack_text(DEEP, "deep")), (0, b"", b""))


def endless_recursion(machine):
    """On s390x the handler itself read behind the end of the stack, and said that the runtime was broken."""
    status, out, errors = machine.run(machine.pack_text(ENDLESS, "endless"))
    same("status and output", (status, out), (134, b""))
    ensure(b"call stack exhausted" in errors and b"endless" in errors, f"{errors[:300]!r}")


def growth(machine):
    program = machine.pack_text(GROWTH, "growth")
    for page in machine.pages:
        status, _, errors = machine.run(program, page)
        same(f"status with pages of {page}", status, 134)
        ensure(b"out of bounds" in errors, f"pages of {page}: {errors!r}")


def large_memory(machine):
    program = machine.pack_text(image_module(), "image")
    sections = subprocess.run(["readelf", "-SW", program], capture_output=True, text=True).stdout
    ensure(".nyash.image" in sections, "initial memory is not mapped")
    for page in machine.pages:
        same(f"with pages of {page}", machine.run(program, page), (0, b"", b""))


def twice(machine):
    source = os.path.join(ROOT, "examples", "hello.wat")
    first, second = (open(machine.pack(source, name), "rb").read() for name in ("first", "second"))
    ensure(first == second, "the same module packed twice differs")


def nyash_program(machine):
    nyash = compiler()
    source = os.path.join(ROOT, "examples", "hello.hako")
    folder = fresh(f"{machine.target}-nyash")
    module = os.path.join(folder, "hello.wasm")
    subprocess.run([nyash, "--compile-wasm", source, "-o", module], check=True, capture_output=True)
    status, out, errors = machine.run(machine.pack(module, "nyash-hello"))
    same("status, output", (status, out, errors), (0, b"hello, WebAssembly!\nhello, Nyash!\n", b""))


def levels(machine):
    """A processor without the atomics of Armv8.1 refuses code for them, takes the version without, or interprets."""
    hello = os.path.join(ROOT, "examples", "hello.wat")
    good = (0, b"hello from WebAssembly\n")
    old, new = "cortex-a53", "max"
    newer = machine.pack(hello, "lse", "--cpu", "lse")
    same("lse on a processor that has it", machine.run(newer, cpu=new), (*good, b""))
    status, out, errors = machine.run(newer, cpu=old)
    ensure((status, out) == (1, b"") and b"this machine lacks lse" in errors, f"{status} {out} {errors}")
    both = machine.pack(hello, "both", "--cpu", "baseline+lse")
    for cpu in (old, new):
        same(f"two versions on {cpu}", machine.run(both, cpu=cpu), (*good, b""))
    fallback = machine.pack(hello, "pulley", "--cpu", "lse", "--fallback", "pulley")
    same("with an interpreter, where it fits", machine.run(fallback, cpu=new), (*good, b""))
    status, out, errors = machine.run(fallback, cpu=old)
    ensure((status, out) == good and b"goes on with the interpreter" in errors, f"{status} {out} {errors}")


def interpreted(machine):
    """The behaviour tests of preview 1 in the interpreter, whose host calls are the same code for another machine."""
    preview1(machine, NYASH_FALLBACK="pulley")


def preview1(machine, **more):
    """The behaviour tests of preview 1. Where qemu is not Linux, tests/preview1/differences/TARGET.txt says in what."""
    environment = dict(
        os.environ,
        NYASH_TEST_TARGET=machine.target,
        # Some scripts run with a PATH of their own.
        NYASH_TEST_RUNNER=shutil.which(machine.emulator),
        NYASH_PACK_STUBS=os.path.abspath(machine.stubs),
        RUST_BACKTRACE="0",
        **more,
    )
    command = ["cargo", "test", "--quiet", "--workspace", "--test", "preview1"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    ensure(done.returncode == 0, (done.stdout + done.stderr)[-6000:])


def main():
    for target, (emulator, _) in TARGETS.items():
        need(emulator)
        machine = Machine(target, stubs(*STUBS))
        check(f"{target}: hello", hello, machine)
        check(f"{target}: segments and pages", structure, machine)
        check(f"{target}: traps", traps, machine)
        check(f"{target}: the same bytes twice", twice, machine)
        check(f"{target}: endless recursion", endless_recursion, machine)
        if target in SMALL:
            line(f"      {target} is the big-endian check: no more is run there")
            continue
        check(f"{target}: recursion", recursion, machine)
        check(f"{target}: memory growth", growth, machine)
        check(f"{target}: large initial memory", large_memory, machine)
        check(f"{target}: a Nyash program", nyash_program, machine)
        check(f"{target}: a large real module with exceptions", elsewhere, machine)
        check(f"{target}: preview 1", preview1, machine)
        if target == "aarch64-linux":
            check(f"{target}: CPU levels and fallback", levels, machine)
            check(f"{target}: preview 1 in the interpreter", interpreted, machine)
