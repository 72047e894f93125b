"""Programs of the language on three hosts: the same .wasm packed, under the PyPI wasmtime, and in Node. Then whether the
committed library of the language matches its source."""
import os
import shutil
import subprocess

import tools
from harness import Failed, Skipped, check, ensure, same
from tools import HERE, ROOT

LANGUAGE = os.path.join(ROOT, "tests", "lang")
PROGRAMS = [
    "boxes/properties.hako",
    "control/loops.hako",
    "delegation/builtin.nyash",
    "delegation/levels.hako",
    "enums/payloads.hako",
    "errors/try_catch.hako",
    "errors/uncaught.hako",
    "expressions/string_building.hako",
    "expressions/strings.nyash",
    "functions/lambdas.hako",
    "lifecycle/fini_blocks.hako",
    "match/structures.hako",
    "static/arguments.hako",
]
INPUT = """
static box Main {
  main(args) {
    local console = new ConsoleBox()
    local lines = 0
    local total = 0
    loop {
      local text = console.readLine()
      if text == null { break }
      lines = lines + 1
      total = total + text.length()
    }
    print(args)
    print(lines + " lines, " + total + " characters")
    return lines
  }
}
"""
ENDLESS = """
static box Main {
  down(n) { return 1 + me.down(n + 1) }
  main() { return me.down(0) }
}
"""


def module(source, folder):
    output = os.path.join(folder, os.path.basename(source) + ".wasm")
    done = subprocess.run([tools.compiler(), "--compile-wasm", source, "-o", output], stdin=subprocess.DEVNULL, capture_output=True)
    ensure(done.returncode == 0, f"compiling {os.path.basename(source)}: {done.stderr.decode(errors='replace')}")
    return output


def hosts(wasm):
    """The command lines that run a module, by host. The packed one is made here."""
    other, environment = tools.other_host()
    tools.need("node")
    packed = tools.pack(wasm, os.path.splitext(wasm)[0])
    node = ["node", "--no-warnings", os.path.join(HERE, "node-host.mjs"), "--argv0", packed]
    return {
        "packed": ([packed], None),
        "wasmtime": ([*other, "--argv0", packed, wasm], environment),
        "node": ([*node, wasm], None),
    }


def outcomes(wasm, arguments=(), text=b""):
    out = {}
    for host, (command, environment) in hosts(wasm).items():
        done = subprocess.run([*command, *arguments], input=text, env=environment, capture_output=True, timeout=120)
        out[host] = (done.returncode, done.stdout, done.stderr)
    return out


def everywhere(wasm, arguments=(), text=b""):
    found = outcomes(wasm, arguments, text)
    for host in ("wasmtime", "node"):
        for what, ours, theirs in zip(("exit status", "output", "error output"), found["packed"], found[host]):
            same(f"{what}, packed and under {host}", ours, theirs)
    code, output, _ = found["packed"]
    return f"exit {code}, {len(output)} bytes"


def program(path, folder):
    arguments = []
    with open(path) as file:
        for line in file:
            if line.startswith("//! args: "):
                arguments = line.removeprefix("//! args: ").split()
    return everywhere(module(path, folder), arguments)


def written(text, name, folder):
    path = os.path.join(folder, name)
    with open(path, "w") as file:
        file.write(text)
    return module(path, folder)


def reads_input(folder):
    return everywhere(written(INPUT, "input.hako", folder), ["a", "b c"], "première\nsecond\r\nlast, no newline".encode())


def deep_recursion(folder):
    """Our own stack is large enough for the language's own message. A host with a smaller one may speak first, but the
    program ends as failed there too."""
    found = outcomes(written(ENDLESS, "endless.hako", folder))
    code, _, text = found["packed"]
    ensure(code == 1 and b"recursion too deep in `Main.down`" in text, f"packed: exit {code}: {text[-300:]!r}")
    for host in ("wasmtime", "node"):
        code, _, text = found[host]
        ensure(code not in (0, None) and text, f"{host}: exit {code}, {text[-300:]!r}")
    return ", ".join(f"{host} {code}" for host, (code, _, _) in found.items())


def library():
    """language/objects/boxes.o is made by Debian's Rust for the web, which alone has a standard library for wasm32 to build from."""
    needed = {"/usr/bin/rustc": "rustc-web", "/usr/bin/cargo": "cargo-web"}
    missing = [package for path, package in needed.items() if not os.path.exists(path)]
    if not shutil.which("wasm-ld"):
        missing.append("lld")
    if missing:
        raise Skipped(f"not installed: {', '.join(missing)} (Debian packages, see boxes/build.sh)")
    environment = dict(os.environ, CARGO_TARGET_DIR=os.path.join(tools.WORK, "boxes"))
    done = subprocess.run(["boxes/build.sh", "--check"], cwd=ROOT, env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        reason = (done.stderr + done.stdout).strip().splitlines() or ["no reason given"]
        if any("can't find crate" in line or "no such command" in line or "failed to fetch" in line for line in reason):
            raise Skipped(f"the toolchain does not build it here: {reason[-1]}")
        raise Failed(f"boxes.o does not match its source: {reason[-1]}")
    return done.stdout.strip()


def main():
    folder = tools.fresh("language")
    for name in PROGRAMS:
        check(f"{name} prints the same packed, under wasmtime and in Node", program, os.path.join(LANGUAGE, name), folder)
    check("standard input, arguments and exit status on three hosts", reads_input, folder)
    check("endless recursion ends everywhere", deep_recursion, folder)
    check("boxes.o matches its source", library)
