import { join } from "node:path";
import { replaceFile } from "../../files/mod.ts";
import { valueAt } from "../merge.ts";
import { configPath, readConfigFile } from "./config_file.ts";
import { parseToml } from "../toml.ts";
import { type ConfigHome, scopeOf, setPersonality } from "./settings.ts";

/** What came of it: done before, nothing to do, or a personality was written down. */
export type PersonalityMigration = "done_before" | "not_needed" | "written";

/**
 * Once in the life of a `CODEX_HOME`: people who have used the program before there were personalities keep the tone
 * that they know. A marker file says that it was done.
 *
 * @param hasSessions whether there is a session file, archived ones included
 * @throws ConfigError see `editConfig`; the marker is not written then
 */
export async function migratePersonality(
  home: ConfigHome,
  hasSessions: () => Promise<boolean>,
): Promise<PersonalityMigration> {
  const marker = join(home.codexHome, ".personality_migration");
  if (await Deno.stat(marker).then(() => true, () => false)) return "done_before";
  const { path, text } = await readConfigFile(configPath(home.codexHome));
  const table = await parseToml(text, path);
  const isSet = [["personality"], [...scopeOf(table, { profile: null }), "personality"]]
    .some((key) => valueAt(table, key) !== undefined);
  const isNeeded = !isSet && await hasSessions();
  if (isNeeded) await setPersonality(home, { personality: "pragmatic", profile: null });
  await Deno.mkdir(home.codexHome, { recursive: true, mode: 0o700 });
  await replaceFile(marker, "v1\n");
  return isNeeded ? "written" : "not_needed";
}
