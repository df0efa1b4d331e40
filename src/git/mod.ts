/**
 * Facts about the git repository that a thread works in. Changes nothing in it, runs no hooks, never asks a person for
 * a password. Without git, or outside a repository, the answer is `null`.
 *
 * Start with `facts.ts`.
 *
 * @module
 */
export {
  type GitInfo,
  hasChanges,
  readGitInfo,
  type WorkspaceMetadata,
  workspaceMetadata,
} from "./facts.ts";
export { findRepoRoot } from "./repo_root.ts";
export { type GitOptions } from "./run_git.ts";
