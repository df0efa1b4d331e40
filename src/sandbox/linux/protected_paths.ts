import { basename, dirname, join } from "node:path";
import { isInside } from "../../files/mod.ts";
import type { FileLocks } from "../../platform/mod.ts";
import type { AbsolutePath } from "../../protocol/mod.ts";
import type { Limit } from "../types.ts";
import { pointedAt } from "../git_pointer.ts";
import { spellings } from "../letter_case.ts";
import type { ExistingRoot } from "../writable_roots.ts";
import { followPath, type PassedLink } from "./follow_path.ts";
import type { GitAccess } from "./git_access.ts";
import { holdPlaceholder, isPlaceholder, type PlaceholderKind } from "./placeholder.ts";
import type { View } from "./view.ts";

/** Protected names made ready for mounting. Dispose it after the command. */
export interface ProtectedPaths extends AsyncDisposable {
  /** Existing paths, links resolved, to be mounted read-only. */
  readonly readOnly: readonly AbsolutePath[];
  /** The roots, and what commits need, but for those in which a name could not be protected. */
  readonly writable: readonly AbsolutePath[];
  readonly limits: readonly Limit[];
}

/** Something in the way can be taken away while a name is looked up; so often in a row it is not. */
const LOOKS = 5;

/**
 * Looks at every protected name of every root: binds what exists, holds a place for what does not. Where neither can be
 * done, and a command could change that, the folder in the way is closed to commands.
 *
 * @param more further names, wherever they are
 */
export async function protectPaths(
  { roots, git }: Pick<View, "roots" | "git">,
  more: readonly AbsolutePath[],
  tools: Tools,
): Promise<ProtectedPaths> {
  await using stack = new AsyncDisposableStack();
  const protection = new Protection(roots, git, stack, tools);
  for (const { path, kind } of git.flatMap(({ held }) => held)) await protection.hold(path, kind);
  const names = roots.length === 0 ? [] : [
    ...protectedNames(roots),
    ...more.map((path) => [path, true] as const),
  ];
  for (const [path, isWorthAPlace] of names) {
    for (let look = 0; look < LOOKS && !await protection.add(path, isWorthAPlace); look++);
  }
  const { readOnly, closed, limits } = protection;
  const writable = [...roots.map(({ root }) => root), ...git.flatMap((each) => each.writable)];
  const owned = stack.move();
  return {
    readOnly: [...readOnly, ...closed],
    writable: writable.filter((path) => !closed.has(path)),
    limits,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** What makes a place. */
interface Tools {
  /** Must stay open until what is protected is disposed of. */
  readonly locks: FileLocks;
  /** Called with each place before it is made. */
  readonly remember: (place: AbsolutePath) => void;
}

/** Gathers what is to be mounted, name by name. */
class Protection {
  readonly readOnly: Set<AbsolutePath>;
  readonly closed = new Set<AbsolutePath>();
  readonly limits: Limit[] = [];
  readonly #roots: ReadonlySet<AbsolutePath>;
  readonly #opened: ReadonlySet<AbsolutePath>;
  readonly #guarded = new Set<AbsolutePath>();
  readonly #stack: AsyncDisposableStack;
  readonly #tools: Tools;

  constructor(
    roots: readonly ExistingRoot[],
    git: readonly GitAccess[],
    stack: AsyncDisposableStack,
    tools: Tools,
  ) {
    this.#roots = new Set(roots.map(({ root }) => root));
    this.readOnly = new Set(git.flatMap((access) => access.readOnly));
    this.#opened = new Set(git.flatMap((access) => access.writable));
    this.#stack = stack;
    this.#tools = tools;
  }

  /** False = something has changed meanwhile; it is worth another look. */
  async add(path: AbsolutePath, isWorthAPlace: boolean): Promise<boolean> {
    if (this.#opened.has(path)) return true;
    const { ending, links } = this.#follow(path);
    for (const link of links) this.#guard(link);
    switch (ending.kind) {
      case "there":
        if (isPlaceholder(ending.path, ending.info)) {
          return !isWorthAPlace || await this.hold(ending.path, "directory");
        }
        if (!this.#opened.has(ending.path)) this.#bind(ending.path);
        return true;
      case "missing":
        if (!isWorthAPlace || !this.#isWritable(ending.folder)) return true;
        return await this.hold(ending.path, "directory");
      case "refused":
        this.#close(ending.folder, path, "EACCES");
        return true;
      case "no_folder":
        this.#bind(ending.path);
        return true;
      case "circle":
        return true;
    }
  }

  /** Holds a place for a name that is missing. False = something else has it by now. */
  async hold(path: AbsolutePath, kind: PlaceholderKind): Promise<boolean> {
    this.#tools.remember(path);
    const held = await holdPlaceholder(path, this.#tools.locks, kind);
    if ("kind" in held) {
      if (held.kind === "refused") this.#close(dirname(path), path, held.code);
      return held.kind === "refused";
    }
    this.#stack.use(held);
    this.#bind(path);
    return true;
  }

  #follow(path: AbsolutePath): ReturnType<typeof followPath> {
    const folder = dirname(path);
    if (!this.#roots.has(folder)) return followPath(path);
    // Most names are missing, and the runtime takes long to say so.
    return this.#tools.locks.isMissing(path)
      ? { ending: { kind: "missing", path, folder }, links: [] }
      : followPath(path, folder);
  }

  #bind(path: AbsolutePath): void {
    for (const each of inAllSpellings(path, this.#tools.locks)) this.readOnly.add(each);
  }

  /** What a link leads to can be mounted over, the link itself cannot. */
  #guard(link: PassedLink): void {
    const folder = dirname(link.path);
    if (!this.#isWritable(folder) || this.#guarded.has(link.path)) return;
    // Only a root is certain to be the same folder when the link is put back.
    if (!this.#roots.has(folder)) return void this.readOnly.add(folder);
    this.#guarded.add(link.path);
    this.limits.push(linkLimit(link));
    this.#stack.defer(() => restoreLink(link));
  }

  /** Not where nobody could make the name all the same: the folder is another user's, or its disk is read-only. */
  #close(folder: AbsolutePath, path: AbsolutePath, code: string | null): void {
    if (!this.#isWritable(folder) || this.closed.has(folder) || code === "EROFS") return;
    if (code === "EACCES" && Deno.lstatSync(folder).uid !== Deno.uid()) return;
    this.closed.add(folder);
    this.limits.push(closedLimit(folder, path, code));
  }

  #isWritable(folder: AbsolutePath): boolean {
    return [...this.#roots].some((root) => isInside(root, folder));
  }
}

/**
 * With each name, whether a place is held for it when it is missing. Not in `/tmp`, where any program of the
 * user may make it at any time, unless the workspace lies below: git's search upwards would find it there.
 */
function protectedNames(roots: readonly ExistingRoot[]): Map<AbsolutePath, boolean> {
  const workspaces = roots.filter((root) => !root.scratch);
  const names = new Map<AbsolutePath, boolean>();
  for (const { root, scratch, readOnlySubpaths } of roots) {
    const held = !scratch || workspaces.some((workspace) => isInside(root, workspace.root));
    // Also where it is missing still: whoever makes it would say which hooks there are.
    const pointed = pointedAt(join(root, ".git"), root);
    for (const path of [...readOnlySubpaths, ...(pointed === null ? [] : [pointed])]) {
      names.set(path, held || names.get(path) === true);
    }
  }
  return names;
}

function linkLimit(guard: PassedLink): Limit {
  return {
    code: "protected_symlink",
    message:
      `${guard.path} is a symbolic link, which cannot be write-protected; if a command replaces it, it is put back afterwards.`,
  };
}

function closedLimit(folder: AbsolutePath, path: AbsolutePath, code: string | null): Limit {
  const reason = code === "EACCES"
    ? "you have no right to make or to look at it (chmod u+rwx gives it)"
    : code === "ENOSPC"
    ? "the disk is full"
    : `it cannot be made (${code ?? "nothing tells why"})`;
  return {
    code: "closed_folder",
    message:
      `${folder} stays read-only for commands: they could get at ${path}, which is protected, and which this program cannot hold for them: ${reason}.`,
  };
}

/** Puts the link back; what the command left in its place is kept under another name, for a person to see. */
function restoreLink(guard: PassedLink): void {
  const info = lookAt(guard.path);
  if (info === "out_of_reach") return;
  if (info !== "missing") {
    if (info.isSymlink && Deno.readLinkSync(guard.path) === guard.target) return;
    Deno.renameSync(guard.path, `${guard.path}.replaced-${crypto.randomUUID()}`);
  }
  Deno.symlinkSync(guard.target, guard.path);
}

/** What is out of this user's reach is out of the command's reach. */
function lookAt(path: AbsolutePath): Deno.FileInfo | "missing" | "out_of_reach" {
  try {
    return Deno.lstatSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "missing";
    if (error instanceof Deno.errors.PermissionDenied) return "out_of_reach";
    if (error instanceof Deno.errors.NotADirectory) return "out_of_reach";
    throw error;
  }
}

/**
 * What is mounted is a name: on a disk of another system that ignores case, such as those of Windows and macOS shared
 * with a Linux inside of them, the kernel takes `.GIT` for a name of its own, which leads past the mount.
 */
function inAllSpellings(path: AbsolutePath, locks: FileLocks): AbsolutePath[] {
  const inCapitals = join(dirname(path), basename(path).toUpperCase());
  if (locks.isMissing(inCapitals)) return [path];
  const info = identity(path);
  const isSame = (other: AbsolutePath): boolean => info !== null && identity(other) === info;
  if (!isSame(inCapitals)) return [path];
  return [path, ...spellings(path).filter(isSame)];
}

function identity(path: AbsolutePath): string | null {
  const info = lookAt(path);
  return typeof info === "string" ? null : `${info.dev}:${info.ino}`;
}
