/**
 * Writes a program that can be run at once. By another process: what a program of many threads writes may stay open,
 * for a moment, in a child that another thread is just starting, and the system runs no file that is open for writing.
 */
export async function writeProgram(path: string, text: string): Promise<void> {
  const child = new Deno.Command("/bin/sh", {
    args: ["-c", '/bin/cat >"$0" && /bin/chmod 755 "$0"', path],
    stdin: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(text));
  await writer.close();
  if (!(await child.status).success) throw new Error(`${path} cannot be written`);
}
