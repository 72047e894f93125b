#!/usr/bin/env python3
"""The other WASI host: runs one preview 1 command module under the PyPI `wasmtime` package.

    host.py [--dir HOST::GUEST[:ro]] [--env NAME=VALUE] [--argv0 NAME] [--cache FOLDER] [--invoke NAME]
            [--unknown-imports trap] [--opt-level speed] MODULE [ARG ...]

Nothing is granted but arguments, standard streams, clocks and randomness, as with a packed program. The exit status is
the program's own; a trap is 134, its message goes to stderr. Compiled modules are kept in the cache folder, named by
their hash, because Cranelift takes a minute over a compiler. Code that is not
optimised is made faster and takes more of the stack.
"""
import hashlib
import importlib.metadata
import os
import sys

import wasmtime


def engine(optimised):
    config = wasmtime.Config()
    config.wasm_exceptions = True
    config.wasm_function_references = True
    config.wasm_gc = True
    config.wasm_tail_call = True
    config.wasm_multi_memory = True
    config.wasm_memory64 = True
    # Atomic instructions; no program starts a thread.
    config.wasm_threads = True
    config.max_wasm_stack = 2 << 20
    if not optimised:
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
    kept = os.path.join(cache, hashlib.sha256(wasm).hexdigest() + "-" + importlib.metadata.version("wasmtime") + "-2.cwasm")
    if os.path.exists(kept):
        return wasmtime.Module.deserialize_file(engine, kept)
    module = wasmtime.Module(engine, wasm)
    os.makedirs(cache, exist_ok=True)
    unfinished = f"{kept}.{os.getpid()}"
    with open(unfinished, "wb") as file:
        file.write(module.serialize())
    os.rename(unfinished, kept)
    return module


def run(store, exports, invoke, args):
    """What wasmtime's own command does: `_initialize`, and then the export, or else the one without a name, or `_start`."""
    initialize = exports.get("_initialize")
    if initialize is not None:
        initialize(store)
    function = exports[invoke[-1]] if invoke else exports.get("_start") or exports.get("")
    if not invoke:
        function(store)
        return
    types = [str(ty) for ty in function.type(store).params]
    results = function(store, *(float(arg) if ty[0] == "f" else int(arg, 0) for ty, arg in zip(types, args, strict=True)))
    for result in [] if results is None else results if isinstance(results, list) else [results]:
        print(result, flush=True)


def main():
    # By hand: argparse would take a "--" meant for the program.
    words = sys.argv[1:]
    options = {"--dir": [], "--env": [], "--argv0": [], "--cache": [], "--invoke": [], "--unknown-imports": [], "--opt-level": []}
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

    machine = engine(options["--opt-level"] == ["speed"])
    cache = (options["--cache"] or [None])[-1]
    if cache and options["--opt-level"]:
        cache = os.path.join(cache, options["--opt-level"][-1])
    module = load(machine, module, cache)
    store = wasmtime.Store(machine)
    store.set_wasi(wasi)
    linker = wasmtime.Linker(machine)
    linker.define_wasi()
    if options["--unknown-imports"]:
        linker.define_unknown_imports_as_traps(module)
    try:
        instance = linker.instantiate(store, module)
        run(store, instance.exports(store), options["--invoke"], args)
    except wasmtime.ExitTrap as exit:
        return exit.code
    # The latter where an import that nobody provides is called.
    except (wasmtime.Trap, wasmtime.WasmtimeError) as trap:
        print(trap, file=sys.stderr)
        return 134
    return 0


if __name__ == "__main__":
    status = main()
    sys.stderr.flush()
    os._exit(status)
