import { CHECKS } from "./checks.ts";
import { reportJson } from "./report_json.ts";
import { reportText } from "./report_text.ts";
import { runChecks } from "./run_checks.ts";
import { openScene } from "./scene.ts";
import type { DoctorArgs, Surroundings } from "./types.ts";

/** Where the report goes. */
export interface DoctorIo {
  readonly stdout: { readonly isTerminal: boolean; write(text: string): Promise<boolean> };
}

/** Makes all checks and tells what they found. 0 = no problem (warnings are none), 1 = at least one. */
export async function runDoctor(
  args: DoctorArgs,
  around: Surroundings,
  { stdout }: DoctorIo,
): Promise<number> {
  const results = await runChecks(CHECKS, openScene(args, around));
  await stdout.write(
    args.json
      ? reportJson(results, around)
      : reportText(results, { version: around.version, marks: stdout.isTerminal, env: around.env }),
  );
  return results.some(({ status }) => status === "problem") ? 1 : 0;
}
