"""The C guests of tests/guests-c: each one packed, run, and compared with the same module under the other host.

A guest says in its first lines what it wants: `//@ grant: NAME[:ro]`, `embed: NAME` (granted to the other host), `args:`, `env:`, `stdin:`, `stdin-size:`, `link:`, and
`node: agrees` where Node's WASI must give the same answer too. What it prints, its exit status and every file it leaves
behind must be the same; nothing is expected beyond that.
"""
import os
import random
import shlex
import stat
import subprocess

from harness import check, ensure, same
from tools import HERE, ROOT, fresh, need, other_host, pack, wasm

FOLDER = os.path.join(ROOT, "tests", "guests-c")


def directives(source):
    found = {"grant": [], "embed": [], "args": [], "env": [], "stdin": [], "stdin-size": [], "link": [], "node": []}
    with open(source) as file:
        for text in file:
            if text.startswith("//@ "):
                key, _, value = text[4:].rstrip("\n").partition(": ")
                found[key].append(value)
    return found


def stdin_of(wanted):
    if wanted["stdin-size"]:
        return random.Random(1).randbytes(int(wanted["stdin-size"][0]))
    return "".join(wanted["stdin"]).encode()


def plant(folder, grants, way_out=True):
    """The granted folders, with something in them to find and a way out of them to try."""
    os.makedirs(os.path.join(folder, "outside"), exist_ok=True)
    with open(os.path.join(folder, "outside", "secret"), "w") as file:
        file.write("secret")
    for grant in grants:
        inside = os.path.join(folder, grant.removesuffix(":ro"))
        os.makedirs(os.path.join(inside, "planted-folder"))
        if way_out:
            os.symlink(os.path.relpath(os.path.join(folder, "outside"), inside), os.path.join(inside, "planted"))
        os.symlink("planted-file", os.path.join(inside, "planted-link"))
        with open(os.path.join(inside, "planted-file"), "w") as file:
            file.write("planted")


def grants_in(folder, grants):
    for grant in grants:
        name = grant.removesuffix(":ro")
        yield "--dir", f"{os.path.join(folder, name)}::/{name}" + (":ro" if grant.endswith(":ro") else "")


def tree(folder):
    """Every name below the folder with its kind and contents. Times are left out: guests print those that matter."""
    found = {}
    for path, folders, files in os.walk(folder):
        for name in folders + files:
            full = os.path.join(path, name)
            about = os.lstat(full)
            if stat.S_ISLNK(about.st_mode):
                value = ("link", os.readlink(full))
            elif stat.S_ISDIR(about.st_mode):
                value = ("folder",)
            else:
                with open(full, "rb") as file:
                    value = ("file", about.st_nlink, file.read())
            found[os.path.relpath(full, folder)] = value
    return found


def same_trees(ours, theirs):
    for name in sorted(ours.keys() | theirs.keys()):
        if ours.get(name) != theirs.get(name):
            a, b = (str(found.get(name))[:100] for found in (ours, theirs))
            same(f"the file {name}", a, b)
    same("the files", ours, theirs)


def run(command, stdin, **more):
    return subprocess.run(command, input=stdin, capture_output=True, timeout=120, **more)


def compare(name, wanted, node):
    module = wasm(os.path.join(FOLDER, name + ".c"), name, *shlex.split(" ".join(wanted["link"])))
    args = shlex.split(" ".join(wanted["args"]))
    env = [word for pair in wanted["env"] for word in ("--env", pair)]
    stdin = stdin_of(wanted)
    folder = fresh("guest-" + name)

    ours_in = os.path.join(folder, "ours")
    plant(ours_in, wanted["grant"])
    plant(ours_in, wanted["embed"], way_out=False)
    grants = [word for grant in grants_in(ours_in, wanted["grant"]) for word in grant]
    grants += [word for name in wanted["embed"] for word in ("--embed", f"{os.path.join(ours_in, name)}::/{name}")]
    app = pack(module, os.path.join(folder, name), *grants, *env)
    ours = run([app, *args], stdin)

    theirs_in = os.path.join(folder, "theirs")
    plant(theirs_in, wanted["grant"])
    plant(theirs_in, wanted["embed"], way_out=False)
    grants = [word for grant in grants_in(theirs_in, wanted["grant"] + wanted["embed"]) for word in grant]
    if node:
        need("node")
        host, host_env = ["node", os.path.join(HERE, "node-host.mjs")], dict(os.environ, NODE_NO_WARNINGS="1")
    else:
        host, host_env = other_host()
    theirs = run([*host, *grants, *env, module, *args], stdin, env=host_env)

    same("standard output", ours.stdout, theirs.stdout)
    same("standard error", ours.stderr, theirs.stderr)
    same("exit status", ours.returncode, theirs.returncode)
    same_trees(tree(ours_in), tree(theirs_in))
    ensure(ours.stdout or name == "hello", "nothing was printed")


def main():
    other_host()
    names = sorted(name[:-2] for name in os.listdir(FOLDER) if name.endswith(".c"))
    for name in names:
        wanted = directives(os.path.join(FOLDER, name + ".c"))
        check(f"guest {name}: as under wasmtime", compare, name, wanted, False)
        if wanted["node"]:
            check(f"guest {name}: as under Node", compare, name, wanted, True)
