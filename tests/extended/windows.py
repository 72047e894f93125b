"""Programs for Windows, run by wine: what they print, how they end, what they are started with, files, traps, Ctrl-C;
their structure by objdump; their start beside a C program's. mingw makes the C programs they are compared with."""
import atexit
import fcntl
import functools
import os
import pty
import re
import select
import statistics
import subprocess
import sys
import termios
import time

import tools
import traps
from harness import Failed, check, ensure, same
from real import Here, elsewhere
from tools import ROOT, WORK, fresh, need, pack, stubs, wasm

OBJDUMP = "x86_64-w64-mingw32-objdump"
GCC = "x86_64-w64-mingw32-gcc"
HELLO = os.path.join(ROOT, "examples", "hello.wat")
GUESTS = os.path.join(ROOT, "tests", "guests-c", "windows")
STUBS = ["x86_64-windows-lean", "x86_64-windows-full"]
LARGEST_HELLO = 1_500_000
SLOWEST_START = 1.6


@functools.cache
def environment():
    """Of wine, with its services running: those that a program brings up hold its output open for as long as they live."""
    need("wine")
    home = os.path.join(WORK, "wine")
    # The server does not start without its folder; every program would then start the whole of wine, for two seconds.
    os.makedirs(os.path.join(home, ".wine"), exist_ok=True)
    env = {"HOME": home, "WINEDEBUG": "-all", "LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"}
    quiet = {"env": env, "stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    server = next((path for path in ("/usr/lib/wine/wineserver", "/usr/bin/wineserver") if os.path.exists(path)), None)
    if server:
        subprocess.run([server, "-p"], **quiet)
        atexit.register(subprocess.run, [server, "-k"], **quiet)
    subprocess.run(["wine", "cmd", "/c", "exit"], timeout=300, **quiet)
    return env


def run(program, *arguments, env=None, timeout=60, **more):
    """Status, output and errors of a Windows program."""
    command = ["wine", program, *arguments]
    more.setdefault("stdin", subprocess.DEVNULL if "input" not in more else None)
    if "input" in more:
        del more["stdin"]
    done = subprocess.run(command, env={**environment(), **(env or {})}, capture_output=True, timeout=timeout, **more)
    return done.returncode, done.stdout, done.stderr


def packed(module, name, *options):
    output = os.path.join(WORK, "windows", name + ".exe")
    return pack(module, output, "--target", "windows", "--stub-dir", stubs(*STUBS), *options)


def guest(name, *options):
    return packed(wasm(os.path.join(GUESTS, name + ".c"), "windows-" + name), name, *options)


def hello():
    program = packed(HELLO, "hello")
    same("(status, output, errors)", run(program), (0, b"hello from WebAssembly\n", b""))
    size = os.path.getsize(program)
    ensure(size <= LARGEST_HELLO, f"{size} bytes")
    again = packed(HELLO, "hello-again")
    with open(program, "rb") as one, open(again, "rb") as other:
        ensure(one.read() == other.read(), "packed twice, and the bytes differ")
    return f"{size} bytes"


def structure():
    """What objdump sees, and what Windows asks for."""
    need(OBJDUMP)
    program = packed(HELLO, "hello")
    text = subprocess.run([OBJDUMP, "-x", program], capture_output=True, text=True, check=True).stdout
    sections = re.findall(r"^\s*\d+ (\S+)\s+([0-9a-f]+)\s+([0-9a-f]+)\s+[0-9a-f]+\s+([0-9a-f]+) .*\n\s+(.*)$", text, re.M)
    by_name = {name: (int(size, 16), int(address, 16), int(offset, 16), flags) for name, size, address, offset, flags in sections}
    payload, code = by_name[".nyash"], by_name[".nytext"]
    ensure("CODE" in code[3] and "READONLY" in code[3], f".nytext is {code[3]}")
    ensure("READONLY" in payload[3] and "CODE" not in payload[3], f".nyash is {payload[3]}")
    same("distance in memory and file", code[1] - payload[1], code[2] - payload[2])
    ensure(all(at % 4096 == 0 for _, _, at, _ in (payload, code)), "the payload is not aligned in the file")
    base = int(re.search(r"^ImageBase\s+([0-9a-f]+)", text, re.M)[1], 16)
    end = max(size + address for size, address, _, _ in by_name.values()) - base
    same("SizeOfImage", int(re.search(r"^SizeOfImage\s+([0-9a-f]+)", text, re.M)[1], 16), (end + 4095) // 4096 * 4096)
    flags = int(re.search(r"^DllCharacteristics\s+([0-9a-f]+)", text, re.M)[1], 16)
    ensure(flags & 0x40 and flags & 0x100 and flags & 0x20, f"without ASLR or NX: {flags:#x}")
    ensure(re.search(r"^Entry 4 0+ 0+ Security", text, re.M), "there is a certificate entry")
    libraries = set(re.findall(r"DLL Name: (\S+)", text))
    ensure(libraries <= {"kernel32.dll", "ntdll.dll"}, f"imports {libraries}")
    done = subprocess.run([tools.packer(), "verify", program], capture_output=True)
    same("verify", done.returncode, 0)


def symbols():
    """The functions of the module, as binutils see them, and a program that works without."""
    need(OBJDUMP)
    nm, strip = (OBJDUMP.replace("objdump", name) for name in ("nm", "strip"))
    folder = fresh("windows-symbols")
    source = os.path.join(folder, "named.wat")
    with open(source, "w") as file:
        file.write(open(HELLO).read().replace('(func (export "_start")', '(func $_ZN3app4mainEv (export "_start")'))
    program = packed(source, "symbols")
    listed = subprocess.run([nm, "--demangle", program], capture_output=True, text=True, check=True).stdout
    ensure(re.search(r"^[0-9a-f]+ t app::main\(\)$", listed, re.M), f"nm has {listed}")
    stripped = program.replace(".exe", "-stripped.exe")
    subprocess.run([strip, "-o", stripped, program], check=True)
    same("(status, output, errors)", run(stripped), run(program))
    ensure(os.path.getsize(stripped) < os.path.getsize(program), "strip takes nothing")
    return f"{len(listed.splitlines())} names"


def looks():
    """Icon, version and subsystem; what is no icon is refused."""
    need(OBJDUMP)
    folder = fresh("windows-looks")
    icon = os.path.join(folder, "app.ico")
    picture = b"\x89PNG\r\n\x1a\n" + bytes(40)
    with open(icon, "wb") as file:
        file.write(bytes([0, 0, 1, 0, 1, 0, 16, 16, 0, 0, 1, 0, 32, 0]) + len(picture).to_bytes(4, "little") + (22).to_bytes(4, "little") + picture)
    options = ["--icon", icon, "--version-info", "ProductName=Näme", "--version-info", "FileVersion=1.2.3.4", "--subsystem", "windows"]
    program = packed(HELLO, "looks", *options)
    text = subprocess.run([OBJDUMP, "-p", program], capture_output=True, text=True, check=True).stdout
    ensure("Windows GUI" in text, "it is no GUI program")
    with open(program, "rb") as file:
        bytes_of_it = file.read()
    ensure(picture in bytes_of_it and "Näme".encode("utf-16-le") in bytes_of_it, "icon or version is missing")
    same("(status, output)", run(program)[:2], (0, b"hello from WebAssembly\n"))
    same("verify", subprocess.run([tools.packer(), "verify", program], capture_output=True).returncode, 0)
    for arguments, word in (
        (["--target", "windows", "--icon", HELLO], "no .ico file"),
        (["--target", "windows", "--version-info", "FileVersion=x"], "four numbers"),
        (["--target", "x86_64-linux", "--subsystem", "windows"], "only executables of Windows"),
        (["--target", "windows", "--inherit-fd", "5"], "no descriptors"),
    ):
        command = [tools.packer(), HELLO, "-o", os.path.join(folder, "no"), "--stub-dir", stubs(*STUBS), *arguments]
        done = subprocess.run(command, capture_output=True, text=True)
        ensure(done.returncode == 2 and word in done.stderr, f"{arguments}: {done.returncode} {done.stderr!r}")


def exit_status():
    program = guest("status")
    for status in (0, 1, 42, 125, 134, 255):
        same(f"status {status}", run(program, str(status))[0], status)


def arguments():
    program = guest("arguments")
    for words in (
        ["a", "b c", "", 'say "hi"', "back\\slash", "end\\", 'q\\"q', "two\\\\", "tab\there"],
        ["grüße", "日本語", "🙂", "*.c", "%PATH%", "^&|<>"],
    ):
        expected = "".join(f"[{word}]\n" for word in words).encode()
        same("arguments", run(program, *words), (0, expected, b""))
    packed_ones = guest("arguments", "--arg", "first one", "--arg", "zweiß")
    same("packed arguments", run(packed_ones, "x")[1], "[first one]\n[zweiß]\n[x]\n".encode())


def variables():
    program = guest("variable", "--env", "GIVEN", "--env", "SET=packed", "--env", "SPELLED")
    env = {"GIVEN": "wörld", "SET": "no", "HIDDEN": "no", "Spelled": "otherwise"}
    expected = "GIVEN=wörld\nSET=packed\nHIDDEN: none\nSPELLED=otherwise\n"
    same("variables", run(program, env=env)[1], expected.encode())


def files():
    """Host paths with backslashes and drive letters; what a guest may not name."""
    folder = fresh("windows-files")
    os.makedirs(os.path.join(folder, "in", "sub"))
    with open(os.path.join(folder, "in", "sub", "f.txt"), "w") as file:
        file.write("text\n")
    with open(os.path.join(folder, "outside"), "w") as file:
        file.write("secret\n")
    drive = "Z:" + os.path.join(folder, "in").replace("/", "\\")
    for host in (drive, "in", ".\\in\\..\\in", drive.lower()[:2] + drive[2:].replace("\\", "/")):
        program = guest("files", "--dir", f"{host}::/d")
        status, out, errors = run(program, cwd=folder)
        same(f"(status, errors) of --dir {host}", (status, errors), (0, b""))
        lines = out.decode().splitlines()
        ensure(lines[0] == "/d/sub/f.txt: text", f"--dir {host}: {lines}")
        bad = [line for line in lines[1:] if not line.endswith(": refused")]
        ensure(len(lines) > 8 and not bad, f"--dir {host}: {bad or lines}")
    everything = guest("files", "--allow-all")
    out = run(everything, drive + "\\sub\\f.txt", "in/sub/f.txt", drive.replace("\\", "/") + "/sub/f.txt", cwd=folder)[1].decode()
    same("paths of a program that may use all files", out.count(": text\n"), 3)


def one_trap(body, word):
    source = os.path.join(fresh("windows-trap"), "trap.wat")
    with open(source, "w") as file:
        file.write(traps.MODULE.format(body=body))
    status, out, errors = run(packed(source, "trap"))
    text = errors.decode()
    same("(status, output)", (status, out), (134, b""))
    ensure(word in text.lower(), f"no word of {word!r} in {text!r}")
    same("call stack", traps.our_names(text), ["innermost", "middle", "outer", "_start"])


def endless_recursion():
    source = os.path.join(fresh("windows-recursion"), "deep.wat")
    with open(source, "w") as file:
        file.write('(module (func $deep (export "_start") call $deep call $deep))')
    status, _, errors = run(packed(source, "deep"))
    ensure(status == 134 and b"call stack exhausted" in errors, f"{status} {errors[:200]}")


def streams():
    program = guest("copy")
    every = bytes(range(256)) * 20_000
    same("(status, output, errors)", run(program, input=every), (0, every, b""))
    reader = subprocess.Popen(["wine", program], env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    reader.stdout.close()
    errors = finish_writer(reader, every)
    ensure(reader.returncode == 3, f"a broken pipe ended it with {reader.returncode}: {errors}")


def finish_writer(process, data):
    try:
        process.stdin.write(data)
        process.stdin.close()
    except BrokenPipeError:
        pass
    errors = process.stderr.read()
    process.wait(timeout=60)
    return errors


def interrupt():
    """Ctrl-C in a console ends a program that waits, as it does a C program: with 0 under wine 8, whose own handler ends
    programs so, and with 0xC000013A under Windows."""
    need(GCC)
    native = tools.native(os.path.join(GUESTS, "waiting.c"), "waiting-mingw.exe", "-s", compiler=GCC)
    same("status", interrupted(guest("waiting")), interrupted(native))


def interrupted(program):
    """The status of a program that gets Ctrl-C while it waits for its console. Once in some twenty runs wine closes a new
    console before the program has written anything, whatever the program: then it is started again."""
    for _ in range(3):
        status = interrupted_once(program)
        if status is not None:
            return status
    raise Failed("wine closes the console, three times")


def interrupted_once(program):
    parent, child = pty.openpty()
    process = subprocess.Popen(
        ["wine", program], env={**environment(), "TERM": "dumb"}, stdin=child, stdout=child, stderr=child, start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
    )
    os.close(child)
    try:
        text, begin = b"", time.monotonic()
        # Some runtimes write letter by letter, and wine hides and shows the cursor around each.
        while b"waiting" not in re.sub(rb"\x1b\[[^a-z]*[a-z]", b"", text) and time.monotonic() - begin < 30:
            if select.select([parent], [], [], 1)[0]:
                try:
                    text += os.read(parent, 1000)
                except OSError:
                    return None
        os.write(parent, b"\x03")
        begin = time.monotonic()
        while process.poll() is None and time.monotonic() - begin < 20:
            time.sleep(0.05)
        ensure(process.poll() is not None, "it goes on")
        return process.returncode
    finally:
        process.kill()
        os.close(parent)


def start():
    """The median of alternating starts, beside a C program by mingw."""
    need(GCC)
    native = tools.native(os.path.join(GUESTS, "hello.c"), "hello-mingw.exe", "-s", compiler=GCC)
    ours = packed(HELLO, "hello")
    times = {ours: [], native: []}
    for _ in range(21):
        for program, found in times.items():
            begin = time.perf_counter()
            run(program)
            found.append(time.perf_counter() - begin)
    ratio = statistics.median(times[ours]) / statistics.median(times[native])
    # Two short processes on a shared machine: only a step back fails.
    ensure(ratio <= SLOWEST_START * 1.25, f"{ratio:.2f} times as long as the C program")
    missed = " (MISSED)" if ratio > SLOWEST_START else ""
    return f"{ratio:.2f} × mingw C, {statistics.median(times[ours]) * 1000:.0f} ms{missed}"


def behaviour():
    """The preview 1 scripts."""
    runner = os.path.join(WORK, "windows", "run-wine")
    os.makedirs(os.path.dirname(runner), exist_ok=True)
    settings = " ".join(f"{name}='{value}'" for name, value in environment().items())
    with open(runner, "w") as file:
        file.write(f'#!/bin/sh\n{settings} exec timeout 60 wine "$@"\n')
    os.chmod(runner, 0o755)
    env = dict(os.environ, NYASH_TEST_TARGET="windows", NYASH_TEST_RUNNER=runner, NYASH_PACK_STUBS=stubs(*STUBS), RUST_BACKTRACE="0")
    command = ["cargo", "test", "--quiet", "--workspace", "--test", "preview1"]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)
    ensure(done.returncode == 0, done.stdout[-1500:])


def large():
    """20 MB of initial memory, which is copied, and as many functions as take some megabytes of code."""
    module = os.path.join(fresh("windows-large"), "large.wasm")
    subprocess.run([sys.executable, os.path.join(tools.HERE, "big-module.py"), module, "2000"], check=True)
    program = packed(module, "large", "--opt-level", "none")
    same("(status, output, errors)", run(program), (0, b"hello\n", b""))
    return f"{os.path.getsize(program)} bytes"


class Wine(Here):
    """Windows as wine plays it. Drive Z: is the root folder."""

    target = "x86_64-windows"

    def __init__(self):
        self.options = ("--target", self.target, "--stub-dir", stubs(*STUBS))
        self.environment = environment()

    def place(self, path):
        return "Z:" + path.replace("/", "\\")

    def command(self, program):
        return ["wine", program]


def language():
    program = os.path.join(ROOT, "examples", "hello.hako")
    output = os.path.join(WORK, "windows", "hako.exe")
    command = ["cargo", "run", "--quiet", "--release", "--bin", "nyash", "--", "--aot", program, "-o", output, "--target", "windows"]
    done = subprocess.run(command, cwd=ROOT, env=dict(os.environ, NYASH_PACK_STUBS=stubs(*STUBS)), capture_output=True, text=True)
    ensure(done.returncode == 0, done.stderr[-500:])
    here = subprocess.run(["cargo", "run", "--quiet", "--release", "--bin", "nyash", "--", program], cwd=ROOT, capture_output=True)
    same("(status, output)", run(output)[:2], (0, here.stdout))


def main():
    need("wine")
    check("hello", hello)
    check("structure", structure)
    check("symbols", symbols)
    check("icon, version, subsystem", looks)
    check("exit status", exit_status)
    check("arguments", arguments)
    check("variables", variables)
    check("files", files)
    check("streams", streams)
    for name, (body, word) in traps.BODIES.items():
        check(f"trap: {name}", one_trap, body, word)
    check("endless recursion", endless_recursion)
    check("Ctrl-C", interrupt)
    check("large module", large)
    check("a large real module with exceptions", lambda: elsewhere(Wine()))
    check("a Nyash program", language)
    check("start", start)
    check("WASI behaviour", behaviour)
