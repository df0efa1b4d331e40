import assert from "node:assert/strict";
import { PullProgress } from "./pull_progress.ts";

const LINES: readonly unknown[] = [
  { status: "pulling manifest" },
  { status: "pulling aa", digest: "sha256:aa", total: 3_000_000_000 },
  { status: "pulling aa", digest: "sha256:aa", total: 3_000_000_000, completed: 1_000_000_000 },
  { status: "pulling aa", digest: "sha256:aa", total: 3_000_000_000, completed: 1_000_000_001 },
  { status: "pulling bb", digest: "sha256:bb", total: 1_000_000_000, completed: 1_000_000_000 },
  { status: "verifying\x1b[2J" },
  { odd: true },
  7,
  { status: "success" },
];

async function written(isTerminal: boolean): Promise<string> {
  let text = "";
  const progress = new PullProgress("m:1", {
    isTerminal,
    write: (piece) => {
      text += piece;
      return Promise.resolve(true);
    },
  });
  for (const line of LINES) {
    assert.equal(progress.succeeded, false);
    await progress.tell(line);
  }
  await progress.end();
  assert.equal(progress.succeeded, true);
  return text;
}

Deno.test("a terminal sees one line that changes, and nothing that steers it from outside", async () => {
  const start = "\r\x1b[K";
  assert.deepEqual((await written(true)).split(start), [
    "",
    "m:1: pulling manifest",
    "m:1 [........................]   0 %, 0.00 of 3.00 GB",
    "m:1 [########................]  33 %, 1.00 of 3.00 GB",
    "m:1 [############............]  50 %, 2.00 of 4.00 GB",
    "m:1: verifying [2J",
    "m:1: success\n",
  ]);
});

Deno.test("a log gets a line for each ten percent", async () => {
  assert.deepEqual((await written(false)).split("\n"), [
    "m:1: pulling manifest",
    "m:1: 0 %",
    "m:1: 30 %",
    "m:1: 50 %",
    "m:1: verifying [2J",
    "m:1: success",
    "",
  ]);
});
