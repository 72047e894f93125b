"""A Debian 12 of its own in a folder, as debootstrap makes it from the mirror that this machine uses."""
import functools
import os
import shutil
import subprocess

from harness import Failed, Skipped
from tools import WORK, need

SUITE = "bookworm"
# What a package manager of ours wants: pip in an environment, and node. npm itself is taken from npm.
WANTED = "ca-certificates,nodejs,python3-venv"


def mirror():
    """The first that apt is configured with for this Debian."""
    asked = ["apt-get", "indextargets", "--format", "$(SITE)", "Created-By: Packages", f"Codename: {SUITE}", "Component: main"]
    found = subprocess.run(asked, capture_output=True, text=True)
    return found.stdout.split()[:1]


@functools.cache
def base():
    """Made once, and copied for each check."""
    need("debootstrap", "unshare", "chroot")
    if os.geteuid() != 0:
        raise Skipped("debootstrap needs root")
    folder = os.path.join(WORK, "download", f"debian-{SUITE}")
    if os.path.isdir(folder):
        return folder
    unfinished = folder + ".unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    os.makedirs(os.path.dirname(folder), exist_ok=True)
    command = ["debootstrap", "--variant=minbase", f"--include={WANTED}", SUITE, unfinished, *mirror()]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode != 0:
        reason = (done.stdout.strip().splitlines() or done.stderr.strip().splitlines() or ["no reason given"])[-1]
        forbidden = any(word in done.stdout + done.stderr for word in ("not permitted", "ermission denied", "Failed getting", "Couldn't"))
        raise (Skipped if forbidden else Failed)(f"debootstrap: {reason}")
    os.rename(unfinished, folder)
    return folder


class Debian:
    """One that nothing was installed in yet."""

    def __init__(self, name):
        self.root = os.path.join(WORK, "run", name)
        shutil.rmtree(self.root, ignore_errors=True)
        os.makedirs(os.path.dirname(self.root), exist_ok=True)
        subprocess.run(["cp", "-a", "--reflink=auto", base(), self.root], check=True)

    def put(self, *files, folder="/root"):
        for path in files:
            shutil.copy(path, self.root + folder)

    def run(self, script):
        """What a shell in it prints. It sees its own /proc, and no network."""
        inner = f'mount -t proc none "{self.root}/proc" && exec chroot "{self.root}" /bin/sh -euc "$0"'
        command = ["unshare", "--mount", "--pid", "--fork", "--net", "sh", "-c", inner, script]
        clean = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LANG": "C.UTF-8"}
        done = subprocess.run(command, env=clean, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if "unshare failed" in done.stderr or "permission denied" in done.stderr:
            raise Skipped(f"this machine allows no namespaces: {done.stderr.strip()}")
        if done.returncode != 0:
            raise Failed(f"{script}: status {done.returncode}: {(done.stderr or done.stdout).strip()[-500:]}")
        return done.stdout
