import assert from "node:assert/strict";
import { ok } from "./finding.ts";
import { type Check, runChecks } from "./run_checks.ts";
import { openScene } from "./scene.ts";
import type { Surroundings } from "./types.ts";

const AROUND: Surroundings = {
  env: { SERVICE_PASSWORD: "correct horse battery", PLAIN: "visible-visible" },
  cwd: null,
  home: null,
  self: { argv: [], env: {} },
  version: "1.2.3",
  isCompiled: false,
  terminal: { stdin: false, stdout: false, stderr: false, size: null },
  now: () => 0,
};

const scene = openScene(
  { json: false, offline: true, strict: false, profile: null, configOverrides: [] },
  AROUND,
);

function check(id: string, run: Check["run"], limitMs?: number): Check {
  return { id, area: "install", run, ...(limitMs === undefined ? {} : { limitMs }) };
}

Deno.test("a check that throws, at once or later, is a problem of its own", async () => {
  const results = await runChecks([
    check("install.a", () => {
      throw new Error("broken at once");
    }),
    check("install.b", () => Promise.reject(new Error("broken later"))),
    check("install.c", () => Promise.resolve(ok("fine"))),
  ], scene);
  assert.deepEqual(results.map(({ id, status }) => [id, status]), [
    ["install.a", "problem"],
    ["install.b", "problem"],
    ["install.c", "ok"],
  ]);
  assert.match(results[0]!.summary, /broken at once/);
  assert.ok(results[0]!.remedy);
});

Deno.test("a check that hangs is given up, and told to stop", async () => {
  const stopped = Promise.withResolvers<void>();
  const hangs = check("install.a", (_, signal) => {
    signal.addEventListener("abort", () => stopped.resolve());
    return new Promise(() => {});
  }, 20);
  const [result] = await runChecks([hangs], scene);
  assert.equal(result!.status, "problem");
  assert.match(result!.summary, /0\.02 s/);
  await stopped.promise;
});

Deno.test("checks are made side by side", async () => {
  const both = Promise.withResolvers<void>();
  let begun = 0;
  const waits = async () => {
    if (++begun === 2) both.resolve();
    await both.promise;
    return ok("met the other one");
  };
  const results = await runChecks([check("install.a", waits), check("install.b", waits)], scene);
  assert.deepEqual(results.map(({ status }) => status), ["ok", "ok"]);
});

Deno.test("a secret of the environment is hidden wherever a check puts it", async () => {
  const leaks = check("install.a", () =>
    Promise.resolve({
      status: "problem",
      summary: "it said correct horse battery",
      details: ["again: correct horse battery, visible-visible"],
      remedy: "Say correct horse battery.",
    }));
  const [result] = await runChecks([leaks], scene);
  assert.equal(JSON.stringify(result).includes("correct horse"), false);
  assert.ok(result!.details[0]!.includes("visible-visible"));
});

Deno.test("without a home and without CODEX_HOME, that is said", async () => {
  const home = await scene.codexHome();
  assert.equal(home.ok, false);
  assert.equal((await scene.config()).ok, false);
});
