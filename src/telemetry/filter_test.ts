import assert from "node:assert/strict";
import { createLogger } from "./filter.ts";
import type { LogLevel } from "./logger.ts";

const LEVELS: LogLevel[] = ["error", "warn", "info", "debug", "trace"];

/** The most talkative level that a target may use; "off" = none. */
function reach(filter: string, target: string, defaultLevel: LogLevel | null = "error"): string {
  const logger = createLogger({ filter, defaultLevel, write: () => {}, now: () => 0 })
    .withTarget(target);
  return LEVELS.findLast((level) => logger.enabled(level)) ?? "off";
}

Deno.test("a filter decides per target; what is no directive is passed over", () => {
  const cases: [string, string, string][] = [
    ["", "codex_core", "error"],
    ["debug", "anything", "debug"],
    ["DEBUG", "anything", "debug"],
    ["off", "codex_core", "off"],
    ["codex_core=trace,codex_exec=info", "codex_core::turn", "trace"],
    ["codex_core=trace,codex_exec=info", "codex_exec", "info"],
    ["codex_core=trace,codex_exec=info", "codex_tui", "off"],
    ["codex_core=trace", "codex_core_x", "off"],
    ["codex_core", "codex_core::x", "trace"],
    ["warn,codex_core::turn=off", "codex_core::turn::x", "off"],
    ["codex_core=info,codex_core::turn=trace,warn", "codex_core::turn", "trace"],
    ["codex_core::turn=trace,codex_core=info,warn", "codex_core", "info"],
    ["codex_core::turn=trace,codex_core=info,warn", "other", "warn"],
    ["info,debug", "x", "debug"],
    ["codex_core=loud,=,,[x]=, debug", "codex_core", "debug"],
    ["codex_core=loud", "codex_core", "error"],
    ["=,a=b=c", "codex_core", "error"],
    ["constructor=x", "codex_core", "error"],
    ["3", "x", "info"],
  ];
  for (const [filter, target, wanted] of cases) {
    assert.equal(reach(filter, target), wanted, `${filter} for ${target}`);
  }
  assert.equal(reach("", "x", null), "off");
});

Deno.test("a line holds time, level, target, message and fields", () => {
  const lines: string[] = [];
  const logger = createLogger({
    filter: "trace",
    defaultLevel: null,
    write: (line) => lines.push(line),
    now: () => Date.UTC(2026, 10, 22, 11, 36, 6, 150),
  });
  logger.withTarget("codex_core::turn").info("message", { key: "value" });
  logger.error("two\nlines\u001b[2J", { a: "x y", b: 1, c: null, d: undefined, e: "" });
  assert.deepEqual(lines, [
    "2026-11-22T11:36:06.150Z  INFO codex_core::turn: message key=value",
    '2026-11-22T11:36:06.150Z ERROR codex: two\\nlines\\u001b[2J a="x y" b=1 c=null e=""',
  ]);
});

Deno.test("what is not let through is not written", () => {
  const lines: string[] = [];
  const logger = createLogger({
    filter: "warn",
    defaultLevel: "trace",
    write: (line) => lines.push(line),
    now: () => 0,
  });
  logger.info("no");
  logger.warn("yes");
  assert.equal(lines.length, 1);
});
