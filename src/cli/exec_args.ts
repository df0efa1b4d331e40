import type { ExecArgs } from "../exec/mod.ts";
import { configOverrides } from "./config_overrides.ts";
import { isStrict, mergeFlags } from "./merged_flags.ts";
import type { Level } from "./spec.ts";

/**
 * What `codex exec` and `codex exec resume` were told. Flags in front of `exec` count, too: dropping
 * `-s read-only` or `-C` without a word would be dangerous.
 *
 * @param isFile whether a path as typed names an existing file
 * @throws ConfigError `unknown_feature`
 */
export async function execArgs(
  levels: readonly Level[],
  isFile: (path: string) => Promise<boolean>,
): Promise<ExecArgs> {
  const [, exec, resume] = levels;
  const all = mergeFlags(levels);
  const swallowed = exec?.positionals.length === 0 && resume === undefined
    ? await swallowedPrompt(exec, isFile)
    : null;
  const images = all.values("image");
  if (swallowed !== null) images.splice(images.length - swallowed.split(",").length);
  const target = resumeTarget(resume);
  const sandboxMode = all.value("sandbox");
  const color = all.value("color");
  return {
    prompt: target?.prompt ?? exec?.positionals[0] ?? swallowed,
    images,
    model: all.value("model"),
    oss: all.has("oss"),
    localProvider: all.value("local-provider"),
    sandboxMode: isSandboxMode(sandboxMode) ? sandboxMode : null,
    profile: all.value("profile"),
    fullAuto: all.has("full-auto"),
    bypass: all.has("dangerously-bypass-approvals-and-sandbox"),
    cwd: all.value("cd"),
    addDirs: all.values("add-dir"),
    skipGitRepoCheck: all.has("skip-git-repo-check"),
    ephemeral: all.has("ephemeral"),
    json: all.has("json"),
    outputSchema: all.value("output-schema"),
    outputLastMessage: all.value("output-last-message"),
    color: color === "always" || color === "never" ? color : "auto",
    configOverrides: configOverrides(levels),
    strictConfig: isStrict(levels),
    bypassHookTrust: all.has("dangerously-bypass-hook-trust"),
    resume: target === null ? null : target.resume,
  };
}

/** With `--last` there is no session to name, so a single word is the prompt. */
function resumeTarget(level: Level | undefined) {
  if (level === undefined) return null;
  const [first = null, second = null] = level.positionals;
  const last = level.switches.has("last");
  const [target, prompt] = last && second === null ? [null, first] : [first, second];
  return { prompt, resume: { last, all: level.switches.has("all"), target } };
}

const IMAGE_NAME = /^\S+\.(?:png|jpe?g|gif|webp|bmp|tiff?|ico|svg|avif|heic|heif)$/i;

/**
 * `-i a.png "text"` reads the text as a second image, since the flag takes every bare word behind it. Such a
 * last word is the prompt after all when nothing else is, it names no file, and it does not look like
 * the name of an image. A name that is merely misspelt stays an image.
 */
async function swallowedPrompt(
  exec: Level,
  isFile: (path: string) => Promise<boolean>,
): Promise<string | null> {
  const words = exec.values.get("image")?.at(-1)?.words ?? [];
  const last = words.at(-1);
  if (last === undefined || words.length < 2) return null;
  // A dash asks for stdin, and nobody has an image of that name.
  if (last === "-") return last;
  for (const name of new Set([last, ...last.split(",")])) {
    if (IMAGE_NAME.test(name) || await isFile(name)) return null;
  }
  return last;
}

function isSandboxMode(value: string | null): value is NonNullable<ExecArgs["sandboxMode"]> {
  return value === "read-only" || value === "workspace-write" || value === "danger-full-access";
}
