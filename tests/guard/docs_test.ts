import assert from "node:assert/strict";
import { dirname, join, normalize } from "node:path";
import { DENO_VERSION, readProject } from "../../scripts/project.ts";
import { readFacts } from "./facts.ts";
import { ROOMS } from "./map.ts";
import { ROOT } from "./source_tree.ts";

const DOCUMENTS = [
  "README.md",
  "ARCHITECTURE.md",
  "CONTRIBUTING.md",
  "CHANGELOG.md",
  "docs/config.md",
  "docs/differences.md",
  "docs/hooks.md",
];

async function read(path: string): Promise<string> {
  return await Deno.readTextFile(join(ROOT, path));
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(join(ROOT, path)).then(() => true, () => false);
}

Deno.test("docs: every function that ARCHITECTURE.md names is where it says", async () => {
  const text = await read("ARCHITECTURE.md");
  const named = [...text.matchAll(/`([A-Za-z.]+)`\s+\(`((?:src|scripts|tests)\/[^`]+\.ts)`\)/g)];
  assert.ok(named.length >= 10, `only ${named.length} functions named`);
  const missing: string[] = [];
  for (const [, name = "", path = ""] of named) {
    const source = await read(path).catch(() => null);
    if (source === null) missing.push(`${path} does not exist`);
    else if (!readFacts(path, source).declared.has(name)) missing.push(`${name} is not in ${path}`);
  }
  assert.deepEqual(missing, []);
});

Deno.test("docs: one turn is told in ten steps", async () => {
  const text = await read("ARCHITECTURE.md");
  const section = text.split("## One turn")[1]?.split("\n## ")[0] ?? "";
  const steps = [...section.matchAll(/^(\d+)\. /gm)].map(([, number]) => Number(number));
  assert.deepEqual(steps, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
});

Deno.test("docs: every room is in the table of ARCHITECTURE.md", async () => {
  const table = (await read("ARCHITECTURE.md")).split("## The rooms")[1]?.split("\n## ")[0] ?? "";
  const listed = new Set(
    [...table.matchAll(/^\| (`[^|]+) \|/gm)].flatMap(([, cell = ""]) =>
      [...cell.matchAll(/`([a-z_]+)`/g)].map(([, room]) => room)
    ),
  );
  assert.deepEqual(Object.keys(ROOMS).filter((room) => !listed.has(room)), []);
});

for (const document of DOCUMENTS) {
  Deno.test(`docs: links and paths in ${document} lead somewhere`, async () => {
    const text = await read(document);
    const broken: string[] = [];
    for (const [, target = ""] of text.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)) {
      if (/^https?:/.test(target)) continue;
      const path = normalize(join(dirname(document), target));
      if (!await exists(path)) broken.push(target);
    }
    for (const [, path = ""] of text.matchAll(/`((?:src|tests|scripts)\/[\w./-]*)`/g)) {
      if (!await exists(path)) broken.push(path);
    }
    assert.deepEqual(broken, []);
  });
}

Deno.test("docs: one version of Deno and one of the program, everywhere", async () => {
  for (const path of ["README.md", "CONTRIBUTING.md", ".ci/run"]) {
    const versions = new Set(
      [...(await read(path)).matchAll(/deno@(\d+\.\d+\.\d+)/g)].map((m) => m[1]),
    );
    assert.deepEqual([...versions], [DENO_VERSION], path);
  }
  for (const path of [".github/workflows/ci.yml", ".github/workflows/release.yml"]) {
    const found = [...(await read(path)).matchAll(/deno-version: v?(\S+)/g)].map((m) => m[1]);
    assert.ok(found.length > 0, path);
    assert.deepEqual([...new Set(found)], [DENO_VERSION], path);
  }
  const { version } = await readProject();
  assert.match(await read("CHANGELOG.md"), new RegExp(`^## ${RegExp.escape(version)}\\b`, "m"));
});
