"""Container images: written by the packer, read by other people's tools, run by an engine."""
import hashlib
import json
import os
import platform
import shutil
import subprocess
import tarfile

import tools
from harness import Failed, Skipped, check, ensure, same
from tools import fresh, need, packer

MODULE = """(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 8) "from the image\\n")
  (func (export "_start")
    (i32.store (i32.const 0) (i32.const 8))
    (i32.store (i32.const 4) (i32.const 15))
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 64)))))
"""
OTHER = "aarch64-linux-lean"
STUBS = [OTHER, "aarch64-linux-full"]


def pack(folder, *options, status=0):
    module = os.path.join(folder, "hello.wat")
    if not os.path.exists(module):
        with open(module, "w") as file:
            file.write(MODULE)
    command = [packer(), "hello.wat", *options]
    done = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode != status:
        raise Failed(f"{' '.join(command[1:])}: status {done.returncode}, {status} expected: {done.stderr.strip()}")
    return done.stderr


def run(*command, **more):
    done = subprocess.run(command, capture_output=True, text=True, **more)
    if done.returncode != 0:
        raise Failed(f"{' '.join(command)}: status {done.returncode}: {done.stderr.strip()[-400:]}")
    return done.stdout


def digests(folder):
    """Every file by its path and hash."""
    found = {}
    for place, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(place, name)
            with open(path, "rb") as file:
                found[os.path.relpath(path, folder)] = hashlib.sha256(file.read()).hexdigest()
    return found


def hashes():
    folder = fresh("oci-hashes")
    pack(folder, "--oci", "image")
    for path, digest in digests(os.path.join(folder, "image")).items():
        if path.startswith("blobs/"):
            same(path, os.path.basename(path), digest)


def same_bytes():
    folder = fresh("oci-same")
    for name in ("a", "b"):
        pack(folder, "--oci", name, "--oci-label", "b=2", "--oci-label", "a=1")
        pack(folder, "--oci", name + ".tar", "--oci-label", "a=1", "--oci-label", "b=2")
    ensure(digests(os.path.join(folder, "a")) == digests(os.path.join(folder, "b")), "two folders differ")
    with open(os.path.join(folder, "a.tar"), "rb") as a, open(os.path.join(folder, "b.tar"), "rb") as b:
        same("the archive", a.read(), b.read())
    with tarfile.open(os.path.join(folder, "a.tar")) as archive:
        archive.extractall(os.path.join(folder, "unpacked"), filter="data")
    ensure(digests(os.path.join(folder, "unpacked")) == digests(os.path.join(folder, "a")), "archive and folder differ")


def inspected():
    need("skopeo")
    folder = fresh("oci-skopeo")
    pack(folder, "--oci", "app.tar", "--oci-name", "example/app:1.0", "--oci-user", "7:8", "--oci-label", "team=us")
    image = "oci-archive:" + os.path.join(folder, "app.tar") + ":1.0"
    config = json.loads(run("skopeo", "inspect", "--config", image))
    same("the configuration", config["config"], {
        "User": "7:8", "Entrypoint": ["/hello"], "WorkingDir": "/", "Labels": {"team": "us"},
    })
    same("created", config["created"], "1970-01-01T00:00:00Z")
    # Copies check every digest and size on their way.
    run("skopeo", "copy", image, "oci:" + os.path.join(folder, "copy") + ":1.0")
    run("skopeo", "copy", "--format", "v2s2", image, "dir:" + os.path.join(folder, "docker"))


def several_platforms():
    need("skopeo")
    folder = fresh("oci-platforms")
    options = ["--target", "linux,linux-arm64", "--stub-dir", tools.only(*STUBS)]
    pack(folder, "--oci", "image", *options)
    pack(folder, "--oci", "twice", "--target", "linux", "--target", "linux-arm64", *options[2:])
    ensure(digests(os.path.join(folder, "image")) == digests(os.path.join(folder, "twice")), "a list and two options differ")
    image = "oci:" + os.path.join(folder, "image") + ":latest"
    for architecture in ("amd64", "arm64"):
        config = json.loads(run("skopeo", f"--override-arch={architecture}", "inspect", "--config", image))
        same("the architecture", config["architecture"], architecture)
    run("skopeo", "copy", "--all", image, "oci:" + os.path.join(folder, "copy") + ":latest")


def engine(name):
    """The image unpacked by umoci and run by an engine."""
    need("umoci", name)
    folder = fresh("oci-" + name)
    pack(folder, "--oci", "image", "--dir", "/data")
    bundle = os.path.join(folder, "bundle")
    run("umoci", "unpack", "--image", os.path.join(folder, "image") + ":latest", bundle)
    root = os.path.join(bundle, "rootfs")
    same("the files", sorted(os.listdir(root)), ["data", "hello"])
    same("the owner of /data", os.stat(os.path.join(root, "data")).st_uid, 65532)
    path = os.path.join(bundle, "config.json")
    with open(path) as file:
        config = json.load(file)
    same("the entry point", config["process"]["args"], ["/hello"])
    config["process"]["terminal"] = False
    with open(path, "w") as file:
        json.dump(config, file)
    state = os.path.join(folder, "state")
    command = [name, "--root", state, "run", "--bundle", bundle, f"nyash-{os.getpid()}"]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
    if done.returncode != 0 and not can_run(name, bundle, state, config, path):
        raise Skipped(f"this machine lets no {name} run anything: {done.stderr.strip().splitlines()[-1]}")
    same("(status, output)", (done.returncode, done.stdout), (0, "from the image\n"))


def can_run(name, bundle, state, config, path):
    """Whether the engine can run a program that is not ours: then a failure is ours."""
    busybox = shutil.which("busybox")
    source = tools.native(os.path.join(tools.ROOT, "benches", "startup", "programs", "hello.c"), "oci-hello", "-static")
    shutil.copy(busybox or source, os.path.join(bundle, "rootfs", "other"))
    config["process"]["args"] = ["/other", "true"] if busybox else ["/other"]
    with open(path, "w") as file:
        json.dump(config, file)
    command = [name, "--root", state, "run", "--bundle", bundle, f"nyash-other-{os.getpid()}"]
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=60).returncode == 0


def in_an_empty_root():
    """Without an engine: the layer as the whole file system."""
    if os.geteuid() != 0:
        raise Skipped("chroot needs root")
    folder = fresh("oci-chroot")
    pack(folder, "--oci", "image")
    with open(os.path.join(folder, "image", "index.json")) as file:
        entry = json.load(file)["manifests"][0]
    blob = lambda digest: os.path.join(folder, "image", "blobs", *digest.split(":"))
    with open(blob(entry["digest"])) as file:
        layer = json.load(file)["layers"][0]
    root = os.path.join(folder, "root")
    with tarfile.open(blob(layer["digest"])) as archive:
        archive.extractall(root, filter="tar")
    same("output", run("chroot", "--userspec=65532:65532", root, "/hello"), "from the image\n")


def full_disk():
    need("unshare")
    folder = fresh("oci-full")
    pack(folder, "--oci", "whole.tar")
    for name in ("image", "image.tar"):
        script = f"mount -t tmpfs -o size=100k none disk && {packer()} hello.wat --oci disk/{name}; echo $?; ls -A disk"
        os.makedirs(os.path.join(folder, "disk"), exist_ok=True)
        done = subprocess.run(["unshare", "-m", "sh", "-c", script], cwd=folder, capture_output=True, text=True)
        if "ermission denied" in done.stderr or "not permitted" in done.stderr:
            raise Skipped("this machine allows no mounts")
        same("(status, what is left)", done.stdout, "3\n")
        ensure("No space left on device" in done.stderr, done.stderr)


def main():
    if platform.machine() != "x86_64":
        raise Skipped("the engine's run is for x86-64")
    check("blobs are called by their hashes", hashes)
    check("the same bytes each time, as folder and as archive", same_bytes)
    check("skopeo reads and copies it", inspected)
    check("several platforms in one index", several_platforms)
    check("crun runs it", engine, "crun")
    check("runc runs it", engine, "runc")
    check("the layer alone is a file system", in_an_empty_root)
    check("a full disk", full_disk)
