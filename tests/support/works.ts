/** Whether this command is there and succeeds. A program that is missing throws before there is anything to wait for. */
export async function works(argv: readonly string[]): Promise<boolean> {
  const [program = "", ...args] = argv;
  try {
    const trial = new Deno.Command(program, {
      args,
      stdin: "null",
      stdout: "null",
      stderr: "null",
    });
    return (await trial.output()).success;
  } catch {
    return false;
  }
}
