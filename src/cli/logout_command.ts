import { loginFlows } from "../auth/mod.ts";
import { loginSetting, messageOf } from "./login_config.ts";
import type { Invocation } from "./spec.ts";
import { untilSignal } from "./until_signal.ts";
import type { World } from "./world.ts";

/** `codex logout`. */
export async function run({ levels }: Invocation, world: World): Promise<number> {
  const setting = await loginSetting(levels, world);
  if (setting === null) return 1;
  const { logout, revocationOf, issuerOf } = await loginFlows();
  return await untilSignal(world, async (signal) => {
    try {
      const existed = await logout({
        place: setting.place,
        revocation: revocationOf(issuerOf(null, null), world.env),
        signal,
      });
      await world.stderr.write(existed ? "Successfully logged out\n" : "Not logged in\n");
      return 0;
    } catch (error) {
      await world.stderr.write(`Error logging out: ${messageOf(error)}\n`);
      return 1;
    }
  });
}
