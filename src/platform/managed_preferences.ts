/** The preference domain of this program. */
const DOMAIN = "com.openai.codex";
const FOLDER = "/Library/Managed Preferences";
const DEFAULTS = "/usr/bin/defaults";

/**
 * Reads what a device manager has set for this program on macOS: a preference of `com.openai.codex`, as text. Only
 * managed files count, so that nobody but an administrator can set one. `null` = not set, or another system.
 *
 * @param user the login name, for whom a manager may set preferences apart
 */
export async function readManagedPreference(
  key: string,
  user: string | null,
): Promise<string | null> {
  if (Deno.build.os !== "darwin") return null;
  const forUser = user === null || user.includes("/") ? [] : [`${FOLDER}/${user}/${DOMAIN}.plist`];
  for (const file of [...forUser, `${FOLDER}/${DOMAIN}.plist`]) {
    // Nearly all machines are not managed: no program is started there.
    if (!await Deno.stat(file).then((info) => info.isFile, () => false)) continue;
    const { success, stdout } = await new Deno.Command(DEFAULTS, {
      args: ["read", file, key],
      stdin: "null",
      stderr: "null",
    }).output();
    if (success) return new TextDecoder().decode(stdout).trim();
  }
  return null;
}
