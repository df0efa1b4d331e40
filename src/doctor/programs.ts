import { delimiter, isAbsolute, join } from "node:path";

/** Endings that make a file a program. */
const ENDINGS = Deno.build.os === "windows" ? [".exe", ".cmd", ".bat", ""] : [""];

/** Every program of this name on a search path, in its order. Relative entries do not count. */
export async function programsOnPath(name: string, path: string): Promise<string[]> {
  const found: string[] = [];
  for (const folder of new Set(path.split(delimiter))) {
    if (!isAbsolute(folder)) continue;
    for (const ending of ENDINGS) {
      const file = join(folder, `${name}${ending}`);
      if (await isProgram(file)) {
        found.push(file);
        break;
      }
    }
  }
  return found;
}

async function isProgram(file: string): Promise<boolean> {
  const info = await Deno.stat(file).catch(() => null);
  if (info === null || !info.isFile) return false;
  return Deno.build.os === "windows" || ((info.mode ?? 0) & 0o111) !== 0;
}

/** What a program prints, trimmed; `null` = it cannot be started, or it fails. */
export async function outputOf(
  program: string,
  args: readonly string[],
  options: { readonly env: Readonly<Record<string, string>>; readonly signal: AbortSignal },
): Promise<string | null> {
  try {
    const { success, stdout } = await new Deno.Command(program, {
      args: [...args],
      cwd: "/",
      env: { ...options.env, LC_ALL: "C" },
      clearEnv: true,
      stdin: "null",
      stdout: "piped",
      stderr: "null",
      signal: options.signal,
    }).output();
    return success ? new TextDecoder().decode(stdout).trim() : null;
  } catch {
    return null;
  }
}
