export type SandboxErrorCode =
  /** The policy asks for a sandbox and this machine has none that works. */
  | "unavailable"
  /** The policy hides files from the command, which the backend cannot do. */
  | "restricted_reads_unsupported"
  /** The policy hides the folder that the command is to run in. */
  | "folder_not_readable"
  | "empty_command"
  /** A file, a lock or a descriptor that the sandbox needs could not be had. */
  | "setup_failed";

/** Thrown instead of running a command with less protection than its policy asks for. */
export class SandboxError extends Error {
  override readonly name = "SandboxError";
  readonly code: SandboxErrorCode;

  constructor(code: SandboxErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
