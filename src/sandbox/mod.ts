/**
 * Turns a policy and a command into a confined command.
 *
 * Owns: what a policy makes writable, the choice of a backend, the arguments and filters that hold a
 * command in. Never: starts the command, asks a person, decides whether a command may run.
 * Start with `types.ts`; `docs/sandbox.md` says what each rule is for.
 *
 * @module
 */
export type {
  Confined,
  ConfineRequest,
  Limit,
  Sandbox,
  SandboxBackend,
  SandboxBackendKind,
  SelfCommand,
} from "./types.ts";
