import { FilesError, isInside, normalizePath, resolveLinks } from "../files/mod.ts";
import type { AbsolutePath, SandboxPolicy, WorkspaceWritePolicy } from "../protocol/mod.ts";
import { commonFolder, pointerTarget } from "./git_pointer.ts";
import { hasFullDiskWrite } from "./policy.ts";
import type { Limit } from "./types.ts";

/** A folder that commands may write to, and what below it they may not. */
export interface WritableRoot {
  readonly root: AbsolutePath;
  /** Present or not: a name that is missing must not be created either. */
  readonly readOnlySubpaths: readonly AbsolutePath[];
}

/**
 * The roots of `workspace-write` in order: configured ones, the working directory, `/tmp`, `$TMPDIR`.
 * Neither resolved nor made unique. Empty for every other policy. Synchronous like all that comes before each
 * command: a few looks at the disk, each quicker than the way to another thread and back.
 *
 * @param tmpdir `$TMPDIR` of this process, `null` when it is unset.
 */
export function writableRoots(
  policy: SandboxPolicy,
  cwd: AbsolutePath,
  tmpdir: AbsolutePath | null,
): WritableRoot[] {
  if (policy.type !== "workspace-write") return [];
  return rootPaths(policy, cwd, tmpdir).map((root) => describeRoot(root));
}

/** A writable root as the kernel sees it. */
export interface ExistingRoot extends WritableRoot {
  /** `/tmp` or `$TMPDIR` and nothing else: shared with every other program. */
  readonly scratch: boolean;
}

export interface ExistingRoots {
  /** Links resolved, each one once. */
  readonly roots: readonly ExistingRoot[];
  /** Those that were left out: not there or out of reach, or led to by a link that a command may have made. */
  readonly limits: readonly Limit[];
}

/** True when it is certain that nothing has this name. */
export type IsMissing = (path: AbsolutePath) => boolean;

/**
 * The same roots as the kernel sees them; the whole disk where the policy sets no limit.
 *
 * @param isMissing a quick answer, where the system has one
 */
export function existingRoots(
  policy: SandboxPolicy,
  cwd: AbsolutePath,
  tmpdir: AbsolutePath | null,
  isMissing: IsMissing = () => false,
): ExistingRoots {
  if (hasFullDiskWrite(policy)) {
    return { roots: [{ root: "/", readOnlySubpaths: [], scratch: true }], limits: [] };
  }
  if (policy.type !== "workspace-write") return { roots: [], limits: [] };
  const missing: AbsolutePath[] = [];
  const reached: ReachedRoot[] = [];
  for (const path of new Set(rootPaths(policy, cwd, tmpdir))) {
    try {
      const isPlain = Deno.realPathSync(path) === path;
      reached.push({ path, ...(isPlain ? { real: path, links: [] } : followLinks(path)) });
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound || isUnreachable(error))) throw error;
      missing.push(path);
    }
  }
  const linked = leadingOut(reached);
  const found = new Map<AbsolutePath, boolean>();
  const named = new Set([...policy.writableRoots, cwd]);
  for (const { path, real } of reached) {
    if (!linked.includes(path)) found.set(real, (found.get(real) ?? true) && !named.has(path));
  }
  const roots = [...found].map(([root, scratch]) => ({
    ...describeRoot(root, isMissing),
    scratch,
  }));
  const limits = [
    ...missing.map((path) => missingRoot(path, "write to")),
    ...linked.map(linkedRoot),
  ];
  return { roots, limits };
}

/** What the policy names and is not there is left out. */
export function missingRoot(path: AbsolutePath, verb: "read" | "write to"): Limit {
  return {
    code: "missing_root",
    message:
      `${path}, which commands may ${verb}, does not exist or is out of reach; it was left out.`,
  };
}

function linkedRoot(path: AbsolutePath): Limit {
  return {
    code: "linked_root",
    message:
      `${path}, which commands may write to, leads elsewhere by a link in a folder that commands may write to; it was left out. Name the folder itself instead.`,
  };
}

interface ReachedRoot {
  readonly path: AbsolutePath;
  readonly real: AbsolutePath;
  /** Where the links on the way to it lie. */
  readonly links: readonly AbsolutePath[];
}

/**
 * Those that a command may have put where they are: they are reached by a link in another root, and lie in none. A name
 * that was missing, or a folder that could be moved away, is all that a command needs for that.
 */
function leadingOut(all: readonly ReachedRoot[]): AbsolutePath[] {
  const isMovable = ({ path, links }: ReachedRoot): boolean =>
    links.some((folder) => all.some((root) => root.path !== path && isInside(root.real, folder)));
  const fixed = all.filter((root) => !isMovable(root));
  return all
    .filter((root) => isMovable(root) && !fixed.some(({ real }) => isInside(real, root.real)))
    .map(({ path }) => path);
}

/** So many links in a row the kernel follows. */
const MAX_LINKS = 40;

/**
 * Where `path` leads, and where each link lies that has to be followed to get there. Both in one go: a command may put
 * one and take it away while it is looked at.
 */
function followLinks(path: AbsolutePath, depth = 0): Omit<ReachedRoot, "path"> {
  const links: AbsolutePath[] = [];
  let folder = "/";
  for (const name of path.split("/")) {
    const next = normalizePath(name, folder);
    if (!Deno.lstatSync(next).isSymlink) folder = next;
    else {
      if (depth === MAX_LINKS) throw new Deno.errors.NotFound(path);
      const target = followLinks(normalizePath(readLinkOf(next), folder), depth + 1);
      links.push(folder, ...target.links);
      folder = target.real;
    }
  }
  return { real: folder, links };
}

/** What is no link any more is gone. */
function readLinkOf(path: AbsolutePath): string {
  try {
    return Deno.readLinkSync(path);
  } catch (cause) {
    throw new Deno.errors.NotFound(path, { cause });
  }
}

/**
 * Whether the policy lets a patch write this path. The path must pass as it is written and also with its
 * links resolved: the first keeps the answer the same as that of other versions, the second refuses a link
 * that leads out of the workspace.
 */
export async function mayWrite(
  policy: SandboxPolicy,
  path: string,
  cwd: AbsolutePath,
  tmpdir: AbsolutePath | null,
): Promise<boolean> {
  if (policy.type === "danger-full-access" || policy.type === "external-sandbox") return true;
  if (policy.type === "read-only") return false;
  const lexical = normalizePath(path, cwd);
  if (!isWritable(lexical, writableRoots(policy, cwd, tmpdir))) return false;
  const real = await resolvedOrNull(lexical);
  return real !== null && isWritable(real, existingRoots(policy, cwd, tmpdir).roots);
}

/** `null` when nobody can say where the path leads, as with a loop of links. */
async function resolvedOrNull(path: AbsolutePath): Promise<AbsolutePath | null> {
  try {
    return await resolveLinks(path);
  } catch (error) {
    if (error instanceof FilesError) return null;
    throw error;
  }
}

function isWritable(path: AbsolutePath, roots: readonly WritableRoot[]): boolean {
  return roots.some(({ root, readOnlySubpaths }) =>
    isInside(root, path) && !readOnlySubpaths.some((subpath) => isInside(subpath, path))
  );
}

function rootPaths(
  policy: WorkspaceWritePolicy,
  cwd: AbsolutePath,
  tmpdir: AbsolutePath | null,
): AbsolutePath[] {
  const roots = [...policy.writableRoots, cwd];
  if (!policy.excludeSlashTmp && Deno.build.os !== "windows" && isDirectory("/tmp")) {
    roots.push("/tmp");
  }
  if (!policy.excludeTmpdirEnvVar && tmpdir) roots.push(tmpdir);
  return roots;
}

function describeRoot(root: AbsolutePath, isMissing: IsMissing = () => false): WritableRoot {
  const git = normalizePath(".git", root);
  const gitDir = isMissing(git) ? null : pointerTarget(git, root);
  return {
    root,
    readOnlySubpaths: [
      ...(gitDir === null ? [] : [gitDir, ...commonFolder(gitDir)]),
      git,
      normalizePath(".agents", root),
      normalizePath(".codex", root),
    ],
  };
}

function isDirectory(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}

/** A root below a folder that cannot be searched, or below a file, is out of the command's reach too. */
function isUnreachable(error: unknown): boolean {
  return error instanceof Deno.errors.PermissionDenied ||
    error instanceof Deno.errors.NotADirectory;
}
