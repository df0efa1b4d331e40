import type { AbsolutePath } from "../protocol/mod.ts";
import { findRepoRoot } from "./repo_root.ts";
import { askGit, type GitOptions } from "./run_git.ts";

/** Where a session began, as it is kept in the session's file. */
export interface GitInfo {
  /** `null` before the first commit. */
  readonly commitHash: string | null;
  /** `null` on a detached head. */
  readonly branch: string | null;
  /** Address of the remote `origin`. */
  readonly repositoryUrl: string | null;
}

/** The state of the repository that a turn works in. */
export interface WorkspaceMetadata {
  readonly root: AbsolutePath;
  /** Name of the remote → address it is fetched from. */
  readonly remotes: Readonly<Record<string, string>>;
  readonly latestCommit: string | null;
  /** Changed or untracked files; `null` = git did not answer in time. */
  readonly hasChanges: boolean | null;
}

/** `null` outside a repository and where git is absent. */
export async function readGitInfo(
  cwd: AbsolutePath,
  options: GitOptions,
): Promise<GitInfo | null> {
  if (await findRepoRoot(cwd) === null) return null;
  const [inside, commitHash, branch, repositoryUrl] = await Promise.all([
    askGit(cwd, ["rev-parse", "--git-dir"], options),
    askGit(cwd, ["rev-parse", "--verify", "--quiet", "HEAD"], options),
    askGit(cwd, ["symbolic-ref", "--quiet", "--short", "HEAD"], options),
    askGit(cwd, ["remote", "get-url", "origin"], options),
  ]);
  return inside === null ? null : { commitHash, branch, repositoryUrl };
}

/** `null` outside a repository and where git is absent. Each question has five seconds. */
export async function workspaceMetadata(
  cwd: AbsolutePath,
  options: GitOptions,
): Promise<WorkspaceMetadata | null> {
  const root = await findRepoRoot(cwd);
  if (root === null) return null;
  const [remotes, latestCommit, status] = await Promise.all([
    askGit(cwd, ["remote", "-v"], options),
    askGit(cwd, ["rev-parse", "--verify", "--quiet", "HEAD"], options),
    askGit(cwd, ["status", "--porcelain"], options),
  ]);
  if (remotes === null && latestCommit === null && status === null) return null;
  return {
    root,
    remotes: fetchAddresses(remotes ?? ""),
    latestCommit,
    hasChanges: status === null ? null : status !== "",
  };
}

/** Lines of `git remote -v`: name, tab, address, blank, `(fetch)` or `(push)`. */
function fetchAddresses(listing: string): Record<string, string> {
  const remotes: [string, string][] = [];
  for (const line of listing.split("\n")) {
    const found = /^(\S+)\t(.+) \(fetch\)/.exec(line);
    if (found?.[1] !== undefined && found[2] !== undefined) remotes.push([found[1], found[2]]);
  }
  return Object.fromEntries(remotes);
}
