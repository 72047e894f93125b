// A second other host: runs a preview 1 command under Node's own WASI.
//   node-host.mjs [--dir HOST::GUEST] [--env NAME=VALUE] [--argv0 NAME] MODULE [ARG ...]
import { readFile } from "node:fs/promises";
import { WASI } from "node:wasi";

const words = process.argv.slice(2);
const preopens = {};
const env = {};
let argv0;
while (words[0]?.startsWith("--")) {
    const [option, value] = words.splice(0, 2);
    const [before, after] = value.split(option === "--dir" ? "::" : /=(.*)/s);
    if (option === "--dir") preopens[after] = before;
    if (option === "--env") env[before] = after;
    if (option === "--argv0") argv0 = value;
}
const wasi = new WASI({ version: "preview1", args: [argv0 ?? words[0], ...words.slice(1)], env, preopens, returnOnExit: true });
const module = await WebAssembly.compile(await readFile(words[0]));
process.exitCode = wasi.start(await WebAssembly.instantiate(module, wasi.getImportObject()));
