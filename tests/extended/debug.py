"""Debuggers and profilers know a packed program's functions: gdb, perf, nm, valgrind."""
import os
import re
import shutil
import subprocess

from harness import Skipped, check, ensure, same
from tools import HERE, compiler, fresh, other_host, pack, packer, wasm

SOURCE = os.path.join(HERE, "debugged.c")


def packed(*options):
    return pack(wasm(SOURCE, "debugged"), os.path.join(fresh("debugged"), "app"), *options)


def gdb(app, *commands):
    """What gdb prints for these commands, without its own remarks."""
    words = ["gdb", "-q", "-nx", "-batch", "-ex", "set debuginfod enabled off", "-ex", "set width 0"]
    for command in commands:
        words += ["-ex", command]
    done = subprocess.run([*words, app], capture_output=True, text=True, timeout=120)
    return done.stdout + done.stderr


def breakpoint():
    text = gdb(packed(), "break innermost", "run", "backtrace", "delete", "continue")
    frames = re.findall(r"^#\d+ .*? in (\S+) \(\)", text, re.M)
    same("the innermost frames", frames[:3], ["innermost", "middle", "main"])
    ensure("exited normally" in text, text)
    ensure("warning" not in text.lower(), text)
    return " <- ".join(frames[:3])


def trap():
    """A program that stops by a trap stops in the debugger at the instruction."""
    text = gdb(packed("--arg", "trap"), "handle SIGILL stop", "handle SIGSEGV stop", "run", "backtrace")
    frames = re.findall(r"^#\d+ .*? in (\S+) \(\)", text, re.M)
    same("the frame that trapped", frames[:1], ["innermost"])


def auxiliary_vector():
    """AT_PHDR is where the program headers are: what gdb, gVisor and others read them by."""
    text = gdb(packed(), "starti", "info auxv", "info files")
    headers = int(re.search(r"AT_PHDR.*?(0x[0-9a-f]+)", text)[1], 16)
    entry = int(re.search(r"AT_ENTRY.*?(0x[0-9a-f]+)", text)[1], 16)
    readelf = subprocess.run(["readelf", "-hlW", packed()], capture_output=True, text=True).stdout
    base = entry - int(re.search(r"Entry point address:\s+(0x[0-9a-f]+)", readelf)[1], 16)
    same("AT_PHDR", headers - base, int(re.search(r"PHDR\s+0x[0-9a-f]+ (0x[0-9a-f]+)", readelf)[1], 16))


def names(*options):
    listed = subprocess.run(["nm", packed(*options)], capture_output=True, text=True)
    return {line.split()[-1] for line in listed.stdout.splitlines()}


def stripped():
    same("names with --strip", names("--strip"), set())
    app = packed()
    subprocess.run(["strip", app], check=True)
    same("names after strip", subprocess.run(["nm", app], capture_output=True, text=True).stdout, "")
    same("output", subprocess.run([app], capture_output=True, text=True).stdout, "21\n")


def listed():
    found = names()
    ensure({"innermost", "middle"} <= found, f"{sorted(found)[:20]}")
    return f"{len(found)} names"


def callgrind():
    """valgrind counts instructions by function."""
    folder = fresh("callgrind")
    out = os.path.join(folder, "out")
    command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", packed()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    if done.returncode != 0:
        raise Skipped(f"valgrind ended with {done.returncode}: {done.stderr.strip().splitlines()[-1]}")
    with open(out) as file:
        ensure("innermost" in file.read(), "the function is not named")


def samples(app, folder, by):
    """What perf reports of a program's samples."""
    tool = shutil.which("perf")
    if not tool:
        raise Skipped("perf is not installed")
    data = os.path.join(folder, "perf.data")
    record = [tool, "record", "-q", "-e", "cpu-clock", "-o", data, app]
    done = subprocess.run(record, capture_output=True, text=True, timeout=120)
    if done.returncode != 0:
        raise Skipped(f"perf cannot record here: {done.stderr.strip().splitlines()[-1]}")
    report = [tool, "report", "-i", data, "--stdio", "--sort", by, "-g", "none"]
    return subprocess.run(report, capture_output=True, text=True).stdout


def perf():
    """Nearly all samples of a program that computes get a name."""
    text = samples(packed("--arg", "long"), fresh("perf"), "symbol")
    shares = re.findall(r"^\s*([\d.]+)%\s+\[\.\]\s+(\S+)", text, re.M)
    unnamed = sum(float(share) for share, name in shares if name.startswith("0x"))
    ensure(shares and unnamed < 1, text)
    return f"{100 - unnamed:.1f} % named"


def with_lines():
    """The C program with debugging information, as a module."""
    module = os.path.join(fresh("debugged-lines"), "debugged.wasm")
    for words in (["-g", "-O1", "-c", SOURCE, "-o", module + ".o"], [module + ".o", "-o", module]):
        subprocess.run(["clang", "--target=wasm32-wasi", *words], check=True)
    return module


def source_lines():
    """-g: breakpoints by file and line, stepping, the source, and what other tools make of an address."""
    module = with_lines()
    app = pack(module, os.path.join(os.path.dirname(module), "app"), "-g")
    text = gdb(app, "break debugged.c:15", "run", "backtrace", "next", "delete", "continue")
    ensure(re.search(r"^Breakpoint 1, middle \(\) at .*debugged\.c:15$", text, re.M), text)
    frames = re.findall(r"^#\d+ .*?(\w+) \(\) at .*debugged\.c:(\d+)$", text, re.M)
    same("the frames", frames[:2], [("middle", "15"), ("main", "18")])
    ensure("19\t    return 0;" in text and "exited normally" in text, text)
    symbols = subprocess.run(["nm", app], capture_output=True, text=True, check=True).stdout
    address = re.search(r"^([0-9a-f]+) t innermost$", symbols, re.M)[1]
    named = subprocess.run(["addr2line", "-f", "-e", app, address], capture_output=True, text=True).stdout.split()
    same("addr2line", (named[0], os.path.basename(named[1])), ("innermost", "debugged.c:6"))
    dump = shutil.which("llvm-dwarfdump-14")
    if dump:
        verified = subprocess.run([dump, "--verify", app], capture_output=True, text=True)
        same("what llvm-dwarfdump says", (verified.returncode, verified.stdout.splitlines()[-1]), (0, "No errors."))
    for words in (["strip", app], [packer(), "verify", app]):
        subprocess.run(words, check=True, capture_output=True)
    same("status when stripped", subprocess.run([app], capture_output=True).returncode, 0)


def source_lines_of_samples():
    """Samples of perf by line of the source."""
    module = with_lines()
    app = pack(module, os.path.join(os.path.dirname(module), "app"), "-g", "--arg", "long")
    report = samples(app, os.path.dirname(module), "srcline")
    ours = sum(float(share) for share in re.findall(r"^ +([0-9.]+)%.*debugged\.c:\d+", report, re.M))
    ensure(ours > 95, f"{ours} % of the samples have a line\n{report}")
    return f"{ours:.1f} % of perf's samples"


def lines():
    """A call stack names the files and lines that wasmtime names, with paths that begin as asked for."""
    module = with_lines()
    folder = os.path.dirname(module)
    app = pack(module, os.path.join(folder, "app"), "--arg", "trap")
    errors = subprocess.run([app], capture_output=True, text=True).stderr
    host, env = other_host()
    theirs = subprocess.run([*host, module, "trap"], capture_output=True, text=True, env={**env, "WASMTIME_BACKTRACE_DETAILS": "1"}).stderr
    place = r"[^() ]+:\d+:\d+"
    here, there = re.findall(rf"\(({place})\)$", errors, re.M), re.findall(rf"^ +at ({place})$", theirs.split("wasm trap:")[0], re.M)
    # That of the trap itself may be the condition before it: the compiler can make one instruction of both.
    same("places here and under wasmtime", here[1:], there[1:])
    app = pack(module, os.path.join(folder, "app"), "--arg", "trap", "--remap-path-prefix", f"{HERE}=.")
    errors = subprocess.run([app], capture_output=True, text=True).stderr
    found = re.findall(r"^ *\d+: (\w+) \(\./debugged\.c:(\d+):\d+\)$", errors, re.M)
    places = [(name, int(line)) for name, line in found]
    # The compiler makes one instruction of the condition and the trap.
    ensure(places[:1] in ([("innermost", 6)], [("innermost", 7)]), errors)
    same("the callers", places[1:], [("middle", 15), ("main", 18)])
    inspected = subprocess.run([packer(), "inspect", app], capture_output=True, text=True).stdout
    ensure("lines         named by call stacks" in inspected, inspected)
    return " <- ".join(f"{name}:{line}" for name, line in places)


NYASH = """\
box Counter {
    count
    birth(from) {
        me.count = from
    }
    raise(by) {
        me.count = me.count + by
        if me.count < 100 {
            me.raise(by)
        }
        print("at " + me.count)
        return me.count
    }
}

static box Main {
    main() {
        local counter = new Counter(60)
        print(counter.raise(25))
        return 0
    }
}
"""


def nyash_lines():
    """nyash -g: breakpoints by function and by file and line, the callers, the source."""
    folder = fresh("debugged-nyash")
    with open(os.path.join(folder, "counter.hako"), "w") as file:
        file.write(NYASH)
    # Its name is the one that debuggers look for from where they are.
    subprocess.run([compiler(), "--aot", "-g", "counter.hako", "-o", "app"], cwd=folder, check=True)
    app = os.path.join(folder, "app")
    source = f"directory {folder}"
    text = gdb(app, source, "break counter.hako:11", "run", "backtrace", "next", "delete", "continue")
    ensure("Breakpoint 1, Counter.raise () at counter.hako:11\n11\t        print(\"at \" + me.count)" in text, text)
    frames = re.findall(r"^#\d+ .*?(\S+) \(\) at counter\.hako:(\d+)$", text, re.M)
    same("the frames", frames[:3], [("Counter.raise", "11"), ("Counter.raise", "9"), ("Main.main", "19")])
    ensure("\n12\t        return me.count\n" in text, text)
    ensure("at 110\nat 110\n110\n" in text and "exited normally" in text, text)
    text = gdb(app, source, "break Counter.raise", "run")
    ensure(re.search(r"^Breakpoint 1, Counter\.raise \(\) at counter\.hako:6$", text, re.M), text)
    symbols = subprocess.run(["nm", app], capture_output=True, text=True, check=True).stdout
    address = re.search(r"^([0-9a-f]+) t Counter\.raise$", symbols, re.M)[1]
    named = subprocess.run(["addr2line", "-f", "-e", app, address], capture_output=True, text=True).stdout.split()
    same("addr2line", named, ["Counter.raise", "counter.hako:6"])
    return " <- ".join(f"{name}:{line}" for name, line in frames[:3])


def nyash_modules():
    """The debugging information of modules is well-formed."""
    dump = shutil.which("llvm-dwarfdump-14")
    if not dump:
        raise Skipped("llvm-dwarfdump-14 is not installed")
    folder = fresh("debugged-nyash-module")
    module = os.path.join(folder, "counter.wasm")
    source = os.path.join(folder, "counter.hako")
    with open(source, "w") as file:
        file.write(NYASH)
    subprocess.run([compiler(), "--compile-wasm", "-g", source, "-o", module], check=True)
    verified = subprocess.run([dump, "--verify", module], capture_output=True, text=True)
    same("what llvm-dwarfdump says", (verified.returncode, verified.stdout.splitlines()[-1]), (0, "No errors."))


def core_file():
    """--core-on-trap: gdb sees the stack of the trap, and the program ends as without."""
    pattern = open("/proc/sys/kernel/core_pattern").read().strip()
    if pattern.startswith("|") or "/" in pattern:
        raise Skipped(f"core files go elsewhere ({pattern})")
    folder = fresh("debugged-core")
    source = os.path.join(folder, "divides.wat")
    with open(source, "w") as file:
        file.write("""(module (memory (export "memory") 1)
          (func $inner (param i32) (result i32) (i32.div_u (i32.const 1) (local.get 0)))
          (func $middle (param i32) (result i32) (i32.add (i32.const 1) (call $inner (local.get 0))))
          (func $main (export "_start") (drop (call $middle (i32.const 0)))))""")
    app = pack(source, os.path.join(folder, "app"), "--core-on-trap")
    # The limit for core files is 0 in most shells: the program raises its own.
    done = subprocess.run(["sh", "-c", "ulimit -S -c 0; exec ./app"], cwd=folder, capture_output=True, text=True)
    same("status", done.returncode, 134)
    lines = done.stderr.splitlines()
    same("the trap", lines[0], "./app: wasm trap: integer divide by zero")
    ensure(re.fullmatch("core dumped, of process [0-9]+", lines[-1]), done.stderr)
    [core] = [name for name in os.listdir(folder) if name.startswith("core")]
    text = gdb(app, f"core-file {os.path.join(folder, core)}", "backtrace")
    frames = re.findall(r"^#\d+ .*? in (\S+) \(\)", text, re.M)
    # The first is shown when the file is opened, and by the command.
    same("the innermost frames", frames[:4], ["inner", "inner", "middle", "main"])
    ensure("signal SIGFPE" in text, text)
    return " <- ".join(frames[1:4])


def main():
    check("gdb: a breakpoint by function, a backtrace, on to the end", breakpoint)
    check("gdb: a trap stops at its function", trap)
    check("a trap names files and lines", lines)
    check("-g: gdb and addr2line know lines", source_lines)
    check("-g: samples of perf have lines", source_lines_of_samples)
    check("nyash -g: gdb and addr2line know functions and lines", nyash_lines)
    check("nyash -g: modules", nyash_modules)
    check("--core-on-trap: gdb opens the core file", core_file)
    check("AT_PHDR points at the program headers", auxiliary_vector)
    check("nm lists the functions", listed)
    check("strip and --strip leave a working program without names", stripped)
    check("callgrind counts by function", callgrind)
    check("perf names its samples", perf)
