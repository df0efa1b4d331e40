import { dirname, isAbsolute, join } from "node:path";
import { readWholeText } from "../files/mod.ts";
import type { AbsolutePath } from "../protocol/mod.ts";
import { type ConfigEntry, parseGitConfig } from "./config_text.ts";

/** What the files of a repository say about its state. */
export interface RepositoryFiles {
  /** `null` before the first commit. */
  readonly commitHash: string | null;
  /** `null` on a detached head. */
  readonly branch: string | null;
  /** Name of the remote → address it is fetched from. */
  readonly remotes: Readonly<Record<string, string>>;
}

const HASH = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
const MAX_LINKS = 5;

/**
 * Reads the state without starting git, which costs more than everything else at the start of a session. `null` =
 * no repository; `"ask_git"` = the files are of a kind that only git reads (other ref storage, included files,
 * rewritten addresses).
 */
export async function readRepositoryFiles(
  root: AbsolutePath,
): Promise<RepositoryFiles | "ask_git" | null> {
  const gitDir = await findGitDir(root);
  const head = gitDir === null ? null : await readLine(join(gitDir, "HEAD"));
  if (gitDir === null || head === null) return null;
  const common = await readLine(join(gitDir, "commondir"));
  const commonDir = common === null ? gitDir : absolute(common, gitDir);
  const config = parseGitConfig(await readText(join(commonDir, "config")) ?? "");
  if (config.some(needsGit)) return "ask_git";
  const ref = /^ref: (.+)$/.exec(head)?.[1] ?? null;
  if (ref === null && !HASH.test(head)) return null;
  return {
    commitHash: ref === null ? head : await resolveRef(ref, gitDir, commonDir, MAX_LINKS),
    branch: ref?.startsWith("refs/heads/") ? ref.slice("refs/heads/".length) : null,
    remotes: remotesOf(config),
  };
}

function needsGit({ section, subsection, key }: ConfigEntry): boolean {
  return section === "include" || section === "includeif" ||
    (section === "extensions" && key === "refstorage") ||
    (section === "url" && subsection !== null) ||
    (section === "remote" && (key === "vcs" || subsection === null));
}

function remotesOf(config: readonly ConfigEntry[]): Record<string, string> {
  const remotes = new Map<string, string>();
  for (const { section, subsection, key, value } of config) {
    if (section === "remote" && key === "url" && subsection !== null && !remotes.has(subsection)) {
      remotes.set(subsection, value);
    }
  }
  return Object.fromEntries(remotes);
}

/** `.git` itself, or the folder that a `.git` file points to. */
async function findGitDir(root: AbsolutePath): Promise<AbsolutePath | null> {
  const path = join(root, ".git");
  try {
    if ((await Deno.stat(path)).isDirectory) return path;
  } catch {
    return null;
  }
  const target = /^gitdir: (.+)$/.exec(await readLine(path) ?? "")?.[1];
  return target === undefined ? null : absolute(target, dirname(path));
}

/** The commit that a ref names: its own file, else the packed list. */
async function resolveRef(
  ref: string,
  gitDir: AbsolutePath,
  commonDir: AbsolutePath,
  links: number,
): Promise<string | null> {
  if (links === 0 || ref.split("/").includes("..")) return null;
  const line = await readLine(join(gitDir, ref)) ?? await readLine(join(commonDir, ref));
  if (line !== null && HASH.test(line)) return line;
  const next = /^ref: (.+)$/.exec(line ?? "")?.[1];
  if (next !== undefined) return await resolveRef(next, gitDir, commonDir, links - 1);
  const packed = await readText(join(commonDir, "packed-refs")) ?? "";
  const end = ` ${ref}`;
  const found = packed.split("\n").find((entry) => entry.endsWith(end))?.slice(0, -end.length);
  return found !== undefined && HASH.test(found) ? found : null;
}

function absolute(path: string, base: AbsolutePath): AbsolutePath {
  return isAbsolute(path) ? path : join(base, path);
}

async function readText(path: string): Promise<string | null> {
  try {
    return await readWholeText(path);
  } catch {
    return null;
  }
}

async function readLine(path: string): Promise<string | null> {
  const text = await readText(path);
  return text === null ? null : text.split("\n", 1)[0]?.trim() ?? null;
}
