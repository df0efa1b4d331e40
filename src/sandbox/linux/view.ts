import { isInside } from "../../files/mod.ts";
import type { AbsolutePath } from "../../protocol/mod.ts";
import { SandboxError } from "../error.ts";
import { type ReadableRoot, readableRoots } from "../readable_roots.ts";
import type { ConfineRequest, Limit } from "../types.ts";
import {
  type ExistingRoot,
  existingRoots,
  type IsMissing,
  missingRoot,
} from "../writable_roots.ts";
import { type GitAccess, gitAccess } from "./git_access.ts";
import type { SettledRoots } from "./late_roots.ts";

/** What a command is to see of the file system, as far as it is the same for both ways to confine it. */
export interface View {
  readonly roots: readonly ExistingRoot[];
  /** `null` = everything. */
  readonly readable: readonly ReadableRoot[] | null;
  /** Repositories that commands may commit to. */
  readonly git: readonly GitAccess[];
  /** What the policy names and is not there. */
  readonly limits: readonly Limit[];
}

/**
 * @param settle leaves out roots that are not to be trusted; names them.
 * @param isMissing as for `existingRoots`
 */
export function readView(
  { policy, policyCwd, tmpdir, cwd }: ConfineRequest,
  settle: (roots: readonly ExistingRoot[]) => SettledRoots = (roots) => ({ roots, limits: [] }),
  isMissing?: IsMissing,
): View {
  const found = existingRoots(policy, policyCwd, tmpdir, isMissing);
  const { roots, limits } = settle(found.roots);
  const readable = readableRoots(policy, policyCwd);
  if (readable !== null) refuseInvisible(cwd, roots, readable.roots);
  const mayCommit = policy.type === "workspace-write" && policy.gitWritable === true;
  const git = mayCommit ? roots.map(({ root }) => gitAccess(root)) : [];
  return {
    roots,
    readable: readable?.roots ?? null,
    git: git.filter((access) => access !== null),
    limits: [
      ...found.limits,
      ...limits,
      ...(readable?.missing ?? []).map((path) => missingRoot(path, "read")),
    ],
  };
}

/** A command cannot be in a folder that it must not see. */
function refuseInvisible(
  cwd: AbsolutePath,
  roots: readonly ExistingRoot[],
  readable: readonly ReadableRoot[],
): void {
  const real = realPathOrSame(cwd);
  const visible = [...roots.map(({ root }) => root), ...readable.map(({ path }) => path)];
  if (visible.some((path) => isInside(path, real))) return;
  throw new SandboxError(
    "folder_not_readable",
    `the command was not run: its folder ${cwd} is not among those that the policy lets it read`,
  );
}

function realPathOrSame(path: AbsolutePath): AbsolutePath {
  try {
    return Deno.realPathSync(path);
  } catch {
    return path;
  }
}
