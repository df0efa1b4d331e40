import { dirname } from "node:path";
import { isInside } from "../../files/mod.ts";
import { loadWindows } from "../../platform/mod.ts";
import type { AbsolutePath } from "../../protocol/mod.ts";
import type { Wrapper } from "../linux/bubblewrap.ts";
import { hasFullNetwork } from "../policy.ts";
import type { ConfineRequest, Limit, SandboxBackend, SelfCommand } from "../types.ts";
import { existingRoots } from "../writable_roots.ts";
import { findProgram, variable } from "./command_line.ts";
import { WINDOWS_HELPER_FLAG, type WindowsMode, type WindowsPlan } from "./windows_plan.ts";

/** Confines commands by starting this program again, which grants, starts, waits and takes back. */
export function createWindows(
  self: SelfCommand,
  mode: WindowsMode,
  stateDir: AbsolutePath,
): Wrapper {
  return {
    wrap(request) {
      const { plan, limits } = windowsPlan(request, { self, mode, stateDir });
      // With a proxy the variables lead there.
      const led = plan.network || hasProxy(request);
      const offline = led || mode === "app_container" ? {} : OFFLINE;
      return {
        argv: [...self.argv, WINDOWS_HELPER_FLAG, JSON.stringify(plan), "--", ...request.argv],
        env: { ...self.env, ...request.env, ...offline },
        unenforced: limits,
        [Symbol.asyncDispose]: () => Promise.resolve(),
      };
    },
  };
}

function hasProxy({ bridge }: Pick<ConfineRequest, "bridge">): boolean {
  return (bridge ?? null) !== null && bridge !== "closed";
}

export interface WindowsPlanOptions {
  readonly self: SelfCommand;
  readonly mode: WindowsMode;
  readonly stateDir: AbsolutePath;
}

/** The plan of one command, and what it leaves open. */
export function windowsPlan(
  request: Pick<
    ConfineRequest,
    "argv" | "cwd" | "env" | "policy" | "policyCwd" | "tmpdir" | "bridge"
  >,
  { self, mode, stateDir }: WindowsPlanOptions,
): { readonly plan: WindowsPlan; readonly limits: readonly Limit[] } {
  const { policy, env } = request;
  // What is called TMPDIR elsewhere.
  const temporary = variable(env, "TEMP") ?? variable(env, "TMP") ?? null;
  const tmpdir = request.tmpdir ?? temporary;
  const { roots, limits } = existingRoots(policy, request.policyCwd, tmpdir);
  const writable = roots.map(({ root, readOnlySubpaths, scratch }) => ({
    root,
    // Nothing is made in a folder that all programs share.
    readOnly: readOnlySubpaths.filter((path) => !scratch || exists(path)),
  }));
  // A proxy that is required is the only way out, also where the policy would allow more.
  const network = hasFullNetwork(policy) && (request.bridge ?? null) === null;
  const proxied = mode === "app_container" && hasProxy(request) ? [NO_WAY_TO_PROXY] : [];
  return {
    plan: {
      mode,
      writable,
      readable: mode === "app_container" ? readableFolders(request) : [],
      network,
      stateDir,
      unset: Object.keys(self.env).filter((name) => !Object.hasOwn(env, name)),
    },
    limits: [...windowsLimits(mode, network), ...limits, ...proxied],
  };
}

function exists(path: AbsolutePath): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch {
    return false;
  }
}

/** An AppContainer reads what Windows lets all of them read: not the user's own folders. */
function readableFolders(
  { argv, cwd, env, policyCwd }: Pick<ConfineRequest, "argv" | "cwd" | "env" | "policyCwd">,
): AbsolutePath[] {
  const folders = [policyCwd, cwd];
  const found = findProgram(argv[0] ?? "", {
    cwd,
    env,
    isFile: (path) => {
      try {
        return Deno.statSync(path).isFile;
      } catch {
        return false;
      }
    },
  });
  const systemRoot = variable(env, "SYSTEMROOT") ?? "C:\\Windows";
  if (found.kind === "found" && !isInside(systemRoot, found.path)) {
    folders.push(dirname(found.path));
  }
  return [...new Set(folders)];
}

const NO_WAY_TO_PROXY: Limit = {
  code: "network_proxy",
  message:
    "Commands have no network at all: an AppContainer cannot reach the network proxy on this machine.",
};

/** Programs that respect them do not try. Nothing else stops them without a container. */
const OFFLINE: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "GIT_HTTP_PROXY", "GIT_HTTPS_PROXY"]
      .map((name) => [name, "http://127.0.0.1:9"]),
  ),
  SBX_NONET_ACTIVE: "1",
  NO_PROXY: "localhost,127.0.0.1,::1",
  PIP_NO_INDEX: "1",
  PIP_DISABLE_PIP_VERSION_CHECK: "1",
  NPM_CONFIG_OFFLINE: "true",
  CARGO_NET_OFFLINE: "true",
  GIT_SSH_COMMAND: "cmd /c exit 1",
  GIT_ALLOW_PROTOCOLS: "",
};

export function windowsLimits(mode: WindowsMode, network: boolean): Limit[] {
  const limits: readonly (Limit & { readonly applies: boolean })[] = [
    {
      code: "network",
      message:
        "Commands can reach the network: only an AppContainer stops that, and none can be made here.",
      applies: mode === "restricted_token" && !network,
    },
    {
      code: "world_writable",
      message:
        "Commands can write to files that everyone may write to: Windows counts that as permission.",
      applies: mode === "restricted_token",
    },
    {
      code: "granted_to_all_containers",
      message:
        "Commands can write to files that all app packages may write to: Windows counts that as permission.",
      applies: mode === "app_container",
    },
    {
      code: "process_isolation",
      message: "Commands see the user's other processes and can read their windows' titles.",
      applies: mode === "restricted_token",
    },
  ];
  return limits.filter(({ applies }) => applies).map(({ code, message }) => ({ code, message }));
}

/** Makes an AppContainer and removes it again; where that fails there is the restricted token. */
export async function probeWindows(): Promise<SandboxBackend> {
  try {
    const api = await loadWindows();
    using win32 = api.openWin32();
    const name = `codex.probe.${crypto.randomUUID()}`;
    try {
      api.createAppContainer(win32, name);
      api.deleteAppContainer(win32, name);
      return { kind: "windows", mode: "app_container", reason: "AppContainers can be made" };
    } catch (error) {
      const reason = `no AppContainer can be made (${error}); a restricted token is used`;
      return { kind: "windows", mode: "restricted_token", reason };
    }
  } catch (error) {
    return { kind: "unavailable", reason: `libraries of Windows cannot be loaded (${error})` };
  }
}
