import { bool, choice, count, list, map, string, table } from "./shape.ts";

/** Of kinds that only later versions run, only what they share with this one is looked at. */
const LATER = { shape: string, doc: "For kinds that later versions run.", unused: true } as const;

const HANDLER = {
  ...table({
    type: {
      shape: choice("command", "prompt", "agent", "mcp_tool"),
      required: true,
      doc: "`command`: a command of the shell. The others are not run; a warning says so.",
    },
    command: {
      shape: string,
      doc: "Run by `sh -c` (on Windows `cmd /C`) in the session's folder, outside the sandbox.",
    },
    commandWindows: {
      shape: string,
      aliases: ["command_windows"],
      doc: "Replaces `command` on Windows.",
    },
    timeout: {
      shape: count,
      doc: "Seconds after which it is killed with all that it started, and passed over.",
      initial: "600",
    },
    statusMessage: {
      shape: string,
      doc: "What an interface may show while it runs.",
      unused: true,
    },
    async: {
      shape: bool,
      doc: "A hook with `true` is not run; a warning says so.",
      initial: "`false`",
    },
    additionalContextLimit: { shape: count, doc: "For later versions.", unused: true },
    prompt: LATER,
    model: LATER,
    server: LATER,
    tool: LATER,
  }),
  whole: ({ type, command }: Readonly<Record<string, unknown>>) =>
    type === "command" && command === undefined
      ? { key: "", wanted: "the key `command` is missing" }
      : null,
} as const;

const GROUPS = list(table({
  matcher: {
    shape: string,
    doc: "Which tools, or which kinds of the event, it is about: a name, names with `|` between " +
      "them, or a regular expression. Empty or `*` = all.",
  },
  hooks: {
    shape: list(HANDLER),
    doc: "What is run; all of them at once.",
  },
}));

const STATE = map(table({
  enabled: { shape: bool, doc: "`false` switches the hook off.", initial: "`true`" },
  trusted_hash: {
    shape: string,
    doc: "What a project's hook was when you reviewed it. It runs only while it is that.",
  },
}));

/**
 * `[hooks]`: what is run at points of a session. The same events stand in `hooks.json`. Which of them there are is known to
 * the room that runs them.
 */
export const HOOKS = {
  ...table({
    state: {
      shape: STATE,
      doc:
        "What you decided about single hooks, by `FILE:EVENT:GROUP:HOOK`. It does not count in " +
        "a project's own file.",
    },
  }),
  rest: GROUPS,
} as const;
