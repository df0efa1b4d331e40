/**
 * Starts a program that nobody waits for: no input, no output, no shell. It may outlive this one, which is what the
 * person who configured it wants, and what it does is its own affair.
 *
 * @param env its whole environment
 * @throws what the system says when the program cannot be started
 */
export function startAndLeave(
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
): void {
  const [program = "", ...args] = argv;
  const child = new Deno.Command(program, {
    args,
    env: { ...env },
    clearEnv: true,
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  child.unref();
}
