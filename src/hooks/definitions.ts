import type { LifecycleEventName } from "../protocol/mod.ts";
import { type Matcher, readMatcher } from "./matcher.ts";

/** One hook as it was written down. */
export interface HookDefinition {
  readonly event: LifecycleEventName;
  /** As written; `null` = none was. */
  readonly matcher: string | null;
  readonly matches: Matcher;
  readonly command: string;
  readonly timeoutSeconds: number;
  readonly statusMessage: string | null;
  /** Place among the groups of the event, and in its group. */
  readonly group: number;
  readonly index: number;
}

/** Something that costs a hook, or hooks, or is only ignored. */
export interface Flaw {
  readonly path: readonly string[];
  readonly message: string;
}

export interface Definitions {
  readonly definitions: readonly HookDefinition[];
  readonly flaws: readonly Flaw[];
}

const DEFAULT_TIMEOUT_SECONDS = 600;

const EVENTS: readonly LifecycleEventName[] = [
  "SessionStart",
  "UserPromptSubmit",
  "PreToolUse",
  "PermissionRequest",
  "PostToolUse",
  "PreCompact",
  "PostCompact",
  "Stop",
];
/** What cannot happen here, so that nobody misses it. */
const SILENT_EVENTS: readonly string[] = ["SubagentStart", "SubagentStop"];
/** What stands beside the events: decisions, and in requirements where scripts lie. */
const NO_EVENTS: readonly string[] = ["state", "managed_dir", "windows_managed_dir"];
const LATER_EVENTS: readonly string[] = ["SessionEnd", "Interrupt"];
const LATER_TYPES: readonly unknown[] = ["prompt", "agent", "mcp_tool"];

/**
 * Reads events with their groups. What is wrong costs the hook or the group that it is in and nothing else.
 *
 * @param events the value of `hooks`
 */
export function readDefinitions(
  events: unknown,
  windows = Deno.build.os === "windows",
): Definitions {
  const reader = new Reader(windows);
  reader.events(events);
  return reader;
}

class Reader implements Definitions {
  readonly definitions: HookDefinition[] = [];
  readonly flaws: Flaw[] = [];

  constructor(readonly windows: boolean) {}

  events(value: unknown): void {
    if (!isObject(value)) return this.#flaw([], "the events must be an object");
    for (const [name, groups] of Object.entries(value)) {
      const event = EVENTS.find((known) => known === name);
      if (event !== undefined) this.#groups(event, groups);
      else if (LATER_EVENTS.includes(name)) {
        this.#flaw([name], `${name} hooks are not run by this version`);
      } else if (!SILENT_EVENTS.includes(name) && !NO_EVENTS.includes(name)) {
        this.#flaw([name], `there is no event ${name}; there are ${EVENTS.join(", ")}`);
      }
    }
  }

  #groups(event: LifecycleEventName, groups: unknown): void {
    if (!Array.isArray(groups)) {
      return this.#flaw([event], `${event} must be a list of groups, each with a list "hooks"`);
    }
    groups.forEach((group: unknown, number) => this.#group(event, group, number));
  }

  #group(event: LifecycleEventName, group: unknown, number: number): void {
    const path = [event, String(number)];
    if (!isObject(group)) return this.#flaw(path, 'a group must be an object with a list "hooks"');
    const { matcher = null, hooks } = group;
    if (matcher !== null && typeof matcher !== "string") {
      return this.#flaw([...path, "matcher"], "a matcher must be a text");
    }
    const matches = readMatcher(matcher);
    if (matches === null) {
      return this.#flaw([...path, "matcher"], "the matcher is no regular expression");
    }
    if (!Array.isArray(hooks)) return this.#flaw(path, 'the group needs a list "hooks"');
    hooks.forEach((hook: unknown, index) => {
      const read = this.#hook([...path, "hooks", String(index)], hook);
      if (read !== null) {
        this.definitions.push({ event, matcher, matches, ...read, group: number, index });
      }
    });
  }

  #hook(
    path: readonly string[],
    hook: unknown,
  ): Pick<HookDefinition, "command" | "timeoutSeconds" | "statusMessage"> | null {
    const flaw = (key: string | null, message: string): null => {
      this.#flaw(key === null ? path : [...path, key], message);
      return null;
    };
    if (!isObject(hook)) return flaw(null, "a hook must be an object");
    const { type, timeout = null, statusMessage = null, async: later = false } = hook;
    if (type === undefined) return flaw(null, 'the hook needs "type": "command"');
    if (LATER_TYPES.includes(type)) {
      return flaw("type", `hooks of the type ${type} are not run by this version`);
    }
    if (type !== "command") return flaw("type", 'the type of a hook must be "command"');
    if (later !== false) return flaw("async", "hooks that nobody waits for are not supported");
    const elsewhere = hook["commandWindows"] ?? hook["command_windows"] ?? null;
    const key = this.windows && elsewhere !== null ? "commandWindows" : "command";
    const command = key === "command" ? hook["command"] : elsewhere;
    if (typeof command !== "string" || command.trim() === "") {
      return flaw(command === undefined ? null : key, 'the hook needs a "command", a text');
    }
    const seconds = typeof timeout === "bigint" ? Number(timeout) : timeout;
    if (seconds !== null && !(typeof seconds === "number" && seconds >= 0)) {
      return flaw("timeout", "a timeout must be a number of seconds");
    }
    if (statusMessage !== null && typeof statusMessage !== "string") {
      return flaw("statusMessage", "a status message must be a text");
    }
    // Nothing can answer in no time at all.
    const timeoutSeconds = Math.max(1, seconds ?? DEFAULT_TIMEOUT_SECONDS);
    return { command, timeoutSeconds, statusMessage };
  }

  #flaw(path: readonly string[], message: string): void {
    this.flaws.push({ path, message });
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
