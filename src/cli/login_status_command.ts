import { AuthError, readStoredLogin } from "../auth/mod.ts";
import { loginSetting } from "./login_config.ts";
import type { Invocation } from "./spec.ts";
import type { World } from "./world.ts";

/** `codex login status`. Looks at the store alone: neither at the environment nor at the network. */
export async function run({ levels }: Invocation, world: World): Promise<number> {
  const setting = await loginSetting(levels, world);
  if (setting === null) return 1;
  const say = (text: string) => world.stderr.write(`${text}\n`);
  try {
    const login = await readStoredLogin(setting.place);
    if (login === null) {
      await say("Not logged in");
      return 1;
    }
    await say(
      login.mode === "apikey"
        ? `Logged in using an API key - ${masked(login.apiKey ?? "")}`
        : "Logged in using ChatGPT",
    );
    return 0;
  } catch (error) {
    if (!(error instanceof AuthError)) throw error;
    await say(`Error checking login status: ${error.message}`);
    return 1;
  }
}

/** Longest key of which nothing is shown: what is left out must be worth something. */
const HIDDEN_LENGTH = 13;

/** Enough of a key to tell it from another one. */
export function masked(key: string): string {
  return key.length <= HIDDEN_LENGTH ? "***" : `${key.slice(0, 8)}***${key.slice(-5)}`;
}
