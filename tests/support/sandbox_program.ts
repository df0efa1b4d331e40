/**
 * Stands in for the whole program in tests of the sandbox: `--codex-run-landlock …` as the real one takes it, and
 * `hold REQUEST`, which confines one command, starts it and waits for it.
 */
import {
  type ConfineRequest,
  LANDLOCK_HELPER_FLAG,
  landlockHelper,
  type SandboxBackend,
  sandboxBackends,
  type SelfCommand,
  WINDOWS_HELPER_FLAG,
  windowsHelper,
} from "../../src/sandbox/mod.ts";

import { NETWORK_BRIDGE_FLAG, runNetworkBridge } from "../../src/network/mod.ts";

interface Held {
  readonly backend: SandboxBackend;
  readonly self: SelfCommand;
  readonly stateDir: string;
  readonly request: ConfineRequest;
}

const [first, ...rest] = Deno.args;
if (first === NETWORK_BRIDGE_FLAG) {
  Deno.exit(
    await runNetworkBridge(
      rest,
      Deno.env.toObject(),
      (line) => Promise.resolve(console.error(line)),
    ),
  );
}
if (first === LANDLOCK_HELPER_FLAG) Deno.exit((await landlockHelper()).runLandlockHelper(rest));
if (first === WINDOWS_HELPER_FLAG) {
  const here = { env: Deno.env.toObject(), cwd: Deno.cwd() };
  const { exitCode, message } = await (await windowsHelper()).runWindowsHelper(rest, here);
  if (message !== null) console.error(message);
  Deno.exit(exitCode | 0);
}
const { request, ...options } = JSON.parse(rest[0] ?? "") as Held;
const { createSandbox } = await sandboxBackends();
using sandbox = createSandbox(options);
await using confined = await sandbox.confine(request);
const [program = "", ...args] = confined.argv;
await new Deno.Command(program, {
  args,
  cwd: confined.cwd,
  env: { ...confined.env },
  // As commands of the tools run: in a session of their own.
  detached: true,
}).spawn().status;
