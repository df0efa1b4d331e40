import { join } from "node:path";
import { fileURLToPath } from "node:url";

const RUNNER = fileURLToPath(new URL("./recording_shell.sh", import.meta.url));

/** What each script ran, in the order in which it was written down. */
export type Recorded = readonly (readonly string[])[];

/** A shell that can say which commands it did not find. */
export type RecordingShell = "bash" | "zsh";

const FLAGS: Readonly<Record<RecordingShell, readonly string[]>> = {
  bash: ["--norc", "--noprofile"],
  zsh: ["-f"],
};

/** Runs the scripts in a folder that holds these (empty) files, and says what each of them ran. */
export async function recordRuns(
  shell: RecordingShell,
  scripts: readonly string[],
  files: readonly string[],
): Promise<{ readonly runs: readonly Recorded[]; readonly left: readonly string[] }> {
  const root = await Deno.makeTempDir({ prefix: "codex-shell-" });
  try {
    const work = join(root, "work");
    await Deno.mkdir(join(work, "src"), { recursive: true });
    for (const file of files) await Deno.writeTextFile(join(work, file), "");
    const input = join(root, "scripts");
    await Deno.writeTextFile(input, scripts.map((script) => script + "\0").join(""));
    const record = join(root, "record");
    const { success, stderr } = await new Deno.Command(shell, {
      args: [...FLAGS[shell], RUNNER, input],
      cwd: work,
      env: { RECORD: record, HOME: work, LC_ALL: "C.UTF-8" },
      stdin: "null",
    }).output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
    const left = [...Deno.readDirSync(work)].map(({ name }) => name).sort();
    return { runs: readRecord(await Deno.readTextFile(record), scripts.length), left };
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

function readRecord(text: string, count: number): Recorded[] {
  const runs: string[][][] = Array.from({ length: count }, () => []);
  const lines = text.split("\n").slice(0, -1);
  for (const line of lines) {
    const [number, ...words] = line.replaceAll("\x01", "\n").split("\x1f").slice(0, -1);
    if (number !== undefined) runs[Number(number)]!.push(words);
  }
  if (!lines.includes("end")) throw new Error("the shell did not come to the end of the scripts");
  return runs;
}

/** Whether this machine has the shell, and new enough. */
export function hasRecordingShell(shell: RecordingShell): boolean {
  if (Deno.build.os === "windows") return false;
  try {
    const version = shell === "bash" ? "${BASH_VERSINFO[0]}" : "${ZSH_VERSION}";
    const { stdout } = new Deno.Command(shell, { args: ["-c", `echo ${version}`] }).outputSync();
    return parseInt(new TextDecoder().decode(stdout)) >= 4;
  } catch {
    return false;
  }
}
