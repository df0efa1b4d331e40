/** Whether this ends with exit code 0 here. A program that is missing is no error: it throws before there is a promise. */
export async function canRun(program: string, args: readonly string[]): Promise<boolean> {
  try {
    const streams = { stdin: "null", stdout: "null", stderr: "null" } as const;
    const { success } = await new Deno.Command(program, { args: [...args], ...streams }).output();
    return success;
  } catch {
    return false;
  }
}
