"""The commands of a release on other systems than this one: they start there, and write the same bytes as here."""
import os
import shutil
import struct
import subprocess

import dist
import macos
import tools
import windows
from harness import check, ensure, same
from tools import ROOT, WORK, fresh, need

STUBS = ["x86_64-linux-lean", "aarch64-linux-lean", "x86_64-windows-lean"]
HERE = "x86_64-linux"
TARGETS = ("x86_64-linux", "aarch64-linux", "x86_64-windows")
# Nothing here runs them. One of the two: both are built in one way.
MACOS = "aarch64-macos"
MODULE = dist.HELLO
PROGRAM = os.path.join(ROOT, "examples", "hello.hako")
SAID = "hello, WebAssembly!\nhello, Nyash!\n"

# wine 8 lacks this library, from which Rust's standard library takes random numbers on Windows.
RANDOM = """#include <windows.h>
BOOLEAN NTAPI SystemFunction036(PVOID, ULONG);
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T size) { return SystemFunction036(data, size); }
"""


def commands():
    """The folder with a folder of commands for each platform."""
    if os.environ.get("NYASH_DIST"):
        # What people download is what is checked.
        place = fresh("platforms-release")
        for name in (*TARGETS, MACOS):
            archive = os.path.join(os.environ["NYASH_DIST"], f"nyash-{dist.VERSION}-{name}.tar.gz")
            subprocess.run(["tar", "-xzf", archive, "-C", place, "--transform", f"s,^[^/]*/bin/,{name}/,"], check=True)
        return place
    stubs = tools.stubs(*STUBS) if os.environ.get("NYASH_PACK_STUBS") else tools.only(*STUBS)
    folder = os.path.join(WORK, "platforms")
    dist.run(
        "cargo", "xtask", "dist", *(f"--platform={name}" for name in (*TARGETS, MACOS)), "--stubs", stubs, "--incomplete", "--profile=trial",
        "--out", folder, cwd=ROOT,
    )
    return dist.commands()


class Here:
    name, suffix, need = HERE, "", ()

    def __init__(self, folder):
        self.folder = os.path.join(folder, self.name)

    def start(self, command, *arguments, status=0, cwd=None):
        """What a command of this platform does, with nothing of this checkout around it."""
        program = os.path.join(self.folder, command + self.suffix)
        return self.run(program, *arguments, status=status, cwd=cwd)

    def run(self, program, *arguments, status=0, cwd=None):
        return dist.run(program, *arguments, status=status, cwd=cwd, env=dist.CLEAN)


class Arm(Here):
    name, need = "aarch64-linux", ("qemu-aarch64-static",)

    def run(self, program, *arguments, status=0, cwd=None):
        return dist.run("qemu-aarch64-static", program, *arguments, status=status, cwd=cwd, env=dist.CLEAN)


class Windows(Here):
    name, suffix, need = "x86_64-windows", ".exe", ("wine", "x86_64-w64-mingw32-gcc")

    def __init__(self, folder):
        super().__init__(folder)
        self.environment = dict(windows.environment())
        self.environment["WINEDEBUG"] = "-all"
        library = os.path.join(self.environment["HOME"], ".wine", "drive_c", "windows", "system32", "bcryptprimitives.dll")
        source = os.path.join(fresh("platforms-wine"), "random.c")
        with open(source, "w") as file:
            file.write(RANDOM)
        subprocess.run(["x86_64-w64-mingw32-gcc", "-shared", "-O2", source, "-o", library, "-ladvapi32"], check=True)

    def run(self, program, *arguments, status=0, cwd=None):
        done = dist.run("wine", program, *arguments, status=status, cwd=cwd, env=self.environment)
        done.stdout = done.stdout.replace("\r\n", "\n")
        return done


def helps(system):
    for command in dist.COMMANDS:
        ensure(f"Usage: {command}" in system.start(command, "--help").stdout.replace(".exe", ""), f"{command} --help")
        same("version", system.start(command, "--version").stdout, f"{command} {dist.VERSION}\n")


def same_bytes(system, here):
    """Packed there and packed here."""
    place = fresh(f"platforms-{system.name}")
    for target in TARGETS:
        for command, how, source in (("nyash-pack", [], MODULE), ("nyash", ["--aot"], PROGRAM)):
            outputs = []
            for where in (here, system):
                output = f"{command}-{target}-{where.name}"
                where.start(command, *how, source, "--target", target, "-o", output, cwd=place)
                with open(os.path.join(place, output), "rb") as file:
                    outputs.append(file.read())
            ensure(outputs[0] == outputs[1], f"{command} --target {target}: other bytes")


def usual(system):
    """Without a target and a name: a program for the system itself, which runs."""
    place = fresh(f"platforms-{system.name}-usual")
    shutil.copy(MODULE, os.path.join(place, "hello.wat"))
    shutil.copy(PROGRAM, os.path.join(place, "greet.hako"))
    system.start("nyash-pack", "hello.wat", cwd=place)
    same("hello", system.run(os.path.join(place, "hello" + system.suffix)).stdout, "hello\n")
    # Over a program that is there.
    system.start("nyash-pack", "hello.wat", "-q", cwd=place)
    system.start("nyash", "--aot", "greet.hako", cwd=place)
    same("a Nyash program", system.run(os.path.join(place, "greet" + system.suffix)).stdout, SAID)
    system.start("nyash-pack", "hello.wat", "--oci", "image.tar", "--target", HERE, cwd=place)
    system.start("nyash-pack", "hello.wat", "--oci", "image", "--target", HERE, cwd=place)
    same("what is left", sorted(os.listdir(place)), sorted(
        ["hello.wat", "greet.hako", "hello" + system.suffix, "greet" + system.suffix, "image.tar", "image"]))
    same("verify", system.start("nyash-pack", "verify", "hello" + system.suffix, cwd=place).stdout.count("ok") > 0, True)


def runs(system):
    """Packed into a temporary file, because there are no programs in memory; the status is the program's."""
    place = fresh(f"platforms-{system.name}-run")
    same("run", system.start("nyash-pack", "run", MODULE, cwd=place).stdout, "hello\n")
    same("a Nyash program", system.start("nyash", PROGRAM, cwd=place).stdout, SAID)
    trap = os.path.join(place, "trap.wat")
    with open(trap, "w") as file:
        file.write('(module (memory (export "memory") 1) (func (export "_start") unreachable))')
    ensure("unreachable" in system.start("nyash-pack", "run", "trap.wat", status=134, cwd=place).stderr, "no word of the trap")


def answers(system):
    """What cannot be done there is said in words, and leaves nothing."""
    place = fresh(f"platforms-{system.name}-words")
    with open(os.path.join(place, "hello.wat"), "w") as file:
        file.write('(module (memory (export "memory") 1) (func (export "_initialize")) (func (export "_start")))')
    for arguments, status, word in (
        (["hello.wat", "--preinit", "--target", HERE], 1, "x86-64 Linux"),
        (["no-such-file.wasm"], 3, "no-such-file.wasm"),
        (["hello.wat", "-o", "no-such-folder/hello"], 3, "its folder does not exist"),
        (["hello.wat", "-o", "hello.wat"], 3, "it is the input"),
    ):
        done = system.start("nyash-pack", *arguments, status=status, cwd=place)
        ensure(word in done.stderr, f"{arguments}: {done.stderr}")
    same("what is left", os.listdir(place), ["hello.wat"])


def loadable(folder):
    """What a Mac looks at before it starts a file: its processor, the oldest system, libraries, the signature of each page."""
    sizes = []
    for command in dist.COMMANDS:
        path = os.path.join(folder, MACOS, command)
        file = macos.MachO(path)
        magic, processor = struct.unpack_from("<2I", file.bytes)
        same("processor", processor, 0x0100000C)
        same("system and its oldest version", struct.unpack_from("<2I", file.command(0x32), 8), (1, 11 << 16))
        libraries = [text[24:].rstrip(b"\0").decode() for number, text in file.commands if number == 0xC]
        same("libraries", libraries, ["/usr/lib/libSystem.B.dylib"])
        # Zig signs pages of the size that the processor has.
        macos.code_directory(file, shift=14)
        ensure(os.path.expanduser("~").encode() not in file.bytes, "a path of this machine is inside")
        sizes.append(f"{command} {len(file.bytes) / 1e6:.1f} MB")
    return ", ".join(sizes)


def on(system, *checks):
    need(*system.need)
    for name, function, *more in checks:
        check(f"{system.name}: {name}", function, system, *more)


def main():
    folder = check("cargo xtask dist", commands)
    if folder is None:
        return
    here = Here(folder)
    need(*Arm.need)
    on(Arm(folder), ("help", helps), ("the same bytes as here", same_bytes, here), ("programs for itself", usual))
    need(*Windows.need)
    on(
        Windows(folder), ("help", helps), ("the same bytes as here", same_bytes, here), ("programs for itself", usual),
        ("running", runs), ("what cannot be done", answers),
    )
    check(f"{MACOS}: a file that a Mac starts", loadable, folder)
