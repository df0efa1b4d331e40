import { FEATURES, loadConfig } from "../config/mod.ts";
import { featuresPlace } from "./features_place.ts";
import { mergeFlags } from "./merged_flags.ts";
import type { Invocation } from "./spec.ts";
import type { World } from "./world.ts";

/** `codex features list`. */
export async function run({ levels }: Invocation, world: World): Promise<number> {
  const place = await featuresPlace(levels, world);
  const profile = mergeFlags(levels).value("profile");
  const { features, startupNotices } = await loadConfig({
    ...place,
    overrides: profile === null ? {} : { profile },
  });
  for (const notice of startupNotices) {
    if (notice.type === "warning") await world.stderr.write(`warning: ${notice.message}\n`);
  }
  const keyWidth = Math.max(...FEATURES.map(({ key }) => key.length));
  const stageWidth = Math.max(...FEATURES.map(({ stage }) => stage.length));
  const lines = FEATURES.map(({ key, stage }) =>
    `${key.padEnd(keyWidth)}  ${stage.padEnd(stageWidth)}  ${features[key] === true}\n`
  );
  await world.stdout.write(lines.join(""));
  return 0;
}
