"""A packed program behaves like a native one: each check runs the same C source packed and compiled by gcc, under the same
circumstances, and compares the two."""
import functools
import itertools
import os
import random
import resource
import shutil
import signal
import subprocess
import tempfile
import time

import tools
from harness import Skipped, check, ensure, same
from tools import HERE, ROOT, fresh, need, pack, wasm

SOURCES = os.path.join(ROOT, "tests", "guests-c", "native")
NOBODY = 65534


@functools.cache
def both(name, *options, folder=None):
    """The packed program and the native one from the same source."""
    source = os.path.join(SOURCES, name + ".c")
    if not os.path.exists(source):
        source = os.path.join(ROOT, "tests", "guests-c", name + ".c")
    folder = folder or os.path.join(tools.WORK, "packed")
    packed = pack(wasm(source, "native-" + name), os.path.join(folder, name), *options)
    return packed, tools.native(source, "c-" + name, "-static")


@functools.cache
def launcher():
    return tools.native(os.path.join(HERE, "launch.c"), "launch")


def outcome(command, **more):
    done = subprocess.run(command, capture_output=True, timeout=60, **more)
    return done.returncode, done.stdout, done.stderr


def ended(process, stdin=None):
    """What a process that runs already ends with. It never outlives the check."""
    try:
        out, errors = process.communicate(stdin, timeout=20)
    finally:
        process.kill()
    return process.returncode, out, errors


def alike(packed, native, **more):
    """Both commands end alike. The programs' own names may differ."""
    same("(status, output, errors)", outcome(packed, **more), outcome(native, **more))


def nonblocking_input(before):
    """A stream says whether it is nonblocking. It did not, so that Go took an empty pipe for a broken one."""
    packed, native = both("nonblocking")

    def fed(program):
        reading, writing = os.pipe()
        os.set_blocking(reading, not before)
        process = subprocess.Popen([program], stdin=reading, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        os.close(reading)
        lines = []
        for part in (b"one", b"two"):
            # Until it says that nothing is there yet.
            while True:
                lines.append(process.stdout.readline())
                if lines[-1] in (b"nothing yet\n", b""):
                    break
            os.write(writing, part)
        os.close(writing)
        status, out, errors = ended(process)
        lines += out.splitlines(keepends=True)
        # How often it looks is a matter of time.
        return status, [line for line in lines if line not in (b"nothing yet\n", b"")], errors

    same("(status, output, errors)", fed(packed), fed(native))


def names_of_the_root():
    """wasi-libc passes `/` on as `.`, so that `ls /` listed the working directory without a word."""
    packed, native = both("inodes", "--allow-all")
    folder = fresh("native-root")
    for words in ([], ["/"], ["//"], ["/."], ["/./"], ["."], ["./"], [".."], ["/etc/.."], ["/../etc"], ["/", "/etc"], [".", "/etc"]):
        alike([packed, *words], [native, *words], cwd=folder)


def names_of_any_bytes():
    packed, native = both("names", "--allow-all")
    folder = fresh("native-any-names")
    names = [b"a", b"\xe9t\xe9", b"z", b"\xff\xfe"]
    for name in names:
        open(os.path.join(os.fsencode(folder), name), "w").close()
    alike([packed, ".", *names], [native, ".", *names], cwd=folder)


def deep_recursion(limit, depth):
    """A native program's stack grows to `ulimit -s`. 7 MiB were used whatever that was."""
    source = os.path.join(SOURCES, "deep.c")
    module = wasm(source, "native-deep", "-Wl,-z,stack-size=67108864")
    packed, native = pack(module, os.path.join(tools.WORK, "packed", "deep")), tools.native(source, "c-deep", "-static")
    script = f'ulimit -s {limit} && exec "$0" {depth}'
    alike(["sh", "-c", script, packed], ["sh", "-c", script, native])


def exit_status():
    packed, native = both("status")
    for status in (0, 1, 2, 42, 100, 125, 126, 127, 128, 134, 200, 255, 256, -1):
        alike([packed, str(status)], [native, str(status)])


def binary_streams():
    packed, native = both("copy")
    every = random.Random(7).randbytes(3_000_000) + bytes(range(256)) * 100
    alike([packed], [native], input=every)
    folder = fresh("native-copy")
    given, taken = os.path.join(folder, "in"), os.path.join(folder, "out")
    with open(given, "wb") as file:
        file.write(every)
    with open(given, "rb") as source, open(taken, "wb") as target:
        ensure(subprocess.run([packed], stdin=source, stdout=target).returncode == 0, "file to file failed")
    with open(given, "rb") as source, open(taken, "ab") as target:
        ensure(subprocess.run([packed], stdin=source, stdout=target).returncode == 0, "appending failed")
    with open(taken, "rb") as file:
        same("the file", file.read(), every * 2)


def broken_pipe(ignored):
    packed, native = both("writing")

    def until_closed(program):
        process = subprocess.Popen(
            [program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, restore_signals=not ignored
        )
        process.stdout.read(10)
        process.stdout.close()
        process.stdout = None
        return ended(process)

    same("(status, errors)", until_closed(packed), until_closed(native))


def signalled(name, number, *arguments):
    packed, native = both(name)

    def interrupted(program):
        process = subprocess.Popen([program, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        process.stdout.readline()
        process.send_signal(number)
        return ended(process)

    same("(status, output, errors)", interrupted(packed), interrupted(native))


def stopped_and_continued():
    packed, native = both("asleep")

    def paused(program):
        process = subprocess.Popen([program, "600"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        process.stdout.readline()
        process.send_signal(signal.SIGSTOP)
        time.sleep(0.1)
        process.send_signal(signal.SIGCONT)
        return ended(process)

    same("(status, output, errors)", paused(packed), paused(native))


def shared_copy(program):
    """A copy in a folder that every user may enter."""
    folder = tempfile.mkdtemp(prefix="nyash-")
    os.chmod(folder, 0o755)
    return shutil.copy(program, folder)


def mode_111():
    packed, native = both("hello")
    copies = [shared_copy(program) for program in (packed, native)]
    try:
        for copy in copies:
            os.chmod(copy, 0o111)
        other = dict(user=NOBODY, group=NOBODY, extra_groups=[]) if os.geteuid() == 0 else {}
        alike([copies[0]], [copies[1]], **other, cwd="/")
    finally:
        for copy in copies:
            shutil.rmtree(os.path.dirname(copy))


def namespace(*options):
    """unshare, as root or with a user namespace of its own."""
    need("unshare")
    command = ["unshare", *([] if os.geteuid() == 0 else ["--user", "--map-root-user"]), *options]
    if subprocess.run([*command, "true"], capture_output=True).returncode != 0:
        raise Skipped("this machine allows no namespaces to this user")
    return command


def no_proc():
    packed, _ = both("hello")
    root = fresh("native-empty-root")
    shutil.copy(packed, os.path.join(root, "app"))
    namespace()
    into = ["unshare", *([] if os.geteuid() == 0 else ["--user", "--map-root-user"]), "--root", root, "/app"]
    same("(status, output, errors)", outcome(into), (0, b"hello\n", b""))
    ensure(os.listdir(root) == ["app"], "something was left in the root folder")


def read_only():
    packed, native = both("reading")
    script = 'mount -t tmpfs none "$1" && cp "$2" "$1/app" && mount -o remount,ro "$1" && cd "$1" && TMPDIR=$1 exec ./app'
    command = namespace("--mount")
    mounted = fresh("native-read-only")
    for program in (packed, native):
        tried = subprocess.run([*command, "mount", "-t", "tmpfs", "none", mounted], capture_output=True)
        if tried.returncode != 0:
            raise Skipped("this user may not mount")
    alike(*([*command, "sh", "-c", script, "sh", mounted, program] for program in (packed, native)), input=b"x")


def deleted(how):
    packed, native = both("reading")
    folder = fresh("native-deleted")

    def run(program):
        copy = shutil.copy(program, os.path.join(folder, "app"))
        command = [launcher(), "deleted", copy] if how == "before" else [copy]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        process.stdout.readline()
        if how == "while":
            os.unlink(copy)
        ensure(not os.path.exists(copy), "the file is still there")
        return ended(process, b"x")

    same("(status, output, errors)", run(packed), run(native))


def started_by_other_names():
    packed, native = both("name")
    folder = fresh("native-names")
    for kind, program in (("packed", packed), ("native", native)):
        os.makedirs(os.path.join(folder, kind, "bin"))
        shutil.copy(program, os.path.join(folder, kind, "bin", "app"))
        os.symlink("bin/app", os.path.join(folder, kind, "link"))
    ours, theirs = os.path.join(folder, "packed"), os.path.join(folder, "native")

    def each(command, **more):
        same(
            f"{command}: (status, output, errors)",
            outcome(command, cwd=ours, **more),
            outcome(command, cwd=theirs, **more),
        )

    each(["./link"])
    each(["bin/app"])
    each(["./bin/../link"])
    each(["sh", "-c", "PATH=$PWD/bin:$PATH; cd /; app >$OLDPWD/out; sed 's,.*/,,' $OLDPWD/out"])
    each(["sh", "-c", "exec -a 'another name' ./link"] if os.path.realpath("/bin/sh").endswith("bash") else ["./link"])


def empty_argument_list():
    packed, native = both("name")
    alike([launcher(), "empty", packed], [launcher(), "empty", native])


def many_arguments():
    packed, native = both("arguments")
    alike([launcher(), "many", "100000", packed], [launcher(), "many", "100000", native])
    # As much as the kernel lets through: some strings of almost 128 KiB each, then a list near a quarter of the stack limit.
    alike([packed, *["x" * 131000] * 12], [native, *["x" * 131000] * 12])
    alike([packed, b"\xff\xfe\x80", b"\xc3"], [native, b"\xff\xfe\x80", b"\xc3"])


def environment():
    packed, native = both("environment", "--inherit-env")
    env = {"A": "1", "EMPTY": "", "EQUALS": "a=b", "LONG": "x" * 100000, "WIDE": "é€"}
    alike([packed], [native], env=env)
    alike([packed], [native], env={})


def closed_descriptors():
    packed, native = both("hello")
    for count in range(4):
        for closed in itertools.combinations("012", count):
            digits = "".join(closed) or "9"
            ours, theirs = (outcome([launcher(), "close", digits, program]) for program in (packed, native))
            same(f"with {digits} closed: (status, output, errors)", ours, theirs)


def closed_descriptors_and_files():
    folder = fresh("native-victim")
    source = os.path.join(SOURCES, "victim.c")
    packed = pack(wasm(source, "native-victim"), os.path.join(tools.WORK, "packed", "victim"), "--dir", f"{folder}::/scratch")
    for count in range(4):
        for closed in itertools.combinations("012", count):
            digits = "".join(closed) or "9"
            status, _, _ = outcome([launcher(), "close", digits, packed])
            with open(os.path.join(folder, "victim"), "rb") as file:
                same(f"with {digits} closed: (status, file)", (status, file.read()), (0, b"mine\n"))


def full_device():
    packed, native = both("hello")
    script = '"$0" >/dev/full; echo $?'
    alike(["sh", "-c", script, packed], ["sh", "-c", script, native])


def resource_limits():
    packed, native = both("hello")
    unlimited = resource.RLIM_INFINITY
    for limit, value in (
        (resource.RLIMIT_NOFILE, 3),
        (resource.RLIMIT_STACK, unlimited),
        (resource.RLIMIT_STACK, 128 << 10),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_MEMLOCK, 0),
        (resource.RLIMIT_CPU, 1),
        (resource.RLIMIT_SIGPENDING, 0),
    ):
        hard = resource.getrlimit(limit)[1]
        limited = dict(preexec_fn=lambda: resource.setrlimit(limit, (value, hard)))
        alike([packed], [native], **limited)


def personalities():
    need("setarch")
    packed, _ = both("hello")
    for option in ("--addr-no-randomize", "--addr-compat-layout", "--read-implies-exec"):
        same(f"{option}: (status, output, errors)", outcome(["setarch", option, packed]), (0, b"hello\n", b""))


def many_at_once():
    packed, _ = both("hello")
    processes = [subprocess.Popen([packed], stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(100)]
    for process in processes:
        same("(output, errors)", process.communicate(timeout=60), (b"hello\n", b""))


def leaves_nothing_behind():
    packed, _ = both("reading")
    folder = fresh("native-temporary")
    outcome([packed], input=b"x", env={"TMPDIR": folder, "HOME": folder, "XDG_CACHE_HOME": folder}, cwd=folder)
    same("the folder", os.listdir(folder), [])


def trace(program, *options):
    need("strace")
    log = os.path.join(fresh("native-strace"), "log")
    done = subprocess.run(["strace", "-f", "-o", log, *options, program], capture_output=True)
    if not os.path.exists(log) or b"ptrace" in done.stderr:
        raise Skipped("this machine allows no ptrace")
    with open(log) as file:
        return file.read()


def opens_nothing():
    packed, _ = both("hello")
    calls = trace(packed)
    for name in ("open(", "openat(", "openat2(", "clone(", "clone3(", "memfd_create(", "PROT_EXEC"):
        ensure(name not in calls, f"{name} in\n{calls}")


def main():
    check("exit statuses", exit_status)
    check("binary standard streams, pipes and files", binary_streams)
    check("nonblocking standard input", nonblocking_input, True)
    check("standard input that is made nonblocking", nonblocking_input, False)
    check("the root and the working directory by all their names", names_of_the_root)
    check("names that are not UTF-8", names_of_any_bytes)
    check("50,000 nested calls under ulimit -s 8192", deep_recursion, 8192, 50_000)
    check("400,000 nested calls under ulimit -s 65536", deep_recursion, 65536, 400_000)
    check("1,000,000 nested calls under ulimit -s unlimited", deep_recursion, "unlimited", 1_000_000)
    check("broken pipe", broken_pipe, False)
    check("broken pipe with SIGPIPE ignored", broken_pipe, True)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL):
        check(f"{number.name} while computing", signalled, "endless", number)
        check(f"{number.name} while sleeping", signalled, "asleep", number, "60000")
        check(f"{number.name} while reading", signalled, "reading", number)
    check("stopped and continued while sleeping", stopped_and_continued)
    check("mode 111, not its owner", mode_111)
    check("an empty root folder, no /proc", no_proc)
    check("a read-only file system", read_only)
    check("executable deleted while it runs", deleted, "while")
    check("executable deleted before it is started", deleted, "before")
    check("started through symlinks, PATH and odd paths", started_by_other_names)
    check("an empty argument list", empty_argument_list)
    check("100,000 arguments, large ones, and some not UTF-8", many_arguments)
    check("inherited environment", environment)
    check("closed descriptors 0-2, all combinations", closed_descriptors)
    check("closed descriptors are not mistaken for files", closed_descriptors_and_files)
    check("a full device", full_device)
    check("resource limits", resource_limits)
    check("address space personalities", personalities)
    check("100 at once", many_at_once)
    check("leaves nothing behind", leaves_nothing_behind)
    check("hello opens no file, starts no thread, asks for no executable memory", opens_nothing)
