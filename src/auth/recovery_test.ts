import assert from "node:assert/strict";
import { AuthError } from "./error.ts";
import { type ReloadOutcome, UnauthorizedRecovery } from "./recovery.ts";

const NEVER = new AbortController().signal;

function machine(found: ReloadOutcome, refresh: () => Promise<void> = () => Promise.resolve()) {
  return new UnauthorizedRecovery(
    { guardedReload: () => Promise.resolve(found), refresh },
    "reload",
  );
}

for (const type of ["changed", "unchanged"] as const) {
  Deno.test(`recovery: reload finds it ${type}, then a refresh, then the end`, async () => {
    const recovery = machine({ type });
    assert.deepEqual(await recovery.next(NEVER), { type });
    assert.equal(recovery.state, "refresh_token");
    assert.deepEqual(await recovery.next(NEVER), { type: "refreshed" });
    assert.equal(recovery.hasNext, false);
    await assert.rejects(recovery.next(NEVER), RangeError);
  });
}

Deno.test("recovery: skipped is the end, without a refresh", async () => {
  const error = new AuthError("account_changed", "another account");
  const recovery = machine({ type: "skipped", error }, () => Promise.reject(new Error("asked")));
  assert.deepEqual(await recovery.next(NEVER), { type: "skipped", error });
  assert.equal(recovery.hasNext, false);
});

Deno.test("recovery: a refresh that fails can be tried again", async () => {
  let fails = true;
  const recovery = machine({ type: "unchanged" }, () => {
    return fails ? Promise.reject(new AuthError("authority_error", "503")) : Promise.resolve();
  });
  await recovery.next(NEVER);
  await assert.rejects(recovery.next(NEVER), AuthError);
  assert.equal(recovery.state, "refresh_token");
  fails = false;
  assert.deepEqual(await recovery.next(NEVER), { type: "refreshed" });
});
