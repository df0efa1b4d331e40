#!/usr/bin/env node
// What `npm i -g` puts on the PATH. It runs the bundled program on the Deno that npm installed beside it, and is
// otherwise not there: arguments, streams, signals and the way it ends are the program's own.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const PROGRAM = fileURLToPath(new URL("../dist/codex.js", import.meta.url));
const DENO_FLAGS = [
  "run",
  "--quiet",
  "--no-prompt",
  "--no-config",
  "--no-lock",
  // Packages are found in the folders where npm put them, as Node would.
  "--node-modules-dir=manual",
];
const PROGRAM_FLAGS = [/* FLAGS */];

const EXECUTABLE = process.platform === "win32" ? "deno.exe" : "deno";

/** The platform's own package, for when install scripts were not allowed to link the executable into `deno`. */
function platformPackage() {
  const family = process.platform === "linux" ? "-glibc" : "";
  return `@deno/${process.platform}-${process.arch}${family}/package.json`;
}

function findDeno() {
  const require = createRequire(import.meta.url);
  try {
    const packageFile = require.resolve("deno/package.json");
    const linked = join(dirname(packageFile), EXECUTABLE);
    if (existsSync(linked)) return linked;
    const inner = createRequire(packageFile).resolve(platformPackage());
    const own = join(dirname(inner), EXECUTABLE);
    return existsSync(own) ? own : null;
  } catch {
    return null;
  }
}

/** In a terminal, Ctrl-C reaches the whole foreground group: passing it on would make it two. */
function terminalSendsInterrupts() {
  return process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
}

function packageManager() {
  const agent = process.env.npm_config_user_agent ?? "";
  return /\bbun\//.test(agent) ? "CODEX_MANAGED_BY_BUN" : "CODEX_MANAGED_BY_NPM";
}

function launch(deno) {
  const args = [...DENO_FLAGS, ...PROGRAM_FLAGS, PROGRAM, ...process.argv.slice(2)];
  const child = spawn(deno, args, {
    stdio: "inherit",
    env: {
      ...process.env,
      [packageManager()]: "1",
      DENO_NO_UPDATE_CHECK: "1",
      // Should we be killed, the program shall not stay behind.
      CODEX_LAUNCHER_PID: String(process.pid),
    },
  });

  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.on(signal, () => {
      if (signal === "SIGINT" && terminalSendsInterrupts()) return;
      child.kill(signal);
    });
  }

  child.on("error", (error) => {
    process.stderr.write(`codex: cannot start ${deno}: ${error.message}\n`);
    process.exit(1);
  });

  child.on("exit", (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    // Whoever waits for us shall see the same end: the handlers go, then the signal is ours.
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
    // A signal that does not end a Node process, or is still on its way.
    setTimeout(() => process.exit(128 + (constants.signals[signal] ?? 0)), 1000);
  });
}

function currentFolderIsGone() {
  try {
    process.cwd();
    return false;
  } catch {
    return true;
  }
}

const deno = findDeno();
if (currentFolderIsGone()) {
  process.stderr.write(
    "codex: the current folder does not exist any more. Change to another one and start again.\n",
  );
  process.exit(1);
} else if (deno === null) {
  process.stderr.write(
    `codex: no Deno for ${process.platform} ${process.arch} was installed with this package. ` +
      "Install it again with optional dependencies allowed.\n",
  );
  process.exit(1);
} else {
  launch(deno);
}
