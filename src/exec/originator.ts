const DEFAULT_ORIGINATOR = "codex_exec";

/** How this front end calls itself towards servers. */
export function originatorOf(env: Readonly<Record<string, string>>): string {
  return env["CODEX_INTERNAL_ORIGINATOR_OVERRIDE"] || DEFAULT_ORIGINATOR;
}
