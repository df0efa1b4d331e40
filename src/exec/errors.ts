/** Why a run of `codex exec` cannot start. The message is complete for a person. */
export class ExecError extends Error {
  override readonly name = "ExecError";
  readonly code:
    | "no_prompt"
    | "bad_encoding"
    | "prompt_too_long"
    | "bad_output_schema"
    | "bad_output_file"
    | "bad_working_directory"
    | "bad_local_provider"
    | "not_trusted"
    | "login_refused"
    | "unknown_session";

  constructor(code: ExecError["code"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** What went wrong, without the call and the path that the runtime names behind it. */
export function reasonOf(thrown: unknown): string {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return message.replace(/: (?:readfile|writefile|open|stat) '[^]*'$/, "");
}
