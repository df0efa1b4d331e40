import assert from "node:assert/strict";
import { join } from "node:path";
import { packageOf } from "./offences.ts";
import * as offences from "./offences.ts";
import plugin, { RULES } from "./house_rules.ts";
import { EXEMPTIONS, PACKAGE_OWNERS, ROOMS } from "./map.ts";
import { readTree, ROOT } from "./source_tree.ts";

const tree = await readTree();
const house = offences.readHouse(tree);

interface ProjectFile {
  readonly imports: Readonly<Record<string, string>>;
  readonly lint: { readonly plugins: readonly string[] };
}

async function readProjectFile(): Promise<ProjectFile> {
  return JSON.parse(await Deno.readTextFile(join(ROOT, "deno.json")));
}

function lint(path: string, source: string): string[] {
  return Deno.lint.runPlugin(plugin, path, source)
    .map(({ id, message, range }) => {
      const line = source.slice(0, range[0]).split("\n").length;
      return `${path}:${line} ${id}: ${message}`;
    });
}

Deno.test("guard: it looks at the whole house", () => {
  const rooms = new Set(house.map(({ path }) => offences.roomOf(path)));
  for (const room of Object.keys(ROOMS)) assert.ok(rooms.has(room), `no file seen in src/${room}`);
  assert.ok(rooms.has("main"), "main.ts was not seen");
  assert.ok(house.length > 150, `only ${house.length} files seen`);
  const imports = house.reduce((sum, file) => sum + file.imports.length, 0);
  assert.ok(imports > 500, `only ${imports} imports seen`);
});

Deno.test("guard: the map has no cycle", () => {
  assert.equal(offences.findCycle(new Map(Object.entries(ROOMS))), null);
});

Deno.test("guard: rooms import by the map, and enter each other by mod.ts", () => {
  assert.deepEqual(offences.crossings(house), []);
});

Deno.test("guard: every room is on the map and has a table of contents", () => {
  assert.deepEqual(offences.roomOffences(house), []);
});

Deno.test("guard: product code imports no tests", () => {
  assert.deepEqual(offences.testImports(house), []);
});

Deno.test("guard: no files import each other in a circle", () => {
  assert.equal(offences.findCycle(offences.staticEdges(house)), null);
});

Deno.test("guard: one room owns each npm package", async () => {
  assert.deepEqual(offences.packageOffences(house), []);
  const { imports } = await readProjectFile();
  for (const [name, target] of Object.entries(imports)) {
    if (name.startsWith("node:")) continue;
    assert.match(
      target,
      /^npm:@?[^@]+@\d+\.\d+\.\d+(?:-[\w.]+)?(?:\/.+)?$/,
      `${name} is not pinned`,
    );
    const owner = PACKAGE_OWNERS[packageOf(name) ?? name];
    assert.ok(owner, `${name} is in deno.json, but no room owns it`);
  }
  // The executable holds every package of deno.json: one that nobody imports costs megabytes and start-up time.
  const imported = new Set(
    house.filter(({ path }) => offences.roomOf(path) !== null && !offences.isTest(path))
      .flatMap(({ imports }) => imports.map(({ specifier }) => packageOf(specifier))),
  );
  const unused = Object.keys(imports).filter((name) =>
    !name.startsWith("node:") && !imported.has(packageOf(name))
  );
  assert.deepEqual(unused, []);
});

Deno.test("guard: the lint plugin is on, and finds nothing in the whole tree", async () => {
  const { lint: configured } = await readProjectFile();
  assert.deepEqual(configured.plugins, ["./tests/guard/house_rules.ts"]);
  assert.deepEqual(Object.entries(tree).flatMap(([path, source]) => lint(path, source)), []);
});

Deno.test("guard: every exemption is still needed, and says why", () => {
  const ruleNames: Record<string, keyof typeof RULES> = {
    environment: "environment",
    file_size: "file-size",
    function_size: "function-size",
    import_count: "import-count",
  };
  for (const { path, rule, reason } of EXEMPTIONS) {
    assert.ok(reason.length > 20, `${path}: no reason given`);
    const source = tree[path];
    assert.ok(source !== undefined, `${path} is exempt but does not exist`);
    // Under another name the exemption does not apply, so the rule has to fire.
    const found = lint(path.replace(/\.ts$/, "_copy.ts"), source);
    const ruleName = ruleNames[rule];
    assert.ok(found.some((each) => each.includes(`house/${ruleName}`)), `${path}: ${rule}`);
  }
});
