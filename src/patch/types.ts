import type { AbsolutePath } from "../protocol/mod.ts";

/** One line of a chunk, without its sign. */
export interface ChunkLine {
  readonly kind: "context" | "remove" | "add";
  readonly text: string;
}

/** A stretch of lines of one file: what is there, and what becomes of it. */
export interface Chunk {
  /** Lines to go past, one after the other, before the old lines are looked for. `[]` = none. */
  readonly contexts: readonly string[];
  readonly lines: readonly ChunkLine[];
  /** The old lines are the last ones of the file. */
  readonly atEnd: boolean;
}

/** Paths are as written: relative to the folder that the patch is applied in, or absolute. */
export type PatchSection =
  | { readonly type: "add"; readonly path: string; readonly content: string }
  | { readonly type: "delete"; readonly path: string }
  | {
    readonly type: "update";
    readonly path: string;
    /** `null` = stays where it is. */
    readonly movePath: string | null;
    readonly chunks: readonly Chunk[];
  };

export interface Patch {
  /** The patch without what surrounded it: trimmed, and out of its heredoc if it came in one. */
  readonly text: string;
  /** May be empty: such a patch parses, and changes nothing. */
  readonly sections: readonly PatchSection[];
}

/** One step of carrying out a plan. `written` is the path as the patch has it. */
export type FileOperation =
  | {
    readonly kind: "write";
    readonly sign: "A" | "M";
    readonly written: string;
    readonly path: AbsolutePath;
    readonly bytes: Uint8Array;
    /** What the file held when the plan was made; `null` = it was not read, or is not there. */
    readonly before: Uint8Array | null;
    /** Permission bits; `null` = those that the file has, or the usual ones of a new file. */
    readonly mode: number | null;
  }
  | {
    readonly kind: "remove";
    /** The last half of a move. */
    readonly moved: boolean;
    readonly written: string;
    readonly path: AbsolutePath;
  }
  | {
    readonly kind: "rename";
    readonly written: string;
    readonly path: AbsolutePath;
    readonly to: AbsolutePath;
  };

/** What a patch does to one file, from before the first section to after the last. */
export interface PlannedChange {
  readonly path: AbsolutePath;
  readonly kind: "add" | "delete" | "update";
  /** Decoded; `""` for what cannot be read. */
  readonly before: string;
  readonly after: string;
  readonly movePath: AbsolutePath | null;
}

/** A patch whose every hunk was found on the disk, with the bytes that it leads to. Nothing has been written. */
export interface PatchPlan {
  readonly cwd: AbsolutePath;
  readonly operations: readonly FileOperation[];
  readonly changes: readonly PlannedChange[];
  /** Every path that is read, written or removed; move targets included. */
  readonly paths: readonly AbsolutePath[];
  readonly report: PatchReport;
}

/** Paths as written in the patch, in its order; a moved file counts under its new path. */
export interface PatchReport {
  readonly added: readonly string[];
  readonly modified: readonly string[];
  readonly deleted: readonly string[];
}
