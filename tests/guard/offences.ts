/**
 * The house rules that need the whole tree: who imports whom, cycles, package owners, tables of contents. The tree
 * comes in as data, so that a test can hand in a bad one and see the rule fire.
 *
 * @module
 */
import { type FileFacts, type ImportFact, readFacts } from "./facts.ts";
import { MAIN_IMPORTS, OPEN_ROOMS, PACKAGE_OWNERS, ROOMS } from "./map.ts";

/** Source text by path from the repository's root, with forward slashes. */
export type Tree = Readonly<Record<string, string>>;

/** What the checks below look at: every file, read once. */
export type House = readonly FileFacts[];

export function readHouse(tree: Tree): House {
  return Object.entries(tree)
    .filter(([path]) => path.endsWith(".ts"))
    .map(([path, source]) => readFacts(path, source));
}

export function isTest(path: string): boolean {
  return path.endsWith("_test.ts") || path.startsWith("tests/");
}

export function roomOf(path: string): string | null {
  if (path === "main.ts") return "main";
  return /^src\/([^/]+)\//.exec(path)?.[1] ?? null;
}

/** The file that `specifier` names, seen from `from`; null for packages, built-ins and addresses. */
export function resolveLocal(from: string, specifier: string): string | null {
  if (!specifier.startsWith("./") && !specifier.startsWith("../")) return null;
  return new URL(specifier, `file:///${from}`).pathname.slice(1);
}

/** "zod" for `zod/mini`, "@scope/name" for `@scope/name/deep`; null for what is no npm package. */
export function packageOf(specifier: string): string | null {
  const name = specifier.replace(/^npm:/, "");
  if (/^(?:\.|\/|node:|https?:|data:|file:|jsr:)/.test(name)) return null;
  const match = /^(@[^/]+\/[^/@]+|[^/@]+)/.exec(name);
  return match?.[1] ?? null;
}

function mayImport(room: string): readonly string[] {
  if (room === "main") return MAIN_IMPORTS;
  // The open rooms keep to their own line of the map, or they would import each other.
  const open = OPEN_ROOMS.includes(room) ? [] : OPEN_ROOMS;
  return [...open, ...(ROOMS[room] ?? [])];
}

/** Imports that cross a room's wall: by an edge that is not on the map, or past the room's `mod.ts`. */
export function crossings(house: House): string[] {
  const found: string[] = [];
  for (const file of house) {
    const room = roomOf(file.path);
    if (room === null) continue;
    for (const { specifier } of file.imports) {
      const target = resolveLocal(file.path, specifier);
      if (target === null) continue;
      const targetRoom = roomOf(target);
      // The version is written down in one place.
      if (targetRoom === room || (room === "cli" && target === "deno.json")) continue;
      if (targetRoom === null || targetRoom === "main") {
        if (!isTest(file.path)) found.push(`${file.path} leaves src/ for ${target}`);
        continue;
      }
      const allowed = mayImport(room).includes(targetRoom);
      // A test may set the stage with any room, through its door.
      if (!allowed && !isTest(file.path)) found.push(`${file.path} -> ${targetRoom}`);
      if (target !== `src/${targetRoom}/mod.ts`) {
        found.push(`${file.path} enters ${targetRoom} by ${target}`);
      }
    }
  }
  return found;
}

/** Product code that imports a test or a rig. */
export function testImports(house: House): string[] {
  const found: string[] = [];
  for (const file of house) {
    if (isTest(file.path) || roomOf(file.path) === null) continue;
    for (const { specifier } of file.imports) {
      const target = resolveLocal(file.path, specifier);
      if (target !== null && isTest(target)) found.push(`${file.path} imports the test ${target}`);
    }
  }
  return found;
}

/** Packages imported by a room that does not own them, in product code. */
export function packageOffences(house: House): string[] {
  const found: string[] = [];
  for (const file of house) {
    const room = roomOf(file.path);
    if (room === null || isTest(file.path)) continue;
    for (const { specifier } of file.imports) {
      const name = packageOf(specifier);
      if (name === null || PACKAGE_OWNERS[name]?.includes(room)) continue;
      const owners = PACKAGE_OWNERS[name]?.join(", ") ?? "nobody";
      found.push(`${file.path} imports ${name}, which belongs to ${owners}`);
    }
  }
  return found;
}

/** Rooms without a door, doors without a sign, and rooms the map does not know. */
export function roomOffences(house: House): string[] {
  const found: string[] = [];
  const rooms = new Set<string>();
  for (const { path } of house) {
    const room = roomOf(path);
    if (room !== null && room !== "main") rooms.add(room);
  }
  for (const room of [...rooms].sort()) {
    if (!(room in ROOMS)) found.push(`src/${room} is not on the map`);
    const door = house.find(({ path }) => path === `src/${room}/mod.ts`);
    if (door === undefined) {
      found.push(`src/${room} has no mod.ts`);
    } else if (!door.opening.includes("@module")) {
      found.push(`src/${room}/mod.ts does not open with a @module comment`);
    }
  }
  return found;
}

/**
 * One cycle in `edges`, as the list of its nodes with the first repeated at the end; null if there is none.
 */
export function findCycle(edges: ReadonlyMap<string, readonly string[]>): string[] | null {
  const finished = new Set<string>();
  const visit = (node: string, trail: string[]): string[] | null => {
    if (finished.has(node)) return null;
    const at = trail.indexOf(node);
    if (at >= 0) return [...trail.slice(at), node];
    for (const next of edges.get(node) ?? []) {
      const cycle = visit(next, [...trail, node]);
      if (cycle !== null) return cycle;
    }
    finished.add(node);
    return null;
  };
  for (const node of edges.keys()) {
    const cycle = visit(node, []);
    if (cycle !== null) return cycle;
  }
  return null;
}

function runsAtStart({ kind }: ImportFact): boolean {
  return kind === "static";
}

/** File to files, over imports that exist at run time and run when the module loads. */
export function staticEdges(house: House): Map<string, string[]> {
  const edges = new Map<string, string[]>();
  for (const file of house) {
    const targets = file.imports.filter(runsAtStart)
      .map(({ specifier }) => resolveLocal(file.path, specifier))
      .filter((target) => target !== null);
    edges.set(file.path, targets);
  }
  return edges;
}

/** Everything that loads before the first line of `entry` runs: files, sorted, and npm packages. */
export function startUpGraph(
  house: House,
  entry: string,
): { files: string[]; packages: string[]; builtins: string[] } {
  const facts = new Map(house.map((file) => [file.path, file]));
  const files = new Set<string>();
  const packages = new Set<string>();
  const builtins = new Set<string>();
  const pending = [entry];
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    const file = facts.get(path);
    if (file === undefined || files.has(path)) continue;
    files.add(path);
    for (const { specifier } of file.imports.filter(runsAtStart)) {
      const local = resolveLocal(path, specifier);
      const name = packageOf(specifier);
      if (local !== null) pending.push(local);
      else if (name !== null) packages.add(name);
      else builtins.add(specifier);
    }
  }
  return {
    files: [...files].sort(),
    packages: [...packages].sort(),
    builtins: [...builtins].sort(),
  };
}
