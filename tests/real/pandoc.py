"""pandoc, made by GHC: the largest module here, with exceptions in the legacy encoding, in the Lua interpreter that runs its
filters. The other host is Node, because wasmtime runs no such module."""
import os
import re
import resource
import shutil
import subprocess
import time

import tools
from guests import same_trees, tree
from harness import check, ensure, same
from tools import HERE, ROOT, fresh, from_npm, need, packer

SOURCES = os.path.join(ROOT, "tests", "real")
GIVEN = ("page.md", "filter.lua", "fails.lua")


class Pandoc:
    def __init__(self):
        need("node")
        self.module = os.path.join(from_npm(tools.PANDOC), "src", "pandoc.wasm")
        self.folder = fresh("real-pandoc")
        self.packed = os.path.join(self.folder, "pandoc")
        for side in ("ours", "theirs"):
            os.makedirs(os.path.join(self.folder, side))
            for name in GIVEN:
                shutil.copy(os.path.join(SOURCES, name), os.path.join(self.folder, side, name))
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        begin = time.monotonic()
        command = [packer(), self.module, "-o", self.packed, "--argv0", "pandoc", "--dir", self.given("ours")]
        done = subprocess.run(command, capture_output=True, text=True)
        ensure(done.returncode == 0, done.stderr)
        ensure("exceptions translated from the legacy encoding" in done.stderr, f"no note about exceptions: {done.stderr}")
        cpu = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before.ru_utime
        self.line = f"{os.path.getsize(self.packed) / 1e6:.0f} MB in {time.monotonic() - begin:.0f} s, {cpu:.0f} s of CPU"

    def given(self, side):
        """A folder as the root that the program sees."""
        return os.path.join(self.folder, side) + "::/"

    def run(self, *arguments, expect=0, stdin=b"", writes=()):
        """The same command line on both sides. `expect` and `writes` only keep both from failing alike."""
        ours = subprocess.run([self.packed, *arguments], input=stdin, capture_output=True, timeout=600)
        node = ["node", "--no-warnings", os.path.join(HERE, "node-host.mjs"), "--argv0", "pandoc", "--dir", self.given("theirs")]
        theirs = subprocess.run([*node, self.module, *arguments], input=stdin, capture_output=True, timeout=600)
        same("standard output", ours.stdout, theirs.stdout)
        same("standard error", ours.stderr, theirs.stderr)
        same("exit status", ours.returncode, theirs.returncode)
        files = tree(os.path.join(self.folder, "ours"))
        same_trees(files, tree(os.path.join(self.folder, "theirs")))
        ensure(ours.returncode == expect, f"both ended with {ours.returncode}, not with {expect}")
        for name in writes:
            ensure(len(files.get(name, ("", 0, b""))[2]) > 100, f"{name} was not written")


def inspects(pandoc):
    done = subprocess.run([packer(), "inspect", pandoc.packed], capture_output=True, text=True, check=True)
    ensure(re.search("^changed +exceptions translated", done.stdout, re.M), done.stdout[:500])


def main(pandoc):
    check("pandoc: inspect says that exceptions were translated", inspects, pandoc)
    check("pandoc: version", pandoc.run, "--version")
    for name in ("html", "latex", "native", "rst", "man", "json"):
        check(f"pandoc: Markdown to {name}", lambda: pandoc.run("-s", "-t", name, "/page.md", "-o", f"/page.{name}", writes=[f"page.{name}"]))
    check("pandoc: from standard input", lambda: pandoc.run("-f", "markdown", "-t", "html", stdin=b"*a* $x^2$\n"))
    check("pandoc: back from JSON", lambda: pandoc.run("-f", "json", "-t", "markdown", "/page.json"))
    check("pandoc: a Lua filter that catches its errors", lambda: pandoc.run("-t", "html", "--lua-filter", "/filter.lua", "/page.md"))
    check("pandoc: a Lua filter that fails", lambda: pandoc.run("-t", "html", "--lua-filter", "/fails.lua", "/page.md", expect=83))
    check("pandoc: a missing file", lambda: pandoc.run("-t", "html", "/missing.md", expect=1))
    check("pandoc: damaged input", lambda: pandoc.run("-f", "json", "-t", "html", stdin=b"{", expect=64))
    check("pandoc: an unknown option", lambda: pandoc.run("--frobnicate", expect=6))
