import { findProgram } from "./find_program.ts";
import type { Shell, ShellType } from "./types.ts";

const POSIX_FALLBACK: Shell = { type: "sh", path: "/bin/sh" };
const WINDOWS_FALLBACK: Shell = { type: "cmd", path: "cmd.exe" };

/** Names to search on PATH, best first, and where the shell is when PATH does not say. */
const PLACES: Readonly<Record<ShellType, { names: readonly string[]; standard: string | null }>> = {
  zsh: { names: ["zsh"], standard: "/bin/zsh" },
  bash: { names: ["bash"], standard: "/bin/bash" },
  sh: { names: ["sh"], standard: "/bin/sh" },
  powershell: { names: ["pwsh", "powershell"], standard: "/usr/local/bin/pwsh" },
  cmd: { names: ["cmd"], standard: null },
};

/** The kind of shell that a path or name means; `null` = none that we know how to call. */
export function shellType(path: string): ShellType | null {
  const base = path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
  const dot = base.lastIndexOf(".");
  const stem = dot > 0 ? base.slice(0, dot) : base;
  switch (stem) {
    case "zsh":
    case "bash":
    case "sh":
    case "powershell":
    case "cmd":
      return stem;
    case "pwsh":
      return "powershell";
    default:
      return null;
  }
}

/**
 * The shell of the session: the login shell of the user if we know how to call it, else the customary one of the
 * platform, else `/bin/sh`. `path` is a PATH value.
 */
export async function detectShell(
  options: { readonly passwdShell: string | null; readonly path: string },
): Promise<Shell> {
  const { passwdShell, path } = options;
  if (Deno.build.os === "windows") {
    return await findShell("powershell", null, null, path) ?? WINDOWS_FALLBACK;
  }
  const type = passwdShell === null ? null : shellType(passwdShell);
  const customary: readonly ShellType[] = Deno.build.os === "darwin"
    ? ["zsh", "bash"]
    : ["bash", "zsh"];
  for (const candidate of type === null ? customary : [type, ...customary]) {
    const shell = await findShell(candidate, null, passwdShell, path);
    if (shell !== null) return shell;
  }
  return POSIX_FALLBACK;
}

/** The shell that a model asked for by name or path; what is unknown or missing is replaced, never an error. */
export async function modelShell(requested: string, session: Shell, path: string): Promise<Shell> {
  const type = shellType(requested);
  const fallback = Deno.build.os === "windows" ? WINDOWS_FALLBACK : POSIX_FALLBACK;
  if (type === null) return fallback;
  return await findShell(type, requested, session.path, path) ?? fallback;
}

/** The arguments that make `shell` run `script`; `login` = read the start-up files of a login. */
export function shellArgv(shell: Shell, script: string, login: boolean): string[] {
  switch (shell.type) {
    case "zsh":
    case "bash":
    case "sh":
      return [shell.path, login ? "-lc" : "-c", script];
    case "powershell":
      return login
        ? [shell.path, "-Command", script]
        : [shell.path, "-NoProfile", "-Command", script];
    case "cmd":
      return [shell.path, "/c", script];
  }
}

/** The login shell of our user in the password file; `null` = it names none. */
export async function readPasswdShell(): Promise<string | null> {
  const uid = Deno.uid();
  if (uid === null) return null;
  let text: string;
  try {
    text = await Deno.readTextFile("/etc/passwd");
  } catch {
    return null;
  }
  return passwdShell(text, uid);
}

/** The shell field of the first entry of `uid` in the text of a password file. */
export function passwdShell(text: string, uid: number): string | null {
  for (const line of text.split("\n")) {
    const fields = line.split(":");
    if (fields.length >= 7 && fields[2] === String(uid)) return fields[6]!.trim() || null;
  }
  return null;
}

async function findShell(
  type: ShellType,
  given: string | null,
  usual: string | null,
  path: string,
): Promise<Shell | null> {
  if (given !== null && await isFile(given)) return { type, path: given };
  if (usual !== null && shellType(usual) === type && await isFile(usual)) {
    return { type, path: usual };
  }
  const { names, standard } = PLACES[type];
  for (const name of names) {
    const found = await findProgram(name, path, "/");
    if (found !== null) return { type, path: found };
  }
  return standard !== null && await isFile(standard) ? { type, path: standard } : null;
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch {
    return false;
  }
}
