import { type Confined, type Sandbox, SandboxError } from "../sandbox/mod.ts";
import { ToolFailure } from "./errors.ts";
import type { ToolContext } from "./types.ts";

/** What a run in a sandbox came to, as far as it shows whether there was a run at all. */
export interface SandboxedRun {
  /** See `Confined.began`. */
  readonly began: boolean;
  readonly text: () => string;
}

/**
 * Runs something in the session's sandbox. Where that could not be set up, although it could before, finds out what
 * works here now and runs it there, once: nothing of it has happened yet.
 *
 * @throws ToolFailure when that cannot be set up either
 */
export async function inSessionSandbox<Run extends SandboxedRun>(
  context: ToolContext,
  run: (sandbox: Sandbox) => Promise<Run>,
): Promise<Run> {
  const sandbox = await context.sandbox();
  const first = await run(sandbox);
  if (first.began) return first;
  const other = await context.renewSandbox(sandbox);
  if (other.backend.kind !== sandbox.backend.kind) {
    await context.host.warnOnce(
      `The sandbox that commands ran in does not work any more; now: ${other.backend.reason}.`,
    );
  }
  const second = await run(other);
  if (second.began) return second;
  throw new ToolFailure(
    `the command was not run, because its sandbox could not be set up: ${reason(second.text())}`,
  );
}

/** Whether something was not run because no sandbox works here: a person may allow it to run without. */
export function isWithoutSandbox(error: unknown): boolean {
  return error instanceof SandboxError && error.code === "unavailable";
}

/** Tells the person once what the sandbox of a command leaves open. */
export async function tellLimits(
  { backend }: Sandbox,
  { unenforced }: Confined,
  context: ToolContext,
): Promise<void> {
  const told = unenforced.filter(({ onlyIfAsked }) => onlyIfAsked !== true);
  if (told.length === 0) return;
  if (backend.kind !== "landlock") {
    for (const { message } of told) await context.host.warnOnce(message);
    return;
  }
  const codes = told.map(({ code }) => code).join(", ");
  await context.host.warnOnce(
    `Commands run in the weaker of two sandboxes (${backend.reason}); not enforced: ${codes}. ` +
      "`codex sandbox linux --explain` tells more.",
  );
}

const REASON_LENGTH = 300;

/** The last words, which are those of whoever gave up. */
function reason(text: string): string {
  const line = text.trimEnd().split("\n").at(-1)?.trim() ?? "";
  return line === "" ? "nothing tells why" : line.slice(0, REASON_LENGTH);
}
