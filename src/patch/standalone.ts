import type { AbsolutePath } from "../protocol/mod.ts";
import { applyPlan, reportText } from "./apply.ts";
import { PatchError } from "./error.ts";
import { parsePatch } from "./parse.ts";
import { planPatch } from "./plan.ts";

export interface StandaloneInput {
  /** What follows the program's name, or the flag that leads here. */
  readonly args: readonly string[];
  /** Called at most once, and only where the patch is not an argument; `null` = there is more than `maxBytes`. */
  readonly readStdin: (maxBytes: number) => Promise<Uint8Array | null>;
  readonly cwd: AbsolutePath;
}

/** What the process is to print and to end with. */
export interface StandaloneResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Memory does not hold many times more. Bytes. */
const MAX_PATCH = 64 * 1024 * 1024;

const USAGE = `Usage: apply_patch PATCH
       apply_patch < FILE

Changes files below the present folder as the patch says.
`;

/** The command `apply_patch`: the patch is its one argument, or comes on stdin. */
export async function runStandalone(input: StandaloneInput): Promise<StandaloneResult> {
  const { args, readStdin, cwd } = input;
  if (args.length > 1) return failure(2, "Error: apply_patch accepts exactly one argument.");
  const [argument] = args;
  if (argument !== undefined) return await applyText(argument, cwd);
  const bytes = await readStdin(MAX_PATCH);
  if (bytes?.length === 0) return { exitCode: 2, stdout: "", stderr: USAGE };
  return await applyBytes(bytes, cwd);
}

/**
 * The form in which this program starts itself: the patch is the first argument, later ones do not count. `-` stands
 * for stdin, since the system limits the length of one argument (128 KiB on Linux).
 */
export async function runSelfApply(input: StandaloneInput): Promise<StandaloneResult> {
  const [argument] = input.args;
  if (argument === undefined) {
    return failure(1, "Error: a patch is wanted as the argument, or - to read one from stdin.");
  }
  if (argument === "-") return await applyBytes(await input.readStdin(MAX_PATCH), input.cwd);
  return await applyText(argument, input.cwd);
}

async function applyBytes(
  bytes: Uint8Array | null,
  cwd: AbsolutePath,
): Promise<StandaloneResult> {
  if (bytes === null) {
    return failure(1, `Error: the patch on stdin is longer than ${MAX_PATCH / 1024 / 1024} MiB.`);
  }
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return failure(1, "Error: the patch on stdin is not UTF-8 text.");
  }
  return await applyText(text, cwd);
}

async function applyText(text: string, cwd: AbsolutePath): Promise<StandaloneResult> {
  try {
    const patch = parsePatch(text);
    if (patch.sections.length === 0) return failure(1, "No files were modified.");
    const report = await applyPlan(await planPatch(patch, cwd));
    return { exitCode: 0, stdout: reportText(report), stderr: "" };
  } catch (error) {
    if (error instanceof PatchError) return failure(1, error.message);
    throw error;
  }
}

function failure(exitCode: number, message: string): StandaloneResult {
  return { exitCode, stdout: "", stderr: `${message}\n` };
}
