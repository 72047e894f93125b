// Writes the files that an npm package carries as one JavaScript object into a folder: write-resources.mjs MODULE FOLDER
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

async function write(files, folder) {
    await mkdir(folder, { recursive: true });
    for (const [name, contents] of Object.entries(files)) {
        const path = join(folder, name);
        if (typeof contents === "string" || contents instanceof Uint8Array) await writeFile(path, contents);
        else await write(contents, path);
    }
}

const { filesystem } = await import(pathToFileURL(process.argv[2]));
await write(filesystem, process.argv[3]);
