import { resolve } from "node:path";
import { type Config, ConfigError, loadAppConfig } from "../app/mod.ts";
import type { AbsolutePath, SandboxMode } from "../protocol/mod.ts";
import type { ExecArgs, ExecIo } from "./args.ts";
import { ExecError } from "./errors.ts";
import { originatorOf } from "./originator.ts";
import { terminalName } from "./terminal_name.ts";

function sandboxModeOf(args: ExecArgs): SandboxMode | null {
  if (args.bypass) return "danger-full-access";
  if (args.fullAuto) return "workspace-write";
  return args.sandboxMode;
}

/** The folder that `--cd` names, links resolved; `null` = there is none. */
async function workingRoot(args: ExecArgs, io: ExecIo): Promise<AbsolutePath | null> {
  if (args.cwd === null) return io.cwd;
  try {
    const path = await Deno.realPath(resolve(io.cwd, args.cwd));
    return (await Deno.stat(path)).isDirectory ? path : null;
  } catch {
    return null;
  }
}

/**
 * The configuration of one headless run: what files and flags say, with one thing fixed. Nobody is there to be
 * asked, so the approval policy is `never`, whatever else is configured.
 */
export async function loadExecConfig(args: ExecArgs, io: ExecIo): Promise<Config> {
  const cwd = await workingRoot(args, io);
  const sandboxMode = sandboxModeOf(args);
  const load = () =>
    loadAppConfig({
      codexHome: io.codexHome,
      processCwd: io.cwd,
      env: io.env,
      home: io.home,
      cliOverrides: args.configOverrides,
      strict: args.strictConfig,
      bypassHookTrust: args.bypassHookTrust,
      cloud: {
        originator: originatorOf(io.env),
        version: io.version,
        terminal: terminalName(io.env),
        self: io.self,
        allowApiKeyEnv: true,
        now: io.now,
      },
      overrides: {
        cwd: cwd ?? io.cwd,
        approvalPolicy: "never",
        ...(args.model === null ? {} : { model: args.model }),
        ...(args.oss ? { oss: { localProvider: args.localProvider } } : {}),
        ...(args.profile === null ? {} : { profile: args.profile }),
        ...(sandboxMode === null ? {} : { sandboxMode }),
        ...(args.addDirs.length === 0 ? {} : { addDirs: args.addDirs }),
      },
    });
  if (cwd !== null) return await load();
  // A mistake in `-c` is reported before a mistake in `--cd`.
  await load().catch((error: unknown) => {
    if (error instanceof ConfigError && error.code === "invalid_override") throw error;
  });
  throw new ExecError("bad_working_directory", `--cd ${args.cwd}: there is no such directory`);
}
