import assert from "node:assert/strict";
import { createLogger } from "./filter.ts";
import type { LogLevel } from "./logger.ts";

const LEVELS: readonly LogLevel[] = ["error", "warn", "info", "debug", "trace"];

/** The lowest level that gets through for a target; `off` = none. */
function lowest(filter: string, target: string, defaultLevel: LogLevel = "error"): string {
  const logger = createLogger({ filter, defaultLevel, write: () => {}, now: () => 0 })
    .withTarget(target);
  return LEVELS.findLast((level) => logger.enabled(level)) ?? "off";
}

Deno.test("filters as they are written for RUST_LOG", () => {
  const table: [string, string, string][] = [
    ["", "codex_core", "error"],
    ["debug", "codex_core::turn", "debug"],
    ["DEBUG", "codex_core", "debug"],
    ["off", "codex_core", "off"],
    ["codex_core=trace", "codex_core::turn", "trace"],
    ["codex_core=trace", "codex_exec", "off"],
    ["codex_core=trace", "codex_core_other", "off"],
    ["info,codex_core::turn=trace", "codex_core::turn", "trace"],
    ["info,codex_core::turn=trace", "codex_core", "info"],
    ["codex_core", "codex_core", "trace"],
    ["codex_core=loud,warn", "codex_core", "warn"],
    ["=,a=b=c", "codex_core", "error"],
  ];
  for (const [filter, target, expected] of table) {
    assert.equal(lowest(filter, target), expected, `${filter} for ${target}`);
  }
});

Deno.test("a record is one line with time, level, target and fields", () => {
  const lines: string[] = [];
  const logger = createLogger({
    filter: "debug",
    defaultLevel: "error",
    write: (line) => lines.push(line),
    now: () => Date.UTC(2026, 10, 22, 11, 36, 6, 150),
  }).withTarget("codex_core::turn");
  logger.info("two\nlines", { n: 1, text: "a\r\nb", none: undefined, nil: null });
  logger.trace("not shown");
  assert.deepEqual(lines, [
    "2026-11-22T11:36:06.150Z  INFO codex_core::turn: two\\nlines n=1 text=a\\r\\nb nil=null",
  ]);
});
