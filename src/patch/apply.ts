import { dirname } from "node:path";
import { replaceFile } from "../files/mod.ts";
import { type PartialOutcome, PatchError, systemText } from "./error.ts";
import type { FileOperation, PatchPlan, PatchReport } from "./types.ts";

type Write = Extract<FileOperation, { kind: "write" }>;

/** A step that failed: what was tried, in the fixed words, and what the system said. */
class StepError extends Error {
  override readonly name = "StepError";
}

/**
 * Carries out a plan, file after file, each replaced as a whole. Links are written through.
 *
 * @throws {PatchError} `interrupted`, with what had been changed by then and what had not.
 */
export async function applyPlan(plan: PatchPlan): Promise<PatchReport> {
  for (const [i, operation] of plan.operations.entries()) {
    try {
      await perform(operation);
    } catch (error) {
      throw await interrupted(plan.operations, i, error);
    }
  }
  return plan.report;
}

/** What is printed and shown to the model after a success. Fixed wording. */
export function reportText(report: PatchReport): string {
  const lines = [
    ...report.added.map((path) => `A ${path}`),
    ...report.modified.map((path) => `M ${path}`),
    ...report.deleted.map((path) => `D ${path}`),
  ];
  return ["Success. Updated the following files:", ...lines].map((line) => `${line}\n`).join("");
}

async function perform(operation: FileOperation): Promise<void> {
  switch (operation.kind) {
    case "write":
      return await write(operation);
    case "remove":
      return await step(
        operation.moved
          ? `Failed to remove original ${operation.written}`
          : `Failed to delete file ${operation.written}`,
        () => Deno.remove(operation.path),
      );
    case "rename":
      return await step(
        `Failed to remove original ${operation.written}`,
        () => Deno.rename(operation.path, operation.to),
      );
  }
}

async function write(operation: Write): Promise<void> {
  const { path, bytes, before, mode, written } = operation;
  if (before !== null && sameBytes(before, bytes)) return;
  await step(
    `Failed to create parent directories for ${written}`,
    () => Deno.mkdir(dirname(path), { recursive: true }),
  );
  await step(
    `Failed to write file ${written}`,
    () => replaceFile(path, bytes, { inPlaceIfRefused: true, ...(mode !== null && { mode }) }),
  );
}

async function step(failure: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw new StepError(failure, { cause: error });
  }
}

async function interrupted(
  operations: readonly FileOperation[],
  failedAt: number,
  error: unknown,
): Promise<PatchError> {
  const failed = operations[failedAt];
  const isDamaged = failed?.kind === "write" && await holdsNeither(failed);
  const rest = operations.slice(isDamaged ? failedAt + 1 : failedAt);
  const outcome: PartialOutcome = {
    changed: operations.slice(0, failedAt).map(label),
    damaged: isDamaged ? [label(failed)] : [],
    unchanged: rest.map(label),
  };
  const what = error instanceof StepError ? error.message : "Failed to apply the patch";
  const cause = error instanceof StepError ? error.cause : error;
  const text = [
    what,
    systemText(cause),
    ...list("Changed before the failure", outcome.changed),
    ...list("Left incomplete", outcome.damaged),
    ...list("Not changed", outcome.unchanged),
  ].join("\n");
  return new PatchError({ code: "interrupted", message: text, detail: text, outcome, cause });
}

function list(title: string, labels: readonly string[]): string[] {
  return [`${title}:${labels.length === 0 ? " none" : ""}`, ...labels.map((label) => `  ${label}`)];
}

function label(operation: FileOperation): string {
  return `${operation.kind === "write" ? operation.sign : "D"} ${operation.written}`;
}

/** Whether a failed write has left something that is neither the old content nor the new. */
async function holdsNeither(operation: Write): Promise<boolean> {
  if (operation.before === null) return false;
  try {
    const now = await Deno.readFile(operation.path);
    return !sameBytes(now, operation.before) && !sameBytes(now, operation.bytes);
  } catch {
    return false;
  }
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => b[i] === byte);
}
