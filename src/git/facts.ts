import type { AbsolutePath } from "../protocol/mod.ts";
import { findRepoRoot } from "./repo_root.ts";
import { readRepositoryFiles } from "./repository_files.ts";
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
  /** Changed or untracked files; `null` = not known. */
  readonly hasChanges: boolean | null;
}

/** `null` outside a repository. Starts no git where the repository's files tell it all. */
export async function readGitInfo(
  cwd: AbsolutePath,
  options: GitOptions,
): Promise<GitInfo | null> {
  const root = await findRepoRoot(cwd);
  const files = root === null ? null : await readRepositoryFiles(root);
  if (files !== "ask_git") {
    return files === null ? null : {
      commitHash: files.commitHash,
      branch: files.branch,
      repositoryUrl: files.remotes["origin"] ?? null,
    };
  }
  const [inside, commitHash, branch, repositoryUrl] = await Promise.all([
    askGit(cwd, ["rev-parse", "--git-dir"], options),
    askGit(cwd, ["rev-parse", "--verify", "--quiet", "HEAD"], options),
    askGit(cwd, ["symbolic-ref", "--quiet", "--short", "HEAD"], options),
    askGit(cwd, ["remote", "get-url", "origin"], options),
  ]);
  return inside === null ? null : { commitHash, branch, repositoryUrl };
}

/** `null` outside a repository. `hasChanges` is left open: git alone can tell, see {@link hasChanges}. */
export async function workspaceMetadata(
  cwd: AbsolutePath,
  options: GitOptions,
): Promise<WorkspaceMetadata | null> {
  const root = await findRepoRoot(cwd);
  const files = root === null ? null : await readRepositoryFiles(root);
  if (root === null || files === null) return null;
  if (files !== "ask_git") {
    return { root, remotes: files.remotes, latestCommit: files.commitHash, hasChanges: null };
  }
  const [remotes, latestCommit] = await Promise.all([
    askGit(cwd, ["remote", "-v"], options),
    askGit(cwd, ["rev-parse", "--verify", "--quiet", "HEAD"], options),
  ]);
  if (remotes === null && latestCommit === null) return null;
  return { root, remotes: fetchAddresses(remotes ?? ""), latestCommit, hasChanges: null };
}

/**
 * Whether files are changed or untracked; `null` = git did not answer in its five seconds, is not there, or would have
 * to start a program that the repository names. Submodules count by their commit alone: to look into one, git would
 * heed settings in it, which commands may write.
 */
export async function hasChanges(
  cwd: AbsolutePath,
  options: GitOptions,
): Promise<boolean | null> {
  const settings = await askGit(cwd, ["config", "--show-scope", "--name-only", "--list"], options);
  if (settings === null || OWN_FILTER.test(settings)) return null;
  const question = ["status", "--porcelain", "--ignore-submodules=dirty"];
  const status = await askGit(cwd, question, options);
  return status === null ? null : status !== "";
}

/** A program of this repository's own that files go through before they are compared. */
const OWN_FILTER = /^(local|worktree)\tfilter\..*\.(clean|process)$/im;

/** Lines of `git remote -v`: name, tab, address, blank, `(fetch)` or `(push)`. */
function fetchAddresses(listing: string): Record<string, string> {
  const remotes: [string, string][] = [];
  for (const line of listing.split("\n")) {
    const found = /^(\S+)\t(.+) \(fetch\)/.exec(line);
    if (found?.[1] !== undefined && found[2] !== undefined) remotes.push([found[1], found[2]]);
  }
  return Object.fromEntries(remotes);
}
