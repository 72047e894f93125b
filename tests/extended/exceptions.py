"""Exceptions in the legacy encoding: random programs do under Node, which runs that encoding itself, what the model in
the packer's tests says, and packed what Binaryen's translation of them does packed."""
import glob
import os
import subprocess

from harness import Failed, check, ensure, same
from tools import BINARYEN, HERE, ROOT, fresh, from_npm, need, pack

# Under Node, and translated by Binaryen.
PROGRAMS = 3000
TRANSLATED = 60


def programs():
    """A folder with modules and, beside each, the line that says what it prints and how it ends."""
    folder = fresh("exceptions")
    environment = dict(os.environ, NYASH_EXPORT=folder, NYASH_ROUNDS=str(PROGRAMS))
    command = ["cargo", "test", "--quiet", "--workspace", "--test", "legacy_exceptions"]
    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
    modules = sorted(glob.glob(os.path.join(folder, "*.wasm")), key=os.path.getmtime)
    ensure(len(modules) == PROGRAMS, f"{len(modules)} programs")
    return modules


def expected(module):
    with open(module.removesuffix(".wasm") + ".expected") as file:
        return file.read().strip()


def node_agrees(modules):
    need("node")
    command = ["node", os.path.join(HERE, "exceptions-host.mjs"), *modules]
    found = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    for module, line in zip(modules, found, strict=True):
        same(os.path.basename(module), line, expected(module))
    return f"{len(modules)} programs"


def run(program):
    done = subprocess.run([program], capture_output=True, text=True, timeout=60)
    words = [";; =>", *done.stdout.split()]
    if done.returncode != 0:
        words.append("uncaught" if "uncaught exception" in done.stderr else "trap")
    return " ".join(words)


def binaryen_agrees(modules):
    need("node")
    optimiser = os.path.join(from_npm(BINARYEN), "bin", "wasm-opt")
    folder = fresh("exceptions-binaryen")
    other = os.path.join(folder, "other.wasm")
    refused = 0
    for module in modules[:TRANSLATED]:
        done = subprocess.run(["node", optimiser, "--translate-to-exnref", "-all", module, "-o", other], capture_output=True)
        ours = run(pack(module, os.path.join(folder, "ours")))
        same(os.path.basename(module), ours, expected(module))
        # Binaryen 132 makes invalid code of some modules, and says so itself.
        if done.returncode != 0 and b"Fatal: error after opts" in done.stderr:
            refused += 1
            continue
        ensure(done.returncode == 0, done.stderr[-300:])
        same(f"{os.path.basename(module)} by Binaryen", run(pack(other, os.path.join(folder, "theirs"))), ours)
    if refused > TRANSLATED / 3:
        raise Failed(f"Binaryen translates only {TRANSLATED - refused} of {TRANSLATED} programs")
    return f"{TRANSLATED - refused} of {TRANSLATED} programs"


def main():
    modules = check("random programs", programs)
    if modules:
        check("Node agrees with the model", node_agrees, modules)
        check("Binaryen's translation does the same", binaryen_agrees, modules)
