// Runs modules that print numbers with `fd_write`, one each call, and prints a line for each module: the numbers, and
// how it ended, if by a trap or an exception.
import { readFileSync } from "node:fs";

for (const path of process.argv.slice(2)) {
    const words = [";; =>"];
    let memory;
    const fd_write = (fd, buffers) => {
        const view = new DataView(memory.buffer);
        const [at, length] = [view.getUint32(buffers, true), view.getUint32(buffers + 4, true)];
        words.push(Buffer.from(memory.buffer, at, length).toString().trim());
        return 0;
    };
    const module = new WebAssembly.Module(readFileSync(path));
    const instance = new WebAssembly.Instance(module, { wasi_snapshot_preview1: { fd_write } });
    memory = instance.exports.memory;
    try {
        instance.exports._start();
    } catch (error) {
        words.push(error instanceof WebAssembly.Exception ? "uncaught" : "trap");
    }
    console.log(words.join(" "));
}
