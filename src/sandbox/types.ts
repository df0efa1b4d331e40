import type { AbsolutePath, SandboxPolicy } from "../protocol/mod.ts";

export type SandboxBackendKind = "none" | "bubblewrap" | "landlock" | "seatbelt" | "windows";

/** Something that the chosen backend cannot enforce here. Front ends print it. */
export interface Limit {
  /** Stable name, such as `network_namespace` or `protected_subpaths`. */
  readonly code: string;
  /** One sentence for a person: what is not stopped, and why. */
  readonly message: string;
  /** So wherever this backend is used, and of use to few: told to those who ask. */
  readonly onlyIfAsked?: true;
}

/** Outcome of the one probe that a process makes. */
export type SandboxBackend =
  | {
    readonly kind: "bubblewrap";
    readonly program: AbsolutePath;
    /** Why this backend, in one line. */
    readonly reason: string;
  }
  | { readonly kind: "landlock"; readonly abi: number; readonly reason: string }
  | { readonly kind: "seatbelt"; readonly reason: string }
  | {
    readonly kind: "windows";
    readonly mode: "app_container" | "restricted_token";
    readonly reason: string;
  }
  | { readonly kind: "unavailable"; readonly reason: string };

/** How this program starts itself again: the executable and, when run from source, its arguments. */
export interface SelfCommand {
  readonly argv: readonly string[];
  /** Variables without which it does not start (run from source: where Deno's cache is). */
  readonly env: Readonly<Record<string, string>>;
}

export interface ConfineRequest {
  readonly argv: readonly string[];
  /** Where the command runs. */
  readonly cwd: AbsolutePath;
  readonly env: Readonly<Record<string, string>>;
  readonly policy: SandboxPolicy;
  /** The folder that `workspace-write` makes writable: the turn's, not the command's. */
  readonly policyCwd: AbsolutePath;
  /** `$TMPDIR` of this process; `null` = unset. */
  readonly tmpdir: AbsolutePath | null;
  /** The command gets a terminal. */
  readonly tty: boolean;
  /**
   * The command's only way out is a proxy, or there is none (`closed`), whatever its policy says about the network, and
   * also where the policy asks for no sandbox. `null` = as the policy says.
   */
  readonly bridge?: NetworkBridge | "closed" | null;
}

/** How a command gets from a network namespace of its own to the proxy. */
export interface NetworkBridge {
  /** Where the proxy listens on this machine; `null` = by its ports alone. */
  readonly socketPath: AbsolutePath | null;
  /** Loopback ports that the command uses; `null` = not offered. */
  readonly httpPort: number;
  readonly socksPort: number | null;
  /** Whether commands may also serve and use other ports of their loopback, where that is told apart. */
  readonly localBinding?: boolean;
}

/** A command ready to start. Dispose it after the command has ended. */
export interface Confined extends AsyncDisposable {
  readonly kind: SandboxBackendKind;
  readonly argv: readonly string[];
  readonly cwd: AbsolutePath;
  readonly env: Readonly<Record<string, string>>;
  readonly unenforced: readonly Limit[];
  /**
   * Whether the command was started at all, to be asked when it has ended with this exit code. False only where it is
   * certain that the sandbox could not be set up and nothing of the command has happened. Absent = it was.
   */
  readonly began?: (exitCode: number) => boolean;
}

/** A sandbox is a value: made once by the composition root, shared by all that start commands. */
export interface Sandbox extends Disposable {
  readonly backend: SandboxBackend;
  /** Throws `SandboxError` when the policy asks for a sandbox and none works here. */
  confine(request: ConfineRequest): Promise<Confined>;
}
