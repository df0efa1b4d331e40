import assert from "node:assert/strict";
import { readDefinitions } from "./definitions.ts";
import { readMatcher } from "./matcher.ts";

const HOOK = { type: "command", command: "run" };

/** Hooks as short lines, and what is wrong with the others. */
function read(events: unknown, windows = false): { hooks: string[]; flaws: string[] } {
  const { definitions, flaws } = readDefinitions(events, windows);
  return {
    hooks: definitions.map((each) =>
      `${each.event}:${each.group}:${each.index} ${each.command} ${each.timeoutSeconds}`
    ),
    flaws: flaws.map(({ path, message }) => `${path.join(".")}: ${message}`),
  };
}

Deno.test("definitions: every event, in order, with what is not said filled in", () => {
  assert.deepEqual(
    read({
      SessionStart: [{ matcher: null, hooks: [HOOK] }],
      UserPromptSubmit: [{ hooks: [{ ...HOOK, timeout: 30, statusMessage: "m" }] }],
      PreToolUse: [{ matcher: "Bash", hooks: [] }, { hooks: [HOOK, { ...HOOK, command: "two" }] }],
      PermissionRequest: [{ hooks: [{ ...HOOK, timeout: null, statusMessage: null }] }],
      PostToolUse: [{ hooks: [{ ...HOOK, timeout: 0, async: false, other: 1 }] }],
      PreCompact: [],
      PostCompact: [{ hooks: [{ ...HOOK, timeout: 7n }] }],
      Stop: [{ hooks: [HOOK] }],
      SubagentStart: [{ hooks: [HOOK] }],
      state: {},
    }),
    {
      hooks: [
        "SessionStart:0:0 run 600",
        "UserPromptSubmit:0:0 run 30",
        "PreToolUse:1:0 run 600",
        "PreToolUse:1:1 two 600",
        "PermissionRequest:0:0 run 600",
        "PostToolUse:0:0 run 1",
        "PostCompact:0:0 run 7",
        "Stop:0:0 run 600",
      ],
      flaws: [],
    },
  );
});

Deno.test("definitions: what is wrong costs itself alone", () => {
  const wrong = read({
    Stopp: [],
    SessionEnd: [{ hooks: [HOOK] }],
    SessionStart: { hooks: [HOOK] },
    PreToolUse: [
      7,
      { matcher: 7, hooks: [HOOK] },
      { matcher: "(", hooks: [HOOK] },
      { matcher: "Bash" },
      {
        hooks: [
          "run",
          { command: "run" },
          { type: "prompt", prompt: "?" },
          { type: "http" },
          { type: "command" },
          { type: "command", command: " " },
          { ...HOOK, async: true },
          { ...HOOK, timeout: -1 },
          { ...HOOK, timeout: "5" },
          { ...HOOK, timeout: Number.NaN },
          { ...HOOK, statusMessage: 1 },
          { ...HOOK, command: "good" },
        ],
      },
    ],
  });
  assert.deepEqual(wrong.hooks, ["PreToolUse:4:11 good 600"]);
  assert.deepEqual(wrong.flaws.map((flaw) => flaw.split(": ")[0]), [
    "Stopp",
    "SessionEnd",
    "SessionStart",
    "PreToolUse.0",
    "PreToolUse.1.matcher",
    "PreToolUse.2.matcher",
    "PreToolUse.3",
    "PreToolUse.4.hooks.0",
    "PreToolUse.4.hooks.1",
    "PreToolUse.4.hooks.2.type",
    "PreToolUse.4.hooks.3.type",
    "PreToolUse.4.hooks.4",
    "PreToolUse.4.hooks.5.command",
    "PreToolUse.4.hooks.6.async",
    "PreToolUse.4.hooks.7.timeout",
    "PreToolUse.4.hooks.8.timeout",
    "PreToolUse.4.hooks.9.timeout",
    "PreToolUse.4.hooks.10.statusMessage",
  ]);
  for (const events of [null, [], "x"]) assert.equal(read(events).flaws.length, 1);
});

Deno.test("definitions: Windows has commands of its own", () => {
  for (const key of ["commandWindows", "command_windows"]) {
    const events = { Stop: [{ hooks: [{ ...HOOK, [key]: "run.exe" }] }] };
    assert.deepEqual(read(events, true).hooks, ["Stop:0:0 run.exe 600"]);
    assert.deepEqual(read(events, false).hooks, ["Stop:0:0 run 600"]);
  }
});

for (
  const [pattern, meant, other] of [
    [null, ["Bash"], []],
    ["", ["Bash"], []],
    ["*", ["Bash"], []],
    ["Bash", ["Bash"], ["BashOutput", "bash", "aBash"]],
    ["Edit|Write", ["Edit", "Write"], ["Editor", "MultiEdit"]],
    ["mcp__fs__read-all", ["mcp__fs__read-all"], ["mcp__fs__read"]],
    ["mcp__.*__write.*", ["mcp__fs__write_file"], ["mcp__fs__read"]],
    ["^Ba", ["Bash"], ["aBash"]],
    ["^Bash$|x+", ["Bash", "axxa"], ["Bashful"]],
  ] as const
) {
  Deno.test(`matcher ${JSON.stringify(pattern)}`, () => {
    const matches = readMatcher(pattern);
    assert.ok(matches !== null);
    for (const name of meant) assert.equal(matches([name]), true, name);
    for (const name of other) assert.equal(matches([name]), false, name);
    assert.equal(matches([...other, meant[0]!]), true);
    assert.equal(matches([]), true, "an event without names matches always");
  });
}
