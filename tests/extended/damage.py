"""Tools that rewrite executables leave a packed one working, and tools that read them find nothing to complain about."""
import os
import subprocess

from harness import Skipped, check, same
from native import both, outcome
from tools import fresh, need, packer

TOOLS = {
    "strip": ["strip", "-o", "OUT", "IN"],
    "strip --strip-debug": ["strip", "--strip-debug", "-o", "OUT", "IN"],
    "strip --strip-all --strip-section-headers": ["strip", "--strip-all", "--strip-section-headers", "-o", "OUT", "IN"],
    "objcopy": ["objcopy", "IN", "OUT"],
    "objcopy --strip-all": ["objcopy", "--strip-all", "IN", "OUT"],
    "objcopy --remove-section=.comment": ["objcopy", "--remove-section=.comment", "IN", "OUT"],
    "objcopy --compress-debug-sections": ["objcopy", "--compress-debug-sections", "IN", "OUT"],
    "llvm-strip": ["llvm-strip", "-o", "OUT", "IN"],
    "llvm-strip --strip-all-gnu": ["llvm-strip", "--strip-all-gnu", "-o", "OUT", "IN"],
    "llvm-objcopy": ["llvm-objcopy", "IN", "OUT"],
    "llvm-objcopy --strip-all": ["llvm-objcopy", "--strip-all", "IN", "OUT"],
    "eu-strip": ["eu-strip", "-o", "OUT", "IN"],
    "strip twice": ["sh", "-c", "strip -o OUT IN && strip OUT"],
    "cp --sparse=always": ["cp", "--sparse=always", "IN", "OUT"],
    "gzip and back": ["sh", "-c", "gzip -c IN | gzip -d >OUT && chmod 755 OUT"],
}
READERS = {
    "readelf": ["readelf", "--all", "--wide", "IN"],
    "objdump": ["objdump", "-x", "IN"],
    "llvm-readelf": ["llvm-readelf", "--all", "IN"],
    "eu-readelf": ["eu-readelf", "--file-header", "--program-headers", "--section-headers", "IN"],
    "size": ["size", "-A", "IN"],
}


def ran(command, source, target=""):
    words = [word.replace("IN", source).replace("OUT", target) if word in ("IN", "OUT") or " " in word else word for word in command]
    tool = words[2].split()[0] if words[0] == "sh" else words[0]
    need(tool)
    return subprocess.run(words, capture_output=True, text=True)


def rewritten(command):
    folder = fresh("damage")
    for name, stdin in (("hello", b""), ("reading", b"x"), ("wild-pointer", b"")):
        original, _ = both(name)
        changed = os.path.join(folder, name)
        done = ran(command, original, changed)
        if "unrecognized option" in done.stderr or "unknown argument" in done.stderr:
            raise Skipped(f"this version of {command[0]} cannot")
        same("the tool's (status, messages)", (done.returncode, done.stderr), (0, ""))
        same(f"{name}: (status, output, errors)", outcome([changed], input=stdin), outcome([original], input=stdin))
        verified = subprocess.run([packer(), "verify", changed], capture_output=True, text=True)
        same(f"{name}: (status, messages) of verify", (verified.returncode, verified.stderr), (0, ""))


def read(command):
    packed, _ = both("reading")
    done = ran(command, packed)
    same("(status, complaints)", (done.returncode, done.stderr), (0, ""))


def main():
    for name, command in TOOLS.items():
        check(name, rewritten, command)
    for name, command in READERS.items():
        check(f"{name} reads it without complaint", read, command)
