/** What `execvp` searches when there is no PATH. */
const DEFAULT_PATH = "/bin:/usr/bin";

/**
 * The file that a command name means: searched on `path` (a PATH value), or taken relative to `cwd` when it has a
 * slash. `null` = no such file. A file found that may not be executed is returned when nothing better is found, so
 * that starting it gives the right error.
 */
export async function findProgram(
  name: string,
  path: string | undefined,
  cwd: string,
): Promise<string | null> {
  if (name === "") return null;
  if (name.includes("/")) return await isFile(within(cwd, name)) ? within(cwd, name) : null;
  let fallback: string | null = null;
  for (const folder of (path ?? DEFAULT_PATH).split(":")) {
    // An empty entry means the current folder, by old custom.
    const candidate = within(cwd, folder === "" ? name : `${folder}/${name}`);
    const info = await statOrNull(candidate);
    if (info === null || !info.isFile) continue;
    if (info.mode === null || (info.mode & 0o111) !== 0) return candidate;
    fallback ??= candidate;
  }
  return fallback;
}

async function isFile(path: string): Promise<boolean> {
  const info = await statOrNull(path);
  // A folder "is found" too: starting it then says that it cannot be executed.
  return info !== null;
}

async function statOrNull(path: string): Promise<Deno.FileInfo | null> {
  try {
    return await Deno.stat(path);
  } catch {
    return null;
  }
}

function within(cwd: string, path: string): string {
  return path.startsWith("/") ? path : `${cwd === "/" ? "" : cwd}/${path}`;
}
