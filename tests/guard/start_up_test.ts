import assert from "node:assert/strict";
import { readHouse, roomOf, startUpGraph } from "./offences.ts";
import { readTree } from "./source_tree.ts";

/**
 * What loads before the first line of the program runs, also for `codex --version`. A file more is a decision, not an
 * accident: everything else is loaded by the command that needs it.
 */
const AT_START = {
  files: [
    "main.ts",
    "src/cli/deno_world.ts",
    "src/cli/dispatch.ts",
    "src/cli/mod.ts",
    "src/cli/version.ts",
  ],
  packages: [],
  builtins: [],
};

Deno.test("start-up: main.ts loads these files and no package", async () => {
  assert.deepEqual(startUpGraph(readHouse(await readTree()), "main.ts"), AT_START);
});

Deno.test("start-up: reading the command line, and help, loads no other room and no package", async () => {
  const graph = startUpGraph(readHouse(await readTree()), "src/cli/command_line.ts");
  assert.deepEqual(graph.files.filter((path) => roomOf(path) !== "cli"), []);
  assert.deepEqual(graph.packages, []);
  assert.deepEqual(graph.builtins, []);
});

/** What a session that only talks never uses; each costs it time to its first request. */
const LOADED_LATER = [
  "src/patch/",
  "src/sandbox/create_sandbox.ts",
  "src/sandbox/probe.ts",
  "src/exec/local/",
  "src/hooks/",
  "src/tools/hooked_run.ts",
];

Deno.test("start-up: exec loads what applies patches and confines commands when they come", async () => {
  const { files, builtins } = startUpGraph(
    readHouse(await readTree()),
    "src/cli/exec_command.ts",
  );
  // The first true one brings in all of Node's layer: eight milliseconds. This one is the program's own.
  assert.deepEqual(builtins, ["node:path"]);
  assert.ok(files.includes("src/agent/turn.ts"), "looks at another program");
  assert.deepEqual(
    files.filter((path) => LOADED_LATER.some((start) => path.startsWith(start))),
    [],
  );
});
