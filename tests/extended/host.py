#!/usr/bin/env python3
"""The other WASI host: runs one preview 1 command module under the PyPI `wasmtime` package.

    host.py [--dir HOST::GUEST[:ro]] [--env NAME=VALUE] [--argv0 NAME] [--cache FOLDER] MODULE [ARG ...]

Nothing is granted but arguments, standard streams, clocks and randomness, as with a packed program. The exit status is
the program's own; a trap is 134, its message goes to stderr. Compiled modules are kept in the cache folder, named by
their hash, because Cranelift takes a minute over a compiler.
"""
import hashlib
import importlib.metadata
import os
import sys

import wasmtime


def engine():
    config = wasmtime.Config()
    config.wasm_exceptions = True
    config.wasm_function_references = True
    config.wasm_gc = True
    config.wasm_tail_call = True
    config.wasm_multi_memory = True
    config.wasm_memory64 = True
    config.wasm_threads = False
    config.max_wasm_stack = 2 << 20
    config.cranelift_opt_level = "none"  # a compiler compiles in half the time; what it does stays the same
    config.cranelift_flag_set("regalloc_algorithm", "single_pass")
    return wasmtime.Engine(config)


def load(engine, path, cache):
    with open(path, "rb") as file:
        wasm = file.read()
    if wasm[:4] != b"\0asm":
        wasm = bytes(wasmtime.wat2wasm(wasm.decode()))
    if cache is None:
        return wasmtime.Module(engine, wasm)
    kept = os.path.join(cache, hashlib.sha256(wasm).hexdigest() + "-" + importlib.metadata.version("wasmtime") + ".cwasm")
    if os.path.exists(kept):
        return wasmtime.Module.deserialize_file(engine, kept)
    module = wasmtime.Module(engine, wasm)
    os.makedirs(cache, exist_ok=True)
    unfinished = f"{kept}.{os.getpid()}"
    with open(unfinished, "wb") as file:
        file.write(module.serialize())
    os.rename(unfinished, kept)
    return module


def main():
    # By hand: argparse would take a "--" meant for the program.
    words = sys.argv[1:]
    options = {"--dir": [], "--env": [], "--argv0": [], "--cache": []}
    while words and words[0] in options:
        options[words[0]].append(words[1])
        words = words[2:]
    module, *args = words

    wasi = wasmtime.WasiConfig()
    wasi.argv = [(options["--argv0"] or [module])[-1], *args]
    wasi.env = [pair.split("=", 1) for pair in options["--env"]]
    wasi.inherit_stdin()
    wasi.inherit_stdout()
    wasi.inherit_stderr()
    for grant in options["--dir"]:
        writable = not grant.endswith(":ro")
        host, _, guest = grant.removesuffix(":ro").partition("::")
        wasi.preopen_dir(host, guest or host, writable)

    machine = engine()
    module = load(machine, module, (options["--cache"] or [None])[-1])
    store = wasmtime.Store(machine)
    store.set_wasi(wasi)
    linker = wasmtime.Linker(machine)
    linker.define_wasi()
    try:
        linker.instantiate(store, module).exports(store)["_start"](store)
    except wasmtime.ExitTrap as exit:
        return exit.code
    except wasmtime.Trap as trap:
        print(trap, file=sys.stderr)
        return 134
    return 0


if __name__ == "__main__":
    status = main()
    sys.stderr.flush()
    os._exit(status)
