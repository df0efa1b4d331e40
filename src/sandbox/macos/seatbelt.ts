import { resolveLinks } from "../../files/mod.ts";
import { userCacheDir } from "../../platform/mod.ts";
import type { AbsolutePath, SandboxPolicy } from "../../protocol/mod.ts";
import type { Wrapper } from "../linux/bubblewrap.ts";
import { hasFullNetwork } from "../policy.ts";
import { readableRoots } from "../readable_roots.ts";
import type { ConfineRequest, Limit, SandboxBackend } from "../types.ts";
import { existingRoots } from "../writable_roots.ts";
import { ignoresCase, spellings } from "../letter_case.ts";
import { seatbeltProfile, type SeatbeltRules } from "./profile.ts";

/** By this path alone: what the search path leads to may be the workspace's. */
const SANDBOX_EXEC = "/usr/bin/sandbox-exec";

const LIMITS: readonly Limit[] = [
  {
    code: "background_processes",
    message:
      "A process that a command leaves in the background in a session of its own goes on running, confined: macOS has no process namespaces.",
  },
  {
    code: "parent_death",
    message: "Commands go on, confined, when this program is killed: macOS does not tell them.",
  },
];

/** Confines commands with the profile language of macOS. */
export function createSeatbelt(): Wrapper {
  return {
    async wrap(request) {
      const { rules, limits } = await seatbeltRules(request, userCacheDir());
      return {
        argv: seatbeltArgv(rules, request.argv),
        env: { ...request.env, CODEX_SANDBOX: "seatbelt" },
        unenforced: [...LIMITS, ...limits],
        [Symbol.asyncDispose]: () => Promise.resolve(),
      };
    },
  };
}

/** The whole argv: `sandbox-exec`, its profile, the paths it talks about, the command. */
export function seatbeltArgv(rules: SeatbeltRules, command: readonly string[]): string[] {
  const { text, parameters } = seatbeltProfile(rules);
  const definitions = parameters.map(([name, value]) => `-D${name}=${value}`);
  return [SANDBOX_EXEC, "-p", text, ...definitions, "--", ...command];
}

/** The rules of a policy on this disk. */
export async function seatbeltRules(
  request: Pick<ConfineRequest, "policy" | "policyCwd" | "tmpdir" | "bridge">,
  cacheDir: AbsolutePath | null,
): Promise<{ readonly rules: SeatbeltRules; readonly limits: readonly Limit[] }> {
  const { policy, policyCwd, tmpdir } = request;
  const { roots, limits } = existingRoots(policy, policyCwd, tmpdir);
  const write = await Promise.all(roots.map(async ({ root, readOnlySubpaths, scratch }) => {
    const readOnly = await asKernelSees(readOnlySubpaths);
    const missing = scratch || !ignoresCase(root) ? [] : readOnly.filter(isMissing);
    return { root, readOnly: [...readOnly, ...missing.flatMap(spellings)] };
  }));
  const readable = readableRoots(policy, policyCwd);
  const read = readable === null ? "everything" as const : {
    roots: [
      ...new Set([...readable.roots.map(({ path }) => path), ...roots.map(({ root }) => root)]),
    ],
    platform: includesPlatform(policy),
  };
  const network = networkOf(policy, request.bridge ?? null);
  return { rules: { read, write, network, cacheDir }, limits };
}

/** With a proxy its ports are the only way out, also where the policy would allow more. */
function networkOf(
  policy: SandboxPolicy,
  bridge: ConfineRequest["bridge"] | null,
): SeatbeltRules["network"] {
  if (bridge === "closed") return "none";
  if (bridge === null || bridge === undefined) return hasFullNetwork(policy) ? "full" : "none";
  const ports = [bridge.httpPort, bridge.socksPort].filter((port) => port !== null);
  return { ports, localBinding: bridge.localBinding ?? false };
}

/** Both a link and where it leads: one must not be replaced, the other not written. */
async function asKernelSees(paths: readonly AbsolutePath[]): Promise<AbsolutePath[]> {
  const real = await Promise.all(paths.map((path) => resolveLinks(path).catch(() => path)));
  return [...new Set([...paths, ...real])];
}

function isMissing(path: AbsolutePath): boolean {
  try {
    Deno.lstatSync(path);
    return false;
  } catch {
    return true;
  }
}

function includesPlatform(policy: SandboxPolicy): boolean {
  const access = policy.type === "read-only"
    ? policy.access
    : policy.type === "workspace-write"
    ? policy.readOnlyAccess
    : null;
  return access?.type === "restricted" && access.includePlatformDefaults;
}

/** Whether the sandbox can be entered: not from within another one. */
export async function probeSeatbelt(): Promise<SandboxBackend> {
  const rules: SeatbeltRules = { read: "everything", write: [], network: "none", cacheDir: null };
  const [program = "", ...args] = seatbeltArgv(rules, ["/usr/bin/true"]);
  try {
    const { success, stderr } = await new Deno.Command(program, {
      args,
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).output();
    if (success) return { kind: "seatbelt", reason: `${SANDBOX_EXEC} works` };
    const line = new TextDecoder().decode(stderr).trim().split("\n").at(-1) ?? "";
    return {
      kind: "unavailable",
      reason: `${SANDBOX_EXEC} does not work here (${line.slice(0, 200)})`,
    };
  } catch (error) {
    return { kind: "unavailable", reason: `${SANDBOX_EXEC} cannot be started (${error})` };
  }
}
