import assert from "node:assert/strict";
import plugin, { placeOf, RULES } from "./house_rules.ts";
import {
  crossings,
  findCycle,
  packageOf,
  packageOffences,
  readHouse,
  roomOffences,
  startUpGraph,
  staticEdges,
  testImports,
} from "./offences.ts";

const DOOR = "/** A room.\n *\n * @module\n */\nexport const door = 1;\n";

function rulesThatFire(path: string, source: string): string[] {
  return [...new Set(Deno.lint.runPlugin(plugin, path, source).map(({ id }) => id))].sort();
}

interface Plant {
  readonly name: string;
  readonly path: string;
  readonly source: string;
  readonly fires: keyof typeof RULES;
  /** The neighbour that must stay allowed, as path and source. */
  readonly allowed: readonly [path: string, source: string];
}

const PLANTS: readonly Plant[] = [
  {
    name: "console in a room",
    path: "src/model/sse.ts",
    source: `console.log("hello");`,
    fires: "output",
    allowed: ["src/exec/human.ts", `console.log("hello");`],
  },
  {
    name: "stdout in a room",
    path: "src/tools/shell.ts",
    source: `await Deno.stdout.write(new Uint8Array());`,
    fires: "output",
    allowed: ["src/tools/shell.ts", `export const stdout = { stdout: 1 }.stdout;`],
  },
  {
    name: "stderr by way of globalThis",
    path: "src/tools/shell.ts",
    source: `globalThis.Deno["stderr"].writeSync(new Uint8Array());`,
    fires: "output",
    allowed: ["src/cli/run.ts", `Deno.stderr.writeSync(new Uint8Array());`],
  },
  {
    name: "an exit from the middle",
    path: "src/exec/run.ts",
    source: `Deno.exit(1);`,
    fires: "exit",
    allowed: ["main.ts", `Deno.exit(1);`],
  },
  {
    name: "an exit code set from the middle",
    path: "src/cli/run.ts",
    source: `Deno.exitCode = 1;`,
    fires: "exit",
    allowed: ["src/cli/run_test.ts", `Deno.exitCode = 1;`],
  },
  {
    name: "the environment below cli, taken out of its object",
    path: "src/agent/bad.ts",
    source: `const { env } = Deno;\nexport const home = () => env.get("HOME");`,
    fires: "environment",
    allowed: ["src/agent/good.ts", `const { build } = Deno;\nexport const os = build.os;`],
  },
  {
    name: "the environment below cli",
    path: "src/config/load.ts",
    source: `export const home = () => Deno.env.get("HOME");`,
    fires: "environment",
    allowed: ["src/cli/world.ts", `export const home = () => Deno.env.get("HOME");`],
  },
  {
    name: "the working directory below cli",
    path: "src/app/open.ts",
    source: `export const here = () => Deno.cwd();`,
    fires: "environment",
    allowed: ["src/app/open.ts", `export const here = (world: { cwd: string }) => world.cwd;`],
  },
  {
    name: "the home directory below cli",
    path: "src/auth/store.ts",
    source: `import { homedir } from "node:os";\nexport const home = () => homedir();`,
    fires: "environment",
    allowed: ["src/auth/store.ts", `import { tmpdir } from "node:os";\nexport { tmpdir };`],
  },
  {
    name: "a program started past the process room",
    path: "src/tools/shell.ts",
    source: `export const run = (argv: string[]) => new Deno.Command(argv[0] ?? "").output();`,
    fires: "processes",
    allowed: [
      "src/process/spawn.ts",
      `export const run = (argv: string[]) => new Deno.Command(argv[0] ?? "").output();`,
    ],
  },
  {
    name: "a program started the way of Node",
    path: "src/agent/turn.ts",
    source: `import { spawn } from "node:child_process";\nexport const run = () => spawn("ls");`,
    fires: "processes",
    allowed: [
      "src/agent/turn_test.ts",
      `import { spawn } from "node:child_process";\nspawn("ls");`,
    ],
  },
  {
    name: "a module-level let",
    path: "src/git/facts.ts",
    source: `let count = 0;\nexport const next = () => ++count;`,
    fires: "module-state",
    allowed: [
      "src/git/facts.ts",
      `export function next() {\n  let count = 0;\n  return ++count;\n}`,
    ],
  },
  {
    name: "an exported module-level let",
    path: "src/git/facts.ts",
    source: `export let count = 0;`,
    fires: "module-state",
    allowed: ["src/git/facts.ts", `export const LIMIT = 0;`],
  },
  {
    name: "an empty map at module level",
    path: "src/git/facts.ts",
    source:
      `const cache = new Map<string, string>();\nexport const get = (k: string) => cache.get(k);`,
    fires: "module-state",
    allowed: ["src/git/facts.ts", `export const KINDS = new Map([["a", 1]]);`],
  },
  {
    name: "a lazy import that deno compile cannot follow",
    path: "src/cli/lazy.ts",
    source: `export const load = (name: string) => import("./" + name);`,
    fires: "lazy-literal",
    allowed: ["src/cli/lazy.ts", `export const load = () => import("./exec.ts");`],
  },
  {
    name: "export *",
    path: "src/patch/mod.ts",
    source: `export * from "./parse.ts";`,
    fires: "named-exports",
    allowed: ["src/patch/mod.ts", `export { parse } from "./parse.ts";`],
  },
  {
    name: "a default export",
    path: "src/patch/parse.ts",
    source: `export default 1;`,
    fires: "named-exports",
    allowed: ["src/patch/parse.ts", `export const one = 1;`],
  },
  {
    name: "a file of 501 lines",
    path: "src/patch/parse.ts",
    source: "export {};\n".repeat(501),
    fires: "file-size",
    allowed: ["src/patch/parse.ts", "export {};\n".repeat(500)],
  },
  {
    name: "a function of 81 lines",
    path: "tests/support/rig.ts",
    source: `export const f = () => {\n${"  void 0;\n".repeat(79)}};`,
    fires: "function-size",
    allowed: ["tests/support/rig.ts", `export const f = () => {\n${"  void 0;\n".repeat(78)}};`],
  },
  {
    name: "a method of 81 lines",
    path: "src/agent/thread.ts",
    source: `export class T {\n  m() {\n${"    void 0;\n".repeat(79)}  }\n}`,
    fires: "function-size",
    allowed: ["src/agent/thread.ts", `export class T {\n  m() {\n${"void 0;\n".repeat(78)}  }\n}`],
  },
  {
    name: "21 imports",
    path: "src/app/open.ts",
    source: Array.from({ length: 21 }, (_, i) => `import "./part_${i}.ts";`).join("\n"),
    fires: "import-count",
    allowed: [
      "src/app/open.ts",
      Array.from({ length: 20 }, (_, i) => `import "./part_${i}.ts";`).join("\n"),
    ],
  },
  {
    name: "a file called utils.ts",
    path: "src/patch/utils.ts",
    source: `export {};`,
    fires: "file-name",
    allowed: ["src/patch/utility_model.ts", `export {};`],
  },
  {
    name: "a file in camelCase",
    path: "src/patch/parsePatch.ts",
    source: `export {};`,
    fires: "file-name",
    allowed: ["src/patch/parse_patch.ts", `export {};`],
  },
  {
    name: "a banner comment",
    path: "src/patch/parse.ts",
    source: `// ---------- hunks ----------\nexport {};`,
    fires: "comments",
    allowed: [
      "src/patch/parse.ts",
      `// A hunk starts with "@@"; "---" does not end it.\nexport {};`,
    ],
  },
  {
    name: "a house rule switched off",
    path: "src/patch/parse.ts",
    source: `// deno-lint-ignore house/exit\nDeno.exit(1);`,
    fires: "comments",
    allowed: ["src/patch/parse.ts", `// deno-lint-ignore no-explicit-any\nexport type A = any;`],
  },
];

for (const { name, path, source, fires, allowed } of PLANTS) {
  Deno.test(`guard fires: ${name}`, () => {
    const fired = rulesThatFire(path, source);
    assert.ok(fired.includes(`house/${fires}`), `${path}: fired ${fired.join(", ") || "nothing"}`);
    const [neighbourPath, neighbour] = allowed;
    assert.ok(!rulesThatFire(neighbourPath, neighbour).includes(`house/${fires}`), neighbourPath);
  });
}

Deno.test("guard fires: each rule has a planted offence", () => {
  const planted = new Set<string>(PLANTS.map(({ fires }) => fires));
  assert.deepEqual(Object.keys(RULES).filter((rule) => !planted.has(rule)), []);
});

Deno.test("guard fires: an ignore comment does not silence it", () => {
  const source = `// deno-lint-ignore-file\n// deno-lint-ignore house/exit\nDeno.exit(1);`;
  assert.ok(rulesThatFire("src/patch/parse.ts", source).includes("house/exit"));
});

Deno.test("guard fires: an upward import, also as a type, a type expression and a lazy one", () => {
  const forms = [
    `import { Thread } from "../agent/mod.ts";`,
    `import type { Thread } from "../agent/mod.ts";`,
    `import { type Thread } from "../agent/mod.ts";`,
    `export { Thread } from "../agent/mod.ts";`,
    `export type { Thread } from "../agent/mod.ts";`,
    `export const load = () => import("../agent/mod.ts");`,
    `export type Thread = import("../agent/mod.ts").Thread;`,
  ];
  for (const source of forms) {
    const house = readHouse({ "src/model/sse.ts": source });
    assert.deepEqual(crossings(house), ["src/model/sse.ts -> agent"], source);
  }
});

Deno.test("guard fires: a front end imports another, or the core", () => {
  const house = readHouse({
    "src/exec/run.ts": `import { runDemo } from "../demo/mod.ts";`,
    "src/demo/run.ts": `import { Thread } from "../agent/mod.ts";`,
    "main.ts": `import { loadConfig } from "./src/config/mod.ts";`,
    "src/protocol/ids.ts": `import type { Logger } from "../telemetry/mod.ts";`,
    "src/files/lock.ts": `import type { Logger } from "../telemetry/mod.ts";`,
  });
  assert.deepEqual(crossings(house), [
    "src/exec/run.ts -> demo",
    "src/demo/run.ts -> agent",
    "main.ts -> config",
    "src/protocol/ids.ts -> telemetry",
  ]);
});

Deno.test("guard fires: a room is entered past its door, even by a test", () => {
  const house = readHouse({
    "src/patch/apply.ts": `import { isInside } from "../files/paths.ts";`,
    "src/patch/apply_test.ts": `import { startServer } from "../scripted/server.ts";`,
    "src/patch/plan.ts": `import { isInside } from "../files/mod.ts";`,
    "src/patch/plan_test.ts": `import { startServer } from "../scripted/mod.ts";`,
  });
  assert.deepEqual(crossings(house), [
    "src/patch/apply.ts enters files by src/files/paths.ts",
    "src/patch/apply_test.ts enters scripted by src/scripted/server.ts",
  ]);
});

Deno.test("guard fires: product code imports a test, a rig or a script", () => {
  const house = readHouse({
    "src/patch/apply.ts": `import { rig } from "../../tests/support/rig.ts";`,
    "src/patch/plan.ts": `import { sample } from "./plan_test.ts";`,
    "src/patch/plan_test.ts": `import { rig } from "../../tests/support/rig.ts";`,
    "src/patch/text.ts": `import { build } from "../../scripts/compile.ts";`,
  });
  assert.deepEqual(testImports(house), [
    "src/patch/apply.ts imports the test tests/support/rig.ts",
    "src/patch/plan.ts imports the test src/patch/plan_test.ts",
  ]);
  assert.ok(crossings(house).includes("src/patch/text.ts leaves src/ for scripts/compile.ts"));
});

Deno.test("guard fires: a package in the wrong room, and one nobody owns", () => {
  const house = readHouse({
    "src/model/parse.ts": `import { parse } from "smol-toml";`,
    "src/config/toml.ts": `import { parse } from "smol-toml";\nimport { join } from "node:path";`,
    "src/git/deep.ts": `export const load = () => import("npm:left-pad@1.0.0/deep");`,
    "src/process/pty.ts": `import { spawn } from "@lydell/node-pty/deep.js";`,
  });
  assert.deepEqual(packageOffences(house), [
    "src/model/parse.ts imports smol-toml, which belongs to config",
    "src/git/deep.ts imports left-pad, which belongs to nobody",
  ]);
  assert.equal(packageOf("@scope/name/deep/file.js"), "@scope/name");
});

Deno.test("guard fires: a room without a door, without a sign, or off the map", () => {
  const house = readHouse({
    "src/git/facts.ts": "export {};",
    "src/patch/mod.ts": "export {};",
    "src/model/mod.ts": DOOR,
    "src/attic/mod.ts": DOOR,
  });
  assert.deepEqual(roomOffences(house), [
    "src/attic is not on the map",
    "src/git has no mod.ts",
    "src/patch/mod.ts does not open with a @module comment",
  ]);
});

Deno.test("guard fires: files in a circle, but not for types that point back", () => {
  const circle = readHouse({
    "src/git/a.ts": `import { b } from "./b.ts";`,
    "src/git/b.ts": `import { a } from "./a.ts";`,
  });
  assert.deepEqual(findCycle(staticEdges(circle)), [
    "src/git/a.ts",
    "src/git/b.ts",
    "src/git/a.ts",
  ]);
  const straight = readHouse({
    "src/git/a.ts": `import { b } from "./b.ts";`,
    "src/git/b.ts": `import type { a } from "./a.ts";`,
  });
  assert.equal(findCycle(staticEdges(straight)), null);
});

Deno.test("guard fires: the start-up graph grows by static imports only", () => {
  const house = readHouse({
    "main.ts": `import { run } from "./src/cli/mod.ts";`,
    "src/cli/mod.ts": `
      import type { Config } from "../config/mod.ts";
      import { parse } from "smol-toml";
      export const load = () => import("../exec/mod.ts");
      export { version } from "./version.ts";`,
    "src/cli/version.ts": `import "node:os"; export const version = 1;`,
    "src/config/mod.ts": DOOR,
    "src/exec/mod.ts": DOOR,
  });
  assert.deepEqual(startUpGraph(house, "main.ts"), {
    files: ["main.ts", "src/cli/mod.ts", "src/cli/version.ts"],
    packages: ["smol-toml"],
    builtins: ["node:os"],
  });
});

Deno.test("guard: a file's place is read from any kind of path", () => {
  const expected = { path: "src/exec/run.ts", room: "exec", isTest: false };
  assert.deepEqual(placeOf("src/exec/run.ts"), expected);
  assert.deepEqual(placeOf("/home/me/codex/src/exec/run.ts"), expected);
  assert.deepEqual(placeOf("C:\\codex\\src\\exec\\run.ts"), expected);
  assert.deepEqual(placeOf("/home/me/main.ts"), { path: "main.ts", room: "main", isTest: false });
  assert.equal(placeOf("scripts/bench.ts").room, null);
});
