#!/usr/bin/env node
// Starts the native command of this platform, which is in a package of its own.
"use strict";
const { spawn } = require("node:child_process");
const { constants } = require("node:os");

const name = `@COMMAND@-${process.platform}-${process.arch}`;
let path;
try {
  path = require.resolve(`${name}/bin/@COMMAND@${process.platform === "win32" ? ".exe" : ""}`);
} catch {
  console.error(
    `@COMMAND@: the package ${name} is not installed. Either there is none for this system, or optional packages were left ` +
      "out (--omit=optional, --no-optional): install without that, or take an archive of the release.",
  );
  process.exit(1);
}
const child = spawn(path, process.argv.slice(2), { stdio: "inherit" });
child.on("error", (error) => {
  console.error(`@COMMAND@: ${path} cannot be started: ${error.message}`);
  process.exit(1);
});
// A terminal sends these to both; who sends them to this process alone means the command.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => child.kill(signal));
}
child.on("exit", (status, signal) => process.exit(signal ? 128 + constants.signals[signal] : status));
