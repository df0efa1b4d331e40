import assert from "node:assert/strict";
import type { TurnItem } from "../protocol/mod.ts";
import type { ExecStream } from "./args.ts";
import { HumanReport, type HumanReportOptions } from "./report.ts";

interface Screen extends ExecStream {
  readonly text: string;
}

function screen(isTerminal: boolean): Screen {
  let text = "";
  return {
    isTerminal,
    get text() {
      return text;
    },
    write(more) {
      text += more;
      return Promise.resolve(true);
    },
  };
}

function rig(stdout: Screen, stderr: Screen, more: Partial<HumanReportOptions> = {}) {
  const report = new HumanReport({
    io: { stdout, stderr },
    onClosed: () => assert.fail("nothing is closed"),
    color: "auto",
    env: {},
    hideReasoning: false,
    showRawReasoning: false,
    bannerFacts: {
      version: "1",
      provider: "p",
      approval: "never",
      sandbox: "read-only",
      reasoningSummaries: "auto",
      prompt: "hi",
    },
    ...more,
  });
  return { report, stdout, stderr };
}

Deno.test("colours are for a terminal, unless somebody does not want them or insists", async () => {
  const cases: [isTerminal: boolean, more: Partial<HumanReportOptions>, colours: boolean][] = [
    [true, {}, true],
    [false, {}, false],
    [true, { env: { NO_COLOR: "1" } }, false],
    [true, { env: { NO_COLOR: "" } }, true],
    [true, { env: { TERM: "dumb" } }, false],
    [true, { color: "never" }, false],
    [false, { color: "always", env: { NO_COLOR: "1" } }, true],
  ];
  for (const [isTerminal, more, colours] of cases) {
    const { report, stderr } = rig(screen(false), screen(isTerminal), more);
    await report.event({ id: "t", msg: { type: "warning", message: "look" } });
    assert.match(stderr.text, /look/);
    assert.equal(stderr.text.includes("\x1b["), colours, JSON.stringify([isTerminal, more]));
  }
});

Deno.test("the answer goes to stdout, but not twice to one screen", async () => {
  const item = {
    type: "agent_message",
    id: "m",
    text: ["shown"],
    phase: null,
  } satisfies Extract<TurnItem, { type: "agent_message" }>;
  const cases: [stdout: boolean, stderr: boolean, answer: string, printed: string][] = [
    [true, true, "shown", ""],
    [true, true, "another", "another\n"],
    [false, true, "shown", "shown\n"],
    [true, false, "shown", "shown\n"],
    [false, false, "shown\n", "shown\n"],
  ];
  for (const [isOut, isErr, lastMessage, printed] of cases) {
    const { report, stdout } = rig(screen(isOut), screen(isErr));
    await report.event({ id: "t", msg: { type: "item_completed", turnId: "t", item } });
    await report.end({ end: "completed", lastMessage });
    assert.equal(stdout.text, printed);
  }
});
