import { join } from "node:path";
import { fileURLToPath } from "node:url";

const RUNNER = fileURLToPath(new URL("./recording.bash", import.meta.url));

/** What each script ran, in the order in which it was written down. */
export type Recorded = readonly (readonly string[])[];

/** Runs the scripts in a folder that holds these (empty) files, and says what each of them ran. */
export async function recordRuns(
  scripts: readonly string[],
  files: readonly string[],
): Promise<{ readonly runs: readonly Recorded[]; readonly left: readonly string[] }> {
  const root = await Deno.makeTempDir({ prefix: "codex-bash-" });
  try {
    const work = join(root, "work");
    await Deno.mkdir(join(work, "src"), { recursive: true });
    for (const file of files) await Deno.writeTextFile(join(work, file), "");
    const input = join(root, "scripts");
    await Deno.writeTextFile(input, scripts.map((script) => script + "\0").join(""));
    const record = join(root, "record");
    const { success, stderr } = await new Deno.Command("bash", {
      args: ["--norc", "--noprofile", RUNNER, input],
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
  const runs: string[][][] = [];
  for (const line of text.split("\n").slice(0, -1)) {
    if (/^script \d+$/.test(line)) runs.push([]);
    else runs.at(-1)?.push(line.replaceAll("\x01", "\n").split("\x1f").slice(0, -1));
  }
  if (runs.length !== count) throw new Error(`${runs.length} of ${count} scripts were run`);
  return runs;
}

/** Whether there is a bash that can say which commands it did not find. */
export function hasRecordingBash(): boolean {
  if (Deno.build.os === "windows") return false;
  try {
    const { stdout } = new Deno.Command("bash", { args: ["-c", "echo ${BASH_VERSINFO[0]}"] })
      .outputSync();
    return Number(new TextDecoder().decode(stdout)) >= 4;
  } catch {
    return false;
  }
}
