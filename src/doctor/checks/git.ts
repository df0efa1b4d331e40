import { findRepoRoot, readGitInfo } from "../../git/mod.ts";
import { ok, problem, skipped, warning } from "../finding.ts";
import { outputOf, programsOnPath } from "../programs.ts";
import type { Check } from "../run_checks.ts";

const program: Check = {
  id: "git.program",
  area: "git",
  async run({ around }, signal) {
    const [git] = await programsOnPath("git", around.env["PATH"] ?? "");
    if (git === undefined) {
      return warning(
        "git is not on the search path: branch and commit are not known to sessions",
        "Install git.",
      );
    }
    const version = await outputOf(git, ["--version"], { env: around.env, signal });
    return version === null
      ? problem(`${git} cannot be started`, "Install git anew.")
      : ok(`${version} at ${git}`);
  },
};

const repository: Check = {
  id: "git.repository",
  area: "git",
  async run({ around }, signal) {
    if (around.cwd === null) return skipped("the working directory has been removed");
    const root = await findRepoRoot(around.cwd);
    if (root === null) {
      return ok("the working directory is in no repository", [
        "codex exec asks for --skip-git-repo-check here",
      ]);
    }
    const info = await readGitInfo(around.cwd, { signal, env: around.env });
    return ok(`the working directory is in ${root}`, [
      `branch: ${info?.branch ?? "none"}, commit: ${info?.commitHash?.slice(0, 12) ?? "none"}`,
    ]);
  },
};

export const GIT_CHECKS: readonly Check[] = [program, repository];
