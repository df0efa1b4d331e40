import type { EnvironmentPolicyLike } from "./types.ts";

const CORE_NAMES: readonly string[] = [
  "HOME",
  "LOGNAME",
  "PATH",
  "SHELL",
  "USER",
  "USERNAME",
  "TMPDIR",
  "TEMP",
  "TMP",
];

const SECRET_PATTERNS: readonly string[] = ["*KEY*", "*SECRET*", "*TOKEN*"];

/** What unified exec forces on top of the policy: no colours, no pagers, one locale. */
export const UNIFIED_EXEC_ENV: Readonly<Record<string, string>> = Object.freeze({
  NO_COLOR: "1",
  TERM: "dumb",
  LANG: "C.UTF-8",
  LC_CTYPE: "C.UTF-8",
  LC_ALL: "C.UTF-8",
  COLORTERM: "",
  PAGER: "cat",
  GIT_PAGER: "cat",
  GH_PAGER: "cat",
  CODEX_CI: "1",
});

/**
 * The environment that a command gets: `base` filtered by the policy, plus the policy's own values, plus
 * `CODEX_THREAD_ID` of the thread, if there is one, which no filter removes.
 */
export function commandEnvironment(
  policy: EnvironmentPolicyLike,
  base: Readonly<Record<string, string>>,
  threadId: string | null,
): Record<string, string> {
  const env = new Map<string, string>();
  for (const [name, value] of Object.entries(base)) {
    if (isInherited(policy.inherit, name)) env.set(name, value);
  }
  if (!policy.ignoreDefaultExcludes) dropMatching(env, SECRET_PATTERNS);
  dropMatching(env, policy.exclude);
  for (const [name, value] of Object.entries(policy.set)) env.set(name, value);
  if (policy.includeOnly.length > 0) {
    for (const name of [...env.keys()]) {
      if (!matchesAny(name, policy.includeOnly)) env.delete(name);
    }
  }
  if (threadId !== null) env.set("CODEX_THREAD_ID", threadId);
  return Object.fromEntries(env);
}

function isInherited(inherit: EnvironmentPolicyLike["inherit"], name: string): boolean {
  if (inherit === "all") return true;
  if (inherit === "none") return false;
  return CORE_NAMES.includes(Deno.build.os === "windows" ? name.toUpperCase() : name);
}

function dropMatching(env: Map<string, string>, patterns: readonly string[]): void {
  for (const name of [...env.keys()]) {
    if (matchesAny(name, patterns)) env.delete(name);
  }
}

function matchesAny(name: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => matches([...name.toLowerCase()], [...pattern.toLowerCase()]));
}

/** Whole-name match: `*` is any run of characters, `?` one. Only the last star is ever tried anew. */
function matches(name: readonly string[], pattern: readonly string[]): boolean {
  let at = 0;
  let star = -1;
  let retry = 0;
  for (let i = 0; i < name.length;) {
    if (pattern[at] === "*") {
      star = at++;
      retry = i;
    } else if (pattern[at] === "?" || pattern[at] === name[i]) {
      at++;
      i++;
    } else if (star >= 0) {
      at = star + 1;
      i = ++retry;
    } else return false;
  }
  while (pattern[at] === "*") at++;
  return at === pattern.length;
}
