import { decodeOutput, type RunResult, runToEnd } from "../process/mod.ts";
import type { HookReport, LifecycleHooks, LifecycleInput } from "../protocol/mod.ts";
import type { Confined } from "../sandbox/mod.ts";
import type { Logger } from "../telemetry/mod.ts";
import type { Hook } from "./load_hooks.ts";
import { type Answer, AnswerFlaw, NO_ANSWER, readAnswer, readRefusal } from "./read_answer.ts";

export interface RunHooksOptions {
  readonly hooks: readonly Hook[];
  /** The whole environment of a hook. */
  readonly env: Readonly<Record<string, string>>;
  readonly logger: Logger;
}

/** Characters of why a hook failed, or of its command, that people are shown. */
const MAX_SHOWN = 400;
/** Characters of what a hook says itself, to people or as a reason. */
const MAX_SAID = 10_000;

/** The hooks, ready to run: outside the sandbox, each in a process group of its own. */
export function runHooks({ hooks, env, logger }: RunHooksOptions): LifecycleHooks {
  const events = new Set(hooks.map(({ event }) => event));
  return {
    has: (event) => events.has(event),
    run: async (input, names, signal) => {
      const meant = hooks.filter(({ event, matches }) =>
        event === input.hook_event_name && matches(names)
      );
      const stdin = new TextEncoder().encode(JSON.stringify(input));
      const answers = await Promise.all(meant.map(async (hook) => {
        const answer = await answerOf(hook, { input, stdin, env, signal });
        logger.debug("hook ran", { event: hook.event, file: hook.file, block: answer.block });
        return answer;
      }));
      return together(answers);
    },
  };
}

interface Run {
  readonly input: LifecycleInput;
  readonly stdin: Uint8Array;
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** A hook that fails says so and has no other say. */
async function answerOf(hook: Hook, { input, stdin, env, signal }: Run): Promise<Answer> {
  try {
    const result = await runToEnd({
      command: unconfined(shellWords(hook.command, env), input.cwd, env),
      timeoutMs: hook.timeoutSeconds * 1_000,
      signal,
      stdin,
    });
    if (signal.aborted) return NO_ANSWER;
    return understand(hook, result);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const warning = `A ${hook.event} hook failed and was passed over: ${
      shortened(reason)
    } (${hook.file}: ${shortened(hook.command)})`;
    return { ...NO_ANSWER, warning };
  }
}

function understand({ event, timeoutSeconds }: Hook, { outcome, output }: RunResult): Answer {
  switch (outcome.kind) {
    case "aborted":
      return NO_ANSWER;
    case "not_started":
      throw new AnswerFlaw(outcome.error.message);
    case "timed_out":
      throw new AnswerFlaw(`it took longer than ${timeoutSeconds} s`);
    case "signaled":
      throw new AnswerFlaw(`it was ended by ${outcome.signal}`);
    case "exited": {
      const stderr = decodeOutput(output.stderr);
      if (outcome.code === 2) return readRefusal(event, stderr);
      if (outcome.code === 0) return readAnswer(event, decodeOutput(output.stdout));
      const said = stderr.trim().split("\n").at(-1) ?? "";
      const detail = said === "" ? "" : `: ${said}`;
      throw new AnswerFlaw(`it left with exit code ${outcome.code}${detail}`);
    }
  }
}

/** Any no counts. Of several other commands for a call the last one does. */
function together(answers: readonly Answer[]): HookReport {
  const all = (pick: (answer: Answer) => string | null): string[] =>
    answers.map(pick).filter((value) => value !== null);
  const said = (pick: (answer: Answer) => string | null): string[] =>
    all(pick).map((text) => cut(text, MAX_SAID));
  const blocks = said(({ block }) => block);
  const stops = said(({ stop }) => stop);
  return {
    warnings: said(({ warning }) => warning),
    contexts: all(({ context }) => context),
    block: blocks.length === 0 ? null : blocks.join("\n"),
    stop: stops.length === 0 ? null : stops.join("\n"),
    allow: answers.some(({ allow }) => allow),
    updatedInput: answers.findLast(({ updatedInput }) => updatedInput !== undefined)?.updatedInput,
  };
}

function shellWords(command: string, env: Readonly<Record<string, string>>): string[] {
  return Deno.build.os === "windows"
    ? [env["ComSpec"] ?? "cmd.exe", "/d", "/s", "/c", command]
    : ["/bin/sh", "-c", command];
}

/** What a person has written down runs as they do. */
function unconfined(
  argv: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
): Confined {
  const nothing = () => Promise.resolve();
  return { kind: "none", argv, cwd, env, unenforced: [], [Symbol.asyncDispose]: nothing };
}

function shortened(text: string): string {
  return cut(text.replaceAll(/\s+/g, " "), MAX_SHOWN);
}

function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  // A pair of surrogates is not cut in two.
  return `${text.slice(0, most).replace(/[\ud800-\udbff]$/, "")}…`;
}
