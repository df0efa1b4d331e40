import { loginFlows, saveLogin } from "../auth/mod.ts";
import { type LoginSetting, loginSetting, messageOf } from "./login_config.ts";
import { type Invocation, type Level, valueOf } from "./spec.ts";
import { untilSignal } from "./until_signal.ts";
import { USAGE_ERROR } from "./usage.ts";
import { VERSION } from "./version.ts";
import type { World } from "./world.ts";

/** Nobody waits longer than this at a page. Milliseconds. */
const BROWSER_LIMIT_MS = 15 * 60_000;

/** Far longer than any. Bytes. */
const MAX_API_KEY = 64 * 1024;

/** Names the front end towards the issuer, which knows no other names. */
const DEFAULT_ORIGINATOR = "codex_cli_rs";

type Flows = Awaited<ReturnType<typeof loginFlows>>;

/** What every way of logging in needs. */
interface Attempt extends LoginSetting {
  readonly flows: Flows;
  readonly level: Level;
  readonly world: World;
}

/** `codex login`. */
export async function run({ levels }: Invocation, world: World): Promise<number> {
  const level = levels.at(-1)!;
  const say = (text: string) => world.stderr.write(`${text}\n`);
  const device = level.switches.has("device-auth");
  if (!device && valueOf(level, "api-key") !== null) {
    await say(
      "--api-key is refused, since others can read the arguments of a program. Pipe the key in: " +
        "printenv OPENAI_API_KEY | codex login --with-api-key",
    );
    return 1;
  }
  const mistake = mistakeIn(level);
  if (mistake !== null) {
    await say(`error: ${mistake}`);
    return USAGE_ERROR;
  }
  const setting = await loginSetting(levels, world);
  if (setting === null) return 1;
  const flows = await loginFlows();
  const withKey = !device && level.switches.has("with-api-key");
  const refusal = flows.methodRefusal(
    { method: setting.config.forcedLoginMethod, workspaceId: null },
    withKey ? "api" : "chatgpt",
  );
  if (refusal !== null) {
    await say(refusal);
    return 1;
  }
  const attempt: Attempt = { ...setting, flows, level, world };
  if (withKey) return await reported(world, "", () => keepApiKey(attempt));
  return await untilSignal(
    world,
    (signal) =>
      device
        ? reported(world, " with device code", () => loginWithCode(attempt, signal))
        : reported(world, "", () => loginInBrowser(attempt, signal)),
  );
}

/** What is wrong with the values of hidden flags; `null` = nothing. */
function mistakeIn(level: Level): string | null {
  const issuer = valueOf(level, "experimental_issuer");
  if (issuer !== null && !/^https?:$/.test(URL.parse(issuer)?.protocol ?? "")) {
    return "--experimental_issuer needs an address that begins with http:// or https://";
  }
  const port = valueOf(level, "experimental_port");
  if (port !== null && !(/^\d{1,5}$/.test(port) && Number(port) < 65_536)) {
    return "--experimental_port needs a number from 0 to 65535";
  }
  return null;
}

/** Runs one way of logging in and says how it ended, in words that scripts know. */
async function reported(
  world: World,
  how: string,
  login: () => Promise<number | void>,
): Promise<number> {
  try {
    const exitCode = await login();
    if (typeof exitCode === "number") return exitCode;
    await world.stderr.write("Successfully logged in\n");
    return 0;
  } catch (error) {
    await world.stderr.write(`Error logging in${how}: ${messageOf(error)}\n`);
    return 1;
  }
}

async function keepApiKey({ world, place }: Attempt): Promise<number | void> {
  if (world.stdin.isTerminal) {
    await world.stderr.write(
      "--with-api-key reads the key from a pipe, so that it shows up nowhere: " +
        "printenv OPENAI_API_KEY | codex login --with-api-key\n",
    );
    return 1;
  }
  await world.stderr.write("Reading API key from stdin...\n");
  const bytes = await world.stdin.read(MAX_API_KEY);
  const apiKey = bytes === null ? null : new TextDecoder().decode(bytes).trim();
  if (apiKey === "") {
    await world.stderr.write("No API key provided via stdin.\n");
    return 1;
  }
  // No header carries it, so no server ever sees it; a file or a page that was piped in by mistake looks like this.
  if (apiKey === null || !/^[\x20-\x7e]+$/.test(apiKey)) {
    await world.stderr.write(
      "stdin holds no API key: a key is one line of plain ASCII. Nothing was changed; pipe the key alone in: " +
        "printenv OPENAI_API_KEY | codex login --with-api-key\n",
    );
    return 1;
  }
  await saveLogin(place, { kind: "api_key", apiKey });
  await warnIfForgotten(world, place.store);
}

async function loginInBrowser(attempt: Attempt, signal: AbortSignal): Promise<void> {
  const { flows, level, world, config, env, place } = attempt;
  const port = valueOf(level, "experimental_port");
  await using login = await flows.startBrowserLogin({
    issuer: issuerOf(attempt),
    ports: port === null ? flows.CALLBACK_PORTS : [Number(port)],
    originator: env["CODEX_INTERNAL_ORIGINATOR_OVERRIDE"] || DEFAULT_ORIGINATOR,
    workspaceId: config.forcedChatgptWorkspaceId,
    save: async (granted) => void await saveLogin(place, granted),
    limitMs: BROWSER_LIMIT_MS,
    signal,
  });
  const manual = level.switches.has("no-browser");
  await world.stderr.write(
    `Waiting for your browser on http://localhost:${login.port}.\n` +
      `${manual ? "Log in" : "If it did not open, log in"} at this address:\n\n${login.url}\n\n` +
      "No browser on this machine? `codex login --device-auth` works with any other device.\n",
  );
  if (!manual) flows.openBrowser(login.url, { os: Deno.build.os, env });
  await login.completed;
  await warnIfForgotten(world, place.store);
}

async function loginWithCode(attempt: Attempt, signal: AbortSignal): Promise<void> {
  const { flows, world, config, place } = attempt;
  const granted = await flows.deviceLogin({
    issuer: issuerOf(attempt),
    workspaceId: config.forcedChatgptWorkspaceId,
    onPrompt: async ({ url, code, limitMs }) => {
      await world.stdout.write(
        `Codex ${VERSION}: log in with a code\n\n` +
          `1. On any device, open this page and log in to your account:\n   ${url}\n\n` +
          `2. Type in this code, which works for ${limitMs / 60_000} minutes:\n   ${code}\n\n` +
          "Keep the code to yourself, and never type in one that somebody sent you: whoever " +
          "started the login\ngets into the account.\n",
      );
    },
    signal,
    now: () => world.now(),
  });
  await saveLogin(place, granted);
  await warnIfForgotten(world, place.store);
}

function issuerOf({ flows, level }: Attempt) {
  return flows.issuerOf(
    valueOf(level, "experimental_issuer"),
    valueOf(level, "experimental_client-id"),
  );
}

async function warnIfForgotten(world: World, store: string): Promise<void> {
  if (store !== "ephemeral") return;
  await world.stderr.write(
    'warning: cli_auth_credentials_store = "ephemeral" keeps nothing: this login ends here\n',
  );
}
