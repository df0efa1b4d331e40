import { relative } from "node:path";
import { isInside } from "../files/mod.ts";
import type { AbsolutePath, FileChange } from "../protocol/mod.ts";
import { blobId, type Snapshot, takeSnapshot } from "./snapshot.ts";
import { unifiedDiff } from "./unified_diff.ts";

/** Remembers what files looked like before the turn's first patch touched them, and compares with the disk. */
export interface TurnDiffRecorder {
  /** To be called before a patch is carried out. */
  before(changes: Readonly<Record<AbsolutePath, FileChange>>): Promise<void>;
  /** Git-style diff of the turn so far, three lines of context; `""` = nothing differs. */
  unifiedDiff(): Promise<string>;
}

const NO_BLOB = "0".repeat(40);
const CONTEXT_LINES = 3;

/** One file then and now. The paths differ if it was moved. */
interface Pair {
  readonly oldPath: AbsolutePath;
  readonly newPath: AbsolutePath;
  readonly old: Snapshot | null;
  readonly now: Snapshot | null;
}

/**
 * @param cwd kept for callers that know no repository; paths outside of `repoRoot` are shown absolute
 */
export function createTurnDiff(
  options: { readonly cwd: AbsolutePath; readonly repoRoot: AbsolutePath | null },
): TurnDiffRecorder {
  return new DiskTurnDiff(options.repoRoot);
}

class DiskTurnDiff implements TurnDiffRecorder {
  readonly #root: AbsolutePath | null;
  readonly #first = new Map<AbsolutePath, Snapshot | null>();
  /** Where the content at a move's target came from first. */
  readonly #origins = new Map<AbsolutePath, AbsolutePath>();

  constructor(root: AbsolutePath | null) {
    this.#root = root;
  }

  async before(changes: Readonly<Record<AbsolutePath, FileChange>>): Promise<void> {
    for (const [path, change] of Object.entries(changes)) {
      await this.#remember(path);
      if (change.type !== "update" || change.movePath === null) continue;
      await this.#remember(change.movePath);
      this.#origins.set(change.movePath, this.#origins.get(path) ?? path);
    }
  }

  async unifiedDiff(): Promise<string> {
    const pairs = await this.#pairs();
    const named = pairs.map((pair) => ({
      pair,
      oldName: this.#display(pair.oldPath),
      newName: this.#display(pair.newPath),
    }));
    named.sort((a, b) => a.newName < b.newName ? -1 : a.newName > b.newName ? 1 : 0);
    const sections: string[] = [];
    for (const { pair, oldName, newName } of named) {
      sections.push(await section(pair, oldName, newName));
    }
    return sections.join("");
  }

  async #remember(path: AbsolutePath): Promise<void> {
    if (!this.#first.has(path)) this.#first.set(path, await takeSnapshot(path));
  }

  async #pairs(): Promise<Pair[]> {
    const now = new Map<AbsolutePath, Snapshot | null>();
    for (const path of this.#first.keys()) now.set(path, await takeSnapshot(path));
    const pairs: Pair[] = [];
    const told = new Set<AbsolutePath>();
    for (const [target, origin] of this.#origins) {
      const old = this.#first.get(origin) ?? null;
      const isMove = old !== null && (now.get(origin) ?? null) === null &&
        (this.#first.get(target) ?? null) === null && (now.get(target) ?? null) !== null;
      if (!isMove || told.has(origin) || told.has(target)) continue;
      told.add(origin).add(target);
      pairs.push({ oldPath: origin, newPath: target, old, now: now.get(target) ?? null });
    }
    for (const [path, old] of this.#first) {
      if (told.has(path)) continue;
      pairs.push({ oldPath: path, newPath: path, old, now: now.get(path) ?? null });
    }
    return pairs;
  }

  #display(path: AbsolutePath): string {
    const root = this.#root;
    const shown = root !== null && isInside(root, path) ? relative(root, path) : path;
    return shown.replaceAll("\\", "/");
  }
}

async function section(pair: Pair, oldName: string, newName: string): Promise<string> {
  const { old, now } = pair;
  if (old === null && now === null) return "";
  const oldId = old === null ? NO_BLOB : await blobId(old.bytes);
  const newId = now === null ? NO_BLOB : await blobId(now.bytes);
  if (oldId === newId && old?.mode === now?.mode) return "";
  const out = [`diff --git a/${oldName} b/${newName}\n`];
  if (old === null) out.push(`new file mode ${now?.mode}\n`);
  else if (now === null) out.push(`deleted file mode ${old.mode}\n`);
  else if (old.mode !== now.mode) out.push(`old mode ${old.mode}\n`, `new mode ${now.mode}\n`);
  if (oldId === newId) return out.join("");
  out.push(`index ${oldId}..${newId}\n`);
  const body = textDiff(old, now);
  if (body === "") return out.join("");
  out.push(`--- ${old === null ? "/dev/null" : `a/${oldName}`}\n`);
  out.push(`+++ ${now === null ? "/dev/null" : `b/${newName}`}\n`);
  out.push(body ?? "Binary files differ\n");
  return out.join("");
}

/** `null` = one side is no text. */
function textDiff(old: Snapshot | null, now: Snapshot | null): string | null {
  const before = utf8OrNull(old);
  const after = utf8OrNull(now);
  if (before === null || after === null) return null;
  return unifiedDiff(before, after, CONTEXT_LINES);
}

function utf8OrNull(snapshot: Snapshot | null): string | null {
  if (snapshot === null) return "";
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(snapshot.bytes);
  } catch {
    return null;
  }
}
