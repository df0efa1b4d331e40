import type { AbsolutePath } from "../protocol/mod.ts";

/** Where the executable's runtime looks for the folder of temporary files, on any system. */
const VARIABLES = ["TMPDIR", "TMP", "TEMP"];

/**
 * Runs `load`, which brings in native code. The executable has that code within itself, and its runtime unpacks it under
 * a name that everybody knows into the folder of temporary files; commands in a sandbox may write there, and could put
 * other code into its place. While `load` runs that folder is `folder`, which is made if needed and is for this user
 * alone. From source the code lies with the other packages, and nothing is changed.
 *
 * One at a time in a process: what else asks for a temporary folder meanwhile gets this one, too.
 *
 * @param isExecutable whether this is the executable
 */
export async function loadNativeCode<T>(
  folder: AbsolutePath,
  load: () => Promise<T>,
  isExecutable: boolean = Deno.build.standalone,
): Promise<T> {
  if (!isExecutable) return await load();
  await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
  const before = VARIABLES.map((name) => [name, Deno.env.get(name)] as const);
  for (const name of VARIABLES) Deno.env.set(name, folder);
  try {
    return await load();
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) Deno.env.delete(name);
      else Deno.env.set(name, value);
    }
  }
}
