import type { LifecycleEventName } from "../protocol/mod.ts";

/** What one hook said. */
export interface Answer {
  /** For people. */
  readonly warning: string | null;
  readonly context: string | null;
  readonly block: string | null;
  readonly stop: string | null;
  readonly allow: boolean;
  /** `undefined` = none. */
  readonly updatedInput: unknown;
}

export const NO_ANSWER: Answer = {
  warning: null,
  context: null,
  block: null,
  stop: null,
  allow: false,
  updatedInput: undefined,
};

/** An answer that does not count; `message` says why. What was going on goes on. */
export class AnswerFlaw extends Error {
  override readonly name = "AnswerFlaw";
}

const UNNAMED = "it gave no reason";
/** Here text that is no JSON is meant for the model. */
const TEXT_IS_CONTEXT: readonly string[] = ["SessionStart", "UserPromptSubmit"];
/** Here leaving with 2 means no, and stderr says why. */
const CAN_BLOCK: readonly string[] = [
  "UserPromptSubmit",
  "PreToolUse",
  "PermissionRequest",
  "PostToolUse",
  "Stop",
];
/** Here a reason is what the model reads, so there has to be one. */
const NEEDS_REASON: readonly string[] = ["PostToolUse", "Stop"];

/** What a hook that left with code 2 means. @throws AnswerFlaw */
export function readRefusal(event: LifecycleEventName, stderr: string): Answer {
  if (!CAN_BLOCK.includes(event)) throw new AnswerFlaw("it left with exit code 2");
  const reason = stderr.trim();
  if (reason === "") throw new AnswerFlaw("it left with exit code 2 and no reason on stderr");
  return { ...NO_ANSWER, block: reason };
}

/** What a hook that left with code 0 printed. @throws AnswerFlaw */
export function readAnswer(event: LifecycleEventName, stdout: string): Answer {
  const text = stdout.trim();
  if (text === "") return NO_ANSWER;
  if (!text.startsWith("{")) {
    if (TEXT_IS_CONTEXT.includes(event)) return { ...NO_ANSWER, context: text };
    if (event === "Stop") throw new AnswerFlaw("it printed text that is no JSON");
    return NO_ANSWER;
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new AnswerFlaw("it printed something that looks like JSON and is none");
  }
  const fields = new Fields(value as Record<string, unknown>, "");
  const specific = fields.object("hookSpecificOutput");
  const named = specific?.text("hookEventName");
  if (specific !== null && named !== event) {
    throw new AnswerFlaw(`its hookSpecificOutput is not for ${event}`);
  }
  refuseUnsupported(event, fields, specific);
  return {
    warning: fields.text("systemMessage"),
    context: specific?.text("additionalContext") ?? null,
    stop: fields.flag("continue", true) ? null : fields.text("stopReason") || UNNAMED,
    ...decision(event, fields, specific),
  };
}

/** What is understood and cannot be done: the whole answer does not count, as documented. */
function refuseUnsupported(
  event: LifecycleEventName,
  fields: Fields,
  specific: Fields | null,
): void {
  const unsupported = (what: string) =>
    new AnswerFlaw(`it answered with ${what}, which is not supported`);
  if (event === "PreToolUse" || event === "PermissionRequest") {
    if (!fields.flag("continue", true)) throw unsupported('"continue": false');
    if (fields.text("stopReason") !== null) throw unsupported("stopReason");
  }
  if (event === "PreToolUse" || event === "PermissionRequest" || event === "PostToolUse") {
    if (fields.flag("suppressOutput", false)) throw unsupported("suppressOutput");
  }
  if (specific?.value("updatedMCPToolOutput") !== undefined) {
    throw unsupported("updatedMCPToolOutput");
  }
}

function decision(
  event: LifecycleEventName,
  fields: Fields,
  specific: Fields | null,
): Pick<Answer, "block" | "allow" | "updatedInput"> {
  if (event === "PermissionRequest") return permission(specific);
  const given = fields.text("decision");
  if (given !== null && given !== "block") {
    throw new AnswerFlaw(`it answered with the decision "${given}", which is not supported`);
  }
  let block = given === "block" ? reasonOf(event, fields.text("reason")) : null;
  if (event !== "PreToolUse" || specific === null) {
    return { block, allow: false, updatedInput: undefined };
  }
  const permitted = specific.text("permissionDecision");
  const updatedInput = specific.value("updatedInput");
  switch (permitted) {
    case "deny":
      block ??= reasonOf(event, specific.text("permissionDecisionReason"));
      break;
    case "allow":
    case null:
      break;
    default:
      throw new AnswerFlaw(
        `it answered with the permission "${permitted}", which is not supported`,
      );
  }
  if (updatedInput !== undefined && permitted !== "allow") {
    throw new AnswerFlaw('it changed the input without the permission "allow"');
  }
  return { block, allow: false, updatedInput };
}

/** Only for what a person would be asked. What it cannot say yet counts as no. */
function permission(specific: Fields | null): Pick<Answer, "block" | "allow" | "updatedInput"> {
  const answer = specific?.object("decision") ?? null;
  if (answer === null) return { block: null, allow: false, updatedInput: undefined };
  const reserved =
    ["updatedInput", "updatedPermissions"].find((key) => answer.value(key) !== undefined) ??
      (answer.flag("interrupt", false) ? "interrupt" : null);
  const behavior = answer.text("behavior");
  const block = reserved !== null
    ? `it answered with ${reserved}, which is not supported`
    : behavior === "deny"
    ? answer.text("message") || UNNAMED
    : null;
  if (block === null && behavior !== "allow") {
    throw new AnswerFlaw("its decision is neither allow nor deny");
  }
  return { block, allow: block === null, updatedInput: undefined };
}

function reasonOf(event: LifecycleEventName, reason: string | null): string {
  const given = reason?.trim() ?? "";
  if (given !== "") return given;
  if (NEEDS_REASON.includes(event)) throw new AnswerFlaw('it answered "block" without a reason');
  return UNNAMED;
}

/** An object of an answer, read field by field. `null` counts as absent, and unknown fields are passed over. */
class Fields {
  constructor(
    readonly values: Readonly<Record<string, unknown>>,
    readonly path: string,
  ) {}

  value(key: string): unknown {
    return Object.hasOwn(this.values, key) ? this.values[key] ?? undefined : undefined;
  }

  text(key: string): string | null {
    const value = this.value(key);
    if (value === undefined) return null;
    if (typeof value !== "string") throw this.#wrong(key, "a text");
    return value;
  }

  flag(key: string, absent: boolean): boolean {
    const value = this.value(key);
    if (value === undefined) return absent;
    if (typeof value !== "boolean") throw this.#wrong(key, "true or false");
    return value;
  }

  object(key: string): Fields | null {
    const value = this.value(key);
    if (value === undefined) return null;
    if (typeof value !== "object" || Array.isArray(value)) throw this.#wrong(key, "an object");
    return new Fields(value as Record<string, unknown>, `${this.path}${key}.`);
  }

  #wrong(key: string, wanted: string): AnswerFlaw {
    return new AnswerFlaw(`${this.path}${key} of its answer is not ${wanted}`);
  }
}
