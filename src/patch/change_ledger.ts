import type { AbsolutePath, FileChange } from "../protocol/mod.ts";
import { displayText } from "./text_file.ts";
import type { PatchPlan, PlannedChange } from "./types.ts";
import { unifiedDiff } from "./unified_diff.ts";

interface Entry {
  path: AbsolutePath;
  kind: PlannedChange["kind"];
  /** `null` = was not there, or nobody looked. */
  before: Uint8Array | null;
  after: Uint8Array;
  movePath: AbsolutePath | null;
}

/** Sums up, file by file, what several sections of one patch do. */
export class ChangeLedger {
  readonly #entries = new Set<Entry>();
  /** The entry that a path's present content belongs to. */
  readonly #at = new Map<AbsolutePath, Entry>();

  added(path: AbsolutePath, text: string): void {
    const after = new TextEncoder().encode(text);
    const known = this.#at.get(path);
    if (known !== undefined && known.path === path) {
      Object.assign(known, { kind: "add", after, movePath: null });
      return;
    }
    this.#open(path, { path, kind: "add", before: null, after, movePath: null });
  }

  deleted(path: AbsolutePath, before: Uint8Array): void {
    const known = this.#at.get(path);
    if (known === undefined) {
      const after = new Uint8Array();
      this.#open(path, { path, kind: "delete", before, after, movePath: null });
      return;
    }
    this.#at.delete(path);
    if (known.before === null) {
      this.#entries.delete(known);
    } else {
      Object.assign(known, { kind: "delete", after: new Uint8Array(), movePath: null });
      this.#at.set(known.path, known);
    }
  }

  updated(
    path: AbsolutePath,
    before: Uint8Array,
    after: Uint8Array,
    movePath: AbsolutePath | null,
  ): void {
    const known = this.#at.get(path) ??
      this.#open(path, { path, kind: "update", before, after, movePath: null });
    known.after = after;
    if (movePath === null) return;
    this.#at.delete(path);
    this.#overwrite(movePath);
    this.#at.set(movePath, known);
    if (known.kind === "add" && known.before === null) known.path = movePath;
    else known.movePath = movePath === known.path ? null : movePath;
  }

  changes(): PlannedChange[] {
    return [...this.#entries].map((entry) => ({
      path: entry.path,
      kind: entry.kind,
      before: displayText(entry.before ?? new Uint8Array()),
      after: displayText(entry.after),
      movePath: entry.movePath,
    }));
  }

  #open(path: AbsolutePath, entry: Entry): Entry {
    this.#overwrite(path);
    this.#entries.add(entry);
    this.#at.set(path, entry);
    return entry;
  }

  /** What stood there goes: a file of this patch is as if it had never been, a moved one counts as deleted. */
  #overwrite(path: AbsolutePath): void {
    const known = this.#at.get(path);
    if (known === undefined) return;
    if (known.movePath === null) this.#entries.delete(known);
    else Object.assign(known, { kind: "delete", after: new Uint8Array(), movePath: null });
  }
}

/** The changes of a plan in the form that events and approval requests carry, by absolute path. */
export function planChanges(plan: PatchPlan): Record<AbsolutePath, FileChange> {
  const changes: Record<AbsolutePath, FileChange> = {};
  for (const change of plan.changes) {
    const known = changes[change.path];
    // A file moved away and a new one in its place: told as two files, for there is one entry a path.
    if (known?.type === "update" && known.movePath !== null) {
      const moved = plan.changes.find((other) => other.movePath === known.movePath);
      changes[known.movePath] = { type: "add", content: moved?.after ?? "" };
    }
    changes[change.path] = fileChange(change);
  }
  return changes;
}

function fileChange(change: PlannedChange): FileChange {
  switch (change.kind) {
    case "add":
      return { type: "add", content: change.after };
    case "delete":
      return { type: "delete", content: change.before };
    case "update":
      return {
        type: "update",
        unifiedDiff: unifiedDiff(change.before, change.after, 1),
        movePath: change.movePath,
      };
  }
}
