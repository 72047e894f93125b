"""Programs for macOS, which nothing here can run: structure by other readers, page hashes, and the WASI host on Linux."""
import hashlib
import os
import re
import struct
import subprocess

import tools
from harness import check, ensure, same
from tools import ROOT, WORK, fresh

STUBS = ["aarch64-macos-lean", "aarch64-macos-full", "x86_64-macos-lean"]
TRIPLES = {"aarch64-macos": "arm64", "x86_64-macos": "x86-64"}
PAGES = {"aarch64-macos": 16 << 10, "x86_64-macos": 4 << 10}
MOST_BYTES = 600_000


def packed(target, source=os.path.join("examples", "hello.wat"), *options):
    folder = tools.stubs(*STUBS)
    program = os.path.join(fresh("macos"), target)
    command = [tools.packer(), os.path.join(ROOT, source), "--target", target, "--stub-dir", folder, "-o", program, *options]
    subprocess.run(command, check=True, capture_output=True)
    return program


def large_memory():
    """A module whose initial memory is large enough to be mapped."""
    os.makedirs(WORK, exist_ok=True)
    path = os.path.join(WORK, "large-memory.wat")
    with open(path, "w") as out:
        text = "nyash" * 40_000
        out.write(f'(module (memory (export "memory") 4) (data (i32.const 0) "{text}") (func (export "_start")))')
    return path


class MachO:
    """Just enough of a reader, from Apple's published structures."""

    def __init__(self, path):
        self.bytes = open(path, "rb").read()
        magic, _, _, kind, count, size, self.flags, _ = struct.unpack_from("<8I", self.bytes)
        same("magic number and type", (magic, kind), (0xFEEDFACF, 2))
        self.segments, self.commands, at = [], [], 32
        for _ in range(count):
            number, length = struct.unpack_from("<2I", self.bytes, at)
            self.commands.append((number, self.bytes[at:at + length]))
            if number == 0x19:
                name, *fields = struct.unpack_from("<16s4Q4I", self.bytes, at + 8)
                self.segments.append((name.rstrip(b"\0").decode(), *fields[:4], fields[5]))
            at += length
        same("length of the load commands", at, 32 + size)

    def command(self, number):
        return next(bytes for found, bytes in self.commands if found == number)


def structure(target):
    def lies_right(source, *options):
        file = MachO(packed(target, source, *options))
        names = [segment[0] for segment in file.segments]
        same("first and last segment", (names[0], names[-1]), ("__PAGEZERO", "__LINKEDIT"))
        rights = {segment[0]: segment[5] for segment in file.segments}
        same("rights of code", rights["__NYASH_TEXT"], 5)
        ensure(all(right & 6 != 6 for right in rights.values()), f"writable and executable: {rights}")
        end_memory = end_file = 0
        for name, address, memory, offset, length, _ in file.segments[1:]:
            ensure(address >= end_memory and offset >= end_file, f"{name} overlaps the one before it")
            page = PAGES[target]
            ensure(address % page == 0 and offset % page == 0 or name.startswith("__DATA"), f"{name} is not at a page")
            ensure(memory >= length, f"{name} is longer in the file than in memory")
            end_memory, end_file = address + memory, offset + length
        same("end of __LINKEDIT", end_file, len(file.bytes))
        ensure(file.flags & 0x200000, "not position independent")
        payload = [s for s in file.segments if s[0].startswith("__NYASH")]
        same("distance of the payload's parts in file and memory", len({s[1] - s[3] for s in payload}), 1)
        return names

    names = lies_right(os.path.join("examples", "hello.wat"))
    ensure("__NYASH_IMAGE" not in names, "small memory is mapped")
    names = lies_right(large_memory())
    ensure("__NYASH_IMAGE" in names, f"large memory is not mapped: {names}")
    return " ".join(names)


def code_directory(file, shift=12):
    """Where the signature starts, how many blobs it has, and its code directory, whose hashes of pages of 1 << shift bytes are
    computed again."""
    start, length = struct.unpack_from("<2I", file.command(0x1D), 8)
    same("end of the signature", start + length, len(file.bytes))
    blob = file.bytes[start:]
    magic, _, blobs, slot, at = struct.unpack_from(">5I", blob)
    same("super blob and its first slot", (magic, slot), (0xFADE0CC0, 0))
    directory = blob[at:]
    hashes, pages, limit = (struct.unpack_from(">I", directory, field)[0] for field in (16, 28, 32))
    same("limit", limit, start)
    same("hash length, kind, platform, page", tuple(directory[36:40]), (32, 2, 0, shift))
    same("number of pages", pages, -(-start >> shift))
    for page in range(pages):
        stored = directory[hashes + 32 * page:][:32]
        computed = hashlib.sha256(file.bytes[page << shift:min((page + 1) << shift, start)]).digest()
        same(f"hash of page {page}", stored, computed)
    return start, blobs, directory


def signature(target):
    file = MachO(packed(target))
    start, blobs, directory = code_directory(file)
    magic, size, version, flags, hashes, _, special, pages, _ = struct.unpack_from(">9I", directory)
    same("code directory", (magic, version, flags, special), (0xFADE0C02, 0x20400, 0x20002, 0))
    same("number of blobs", blobs, 1)
    text = next(segment for segment in file.segments if segment[0] == "__TEXT")
    same("executable segment", struct.unpack_from(">3Q", directory, 64), (text[3], text[4], 1))
    same("end of the hashes", hashes + 32 * pages, size)
    return f"{pages} pages"


def signed_again(target):
    """What a developer does before shipping: a certificate (here one of our own making) and the hardened runtime."""
    rcodesign = tools.rcodesign()
    program = packed(target)
    identity, signed = program + ".p12", program + ".signed"
    key = ("--p12-file", identity, "--p12-password", "nyash")
    for command in (
        ("generate-self-signed-certificate", "--person-name", "Nyash", *key),
        # The server of time stamps is Apple's.
        ("sign", *key, "--timestamp-url", "none", "--code-signature-flags", "runtime", program, signed),
        ("verify", signed),
    ):
        done = subprocess.run([rcodesign, *command], capture_output=True, text=True)
        ensure(done.returncode == 0, f"rcodesign {command[0]}: {done.stdout}{done.stderr}")
    file = MachO(signed)
    _, blobs, directory = code_directory(file)
    ensure(blobs > 1, "no certificate in the signature")
    same("flags: hardened runtime, not ad hoc", struct.unpack_from(">I", directory, 12)[0], 0x10000)
    before = MachO(program)
    same("segments before __LINKEDIT", file.segments[:-1], before.segments[:-1])
    subprocess.run([tools.packer(), "verify", signed], check=True, capture_output=True)
    return f"{len(file.bytes) - len(before.bytes)} bytes more"


def other_readers(target):
    program = packed(target)
    tools.need("llvm-objdump")
    listing = subprocess.run(["llvm-objdump", "--macho", "--private-headers", program], capture_output=True, text=True)
    ensure(listing.returncode == 0 and not listing.stderr, listing.stderr)
    for word in ("__NYASH_TEXT", "LC_CODE_SIGNATURE", "LC_MAIN", "minos 11.0", "libSystem.B.dylib"):
        ensure(word in listing.stdout, f"llvm-objdump does not show {word}")
    same("libraries", re.findall(r"name (/usr/lib/\S+\.dylib)", listing.stdout), ["/usr/lib/libSystem.B.dylib"])
    lief = tools.lief()
    binary = lief.MachO.parse(program).at(0)
    good, reason = lief.MachO.check_layout(binary)
    ensure(good, f"LIEF: {reason}")
    ensure(binary.has_code_signature and binary.is_pie, "LIEF sees no signature, or a fixed address")
    section = binary.get_section("__NYASH", "__nyash")
    same("start of the payload, by LIEF", bytes(section.content[:8]), b"\x7fNYASH\r\n")
    return "llvm-objdump, LIEF"


def symbols(target):
    """The functions of the module by llvm-nm and LIEF, none of the runtime's, and none when llvm-strip has taken them."""
    source = os.path.join(WORK, "named.wat")
    os.makedirs(WORK, exist_ok=True)
    with open(source, "w") as out:
        out.write("""(module (memory (export "memory") 1)
          (func $_ZN3app4workEi (param i32) (result i32) (i32.add (local.get 0) (local.get 0)))
          (func $main (export "_start") (drop (call $_ZN3app4workEi (i32.const 3)))))""")
    program = packed(target, source)
    tools.need("llvm-objdump")
    nm = lambda path: subprocess.run(["llvm-nm", "--demangle", path], check=True, capture_output=True, text=True).stdout
    # Outside of __TEXT,__text functions have the letter of other sections.
    local = re.findall(r"^[0-9a-f]+ s (.*)$", nm(program), re.M)
    ensure({"app::work(int)", "_main"} <= set(local), f"llvm-nm has {local}")
    ensure(not any("wasmtime::" in name for name in local), f"functions of the runtime: {local}")
    binary = tools.lief().MachO.parse(program).at(0)
    by_name = {symbol.name: symbol.value for symbol in binary.symbols}
    code = binary.get_section("__NYASH_TEXT", "__nyash_text")
    ensure(0 <= by_name["__ZN3app4workEi"] - code.virtual_address < code.size, "a symbol lies outside of its section")
    stubs = subprocess.run(["llvm-objdump", "--macho", "--indirect-symbols", program], check=True, capture_output=True, text=True)
    ensure(re.search(r"^0x[0-9a-f]+ +[0-9]+ _malloc$", stubs.stdout, re.M), "what dyld binds has other names")
    stripped = program + ".stripped"
    subprocess.run(["llvm-strip", "-o", stripped, program], check=True)
    ensure("app::work" not in nm(stripped), "llvm-strip leaves names")
    subprocess.run([tools.packer(), "verify", stripped], check=True, capture_output=True)
    return f"{len(local)} names"


def own_reader(target):
    program = packed(target)
    for command in ("inspect", "verify"):
        subprocess.run([tools.packer(), command, program], check=True, capture_output=True)
    extracted = program + ".cwasm"
    subprocess.run([tools.packer(), "extract", program, "-o", extracted], check=True, capture_output=True)
    ensure(os.path.getsize(extracted) > 0, "extract wrote nothing")
    again = packed(target)
    bytes = open(again, "rb").read()
    damaged = bytearray(bytes)
    damaged[bytes.rindex(b"hello from WebAssembly")] ^= 1
    with open(program + ".damaged", "wb") as out:
        out.write(damaged)
    verdict = subprocess.run([tools.packer(), "verify", program + ".damaged"], capture_output=True, text=True)
    ensure(verdict.returncode != 0 and "hash" in verdict.stderr, f"damage is not seen: {verdict.stderr}")


def exceptions(target):
    """A module with exceptions takes the runtime with a collector."""
    os.makedirs(WORK, exist_ok=True)
    source = os.path.join(WORK, "exceptions.wat")
    with open(source, "w") as out:
        out.write('(module (tag $tag) (memory (export "memory") 1) (func (export "_start") (throw $tag)))')
    program = packed(target, source)
    shown = subprocess.run([tools.packer(), "inspect", program], check=True, capture_output=True, text=True).stdout
    ensure(re.search(r"^runtime +full .*, with collector$", shown, re.M), shown)
    subprocess.run([tools.packer(), "verify", program], check=True, capture_output=True)
    return f"{os.path.getsize(program)} bytes"


def twice_the_same(target):
    one, other = (open(packed(target), "rb").read() for _ in range(2))
    ensure(one == other, "two packings differ")
    ensure(len(one) <= MOST_BYTES, f"hello has {len(one)} bytes, and at most {MOST_BYTES} are promised")
    return f"{len(one)} bytes"


def host_on_linux():
    """The preview 1 suite with the WASI host of macOS."""
    build = os.path.join(tools.TARGET, "macos-host")
    command = ["cargo", "build", "--release", "--locked", "--quiet", "--features", "macos-host", "--target-dir", build]
    subprocess.run(command, cwd=os.path.join(ROOT, "runtime"), check=True)
    stub = open(os.path.join(build, "x86_64-unknown-linux-gnu", "release", "nyash-runtime"), "rb").read()
    folder = fresh("macos-host")
    with open(os.path.join(folder, "x86_64-linux-lean"), "wb") as out:
        out.write(stub)
    version = re.search(r'^version = "(.*)"', open(os.path.join(ROOT, "Cargo.toml")).read(), re.M)[1]
    format_spec = open(os.path.join(ROOT, "format-spec", "src", "lib.rs")).read()
    wasmtime = re.search(r'^pub const WASMTIME: &str = "(.*)";', format_spec, re.M)[1]
    with open(os.path.join(folder, "MANIFEST"), "w") as out:
        out.write(f"nyash-stubs 1 wasmtime={wasmtime} runtime={version}\n")
        out.write(f"{hashlib.sha256(stub).hexdigest()} {len(stub)} x86_64-linux-lean\n")
    command = ["cargo", "test", "--quiet", "--workspace", "--test", "preview1"]
    environment = dict(os.environ, NYASH_PACK_STUBS=folder)
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    ensure(done.returncode == 0, done.stdout[-3000:])


def main():
    for target in TRIPLES:
        check(f"{target}: two packings are one file, and small", twice_the_same, target)
        check(f"{target}: segments", structure, target)
        check(f"{target}: signature", signature, target)
        check(f"{target}: signed again with a certificate", signed_again, target)
        check(f"{target}: other readers", other_readers, target)
        check(f"{target}: symbols", symbols, target)
        check(f"{target}: inspect, verify, extract", own_reader, target)
    check("aarch64-macos: exceptions", exceptions, "aarch64-macos")
    check("the preview 1 suite with the host of macOS on Linux", host_on_linux)
