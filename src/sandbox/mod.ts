/**
 * Turns a policy and a command into a confined command.
 *
 * Owns: what a policy makes writable, the choice of a backend, the arguments and filters that hold a
 * command in. Never: starts the command, asks a person, decides whether a command may run, runs with less
 * protection than it says.
 *
 * Start with `create_sandbox.ts`; then `linux/bubblewrap.ts` and `linux/landlock_helper.ts`, one for each of the two
 * ways. `docs/sandbox.md` says what each rule is for.
 *
 * @module
 */
export type { SandboxOptions } from "./create_sandbox.ts";
export { describeDenial, looksDenied } from "./denial.ts";
export { SandboxError, type SandboxErrorCode } from "./error.ts";
export type { BackendCheck, BackendExplanation } from "./explain.ts";
export { LANDLOCK_HELPER_FLAG } from "./linux/landlock_plan.ts";
export { type Denial, denialStreamArgv, parseDenial } from "./macos/denials.ts";
export type { ProbeOptions } from "./probe.ts";
export { hasFullNetwork, sandboxSummary, sandboxTag } from "./policy.ts";
export type {
  Confined,
  ConfineRequest,
  Limit,
  NetworkBridge,
  Sandbox,
  SandboxBackend,
  SandboxBackendKind,
  SelfCommand,
} from "./types.ts";
export { mayWrite, type WritableRoot, writableRoots } from "./writable_roots.ts";
/** Finding, building and explaining what confines: loaded by whoever is about to run something. */
export const sandboxBackends = () => import("./backends.ts");
/** Loaded by what becomes a helper. */
export const landlockHelper = () => import("./linux/landlock_helper.ts");
export const windowsHelper = () => import("./windows/windows_helper.ts");
export { WINDOWS_HELPER_FLAG } from "./windows/windows_plan.ts";
