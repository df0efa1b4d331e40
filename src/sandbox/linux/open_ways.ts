import type { Limit } from "../types.ts";

/** What the kernel leaves open to whoever may read a file, with either backend. */
export const FILE_LOCKS: Limit = {
  code: "file_locks",
  message:
    "Commands can lock files that they may read, and so keep other programs waiting as long as they run: the kernel asks for no right to write.",
  onlyIfAsked: true,
};

/** What mounts leave open. */
export const NAMED_PIPES: Limit = {
  code: "named_pipes",
  message:
    "Commands can write to named pipes that the user may write to, wherever they lie: a read-only mount is not asked about them.",
  onlyIfAsked: true,
};
