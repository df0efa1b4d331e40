import assert from "node:assert/strict";
import { type AccessEntry, INHERIT, readEntries, RIGHTS, withEntries, withoutSid } from "./acl.ts";

const ADMIN = "S-1-5-32-544";
const OURS = "S-1-5-21-1-2-3-4";

const allow = (sid: string, flags = 0): AccessEntry => ({
  verdict: "allow",
  sid,
  mask: RIGHTS.modify,
  flags,
});
const deny = (sid: string, flags = 0): AccessEntry => ({
  verdict: "deny",
  sid,
  mask: RIGHTS.change,
  flags,
});

Deno.test("access lists: the bytes of one entry", () => {
  const acl = withEntries(null, [allow("S-1-1-0", INHERIT.below)]);
  assert.deepEqual(
    [...acl],
    [2, 0, 28, 0, 1, 0, 0, 0, 0, 3, 20, 0, 0xbf, 1, 0x13, 0, 1, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0],
  );
});

Deno.test("access lists: refusals come first, what is inherited comes last", () => {
  const inherited = 0x10;
  const before = withEntries(null, [deny(ADMIN), allow(ADMIN), allow(ADMIN, inherited)]);
  const after = withEntries(before, [allow(OURS), deny(OURS)]);
  assert.deepEqual(readEntries(after), [
    deny(OURS),
    deny(ADMIN),
    allow(OURS),
    allow(ADMIN),
    allow(ADMIN, inherited),
  ]);
});

Deno.test("access lists: taking away gives back what was there, byte for byte", () => {
  const before = withEntries(null, [deny(ADMIN), allow(ADMIN), allow("S-1-1-0", 0x10)]);
  const after = withEntries(before, [allow(OURS, INHERIT.below), deny(OURS)]);
  assert.notDeepEqual(after, before);
  assert.deepEqual(withoutSid(after, OURS), before);
  assert.deepEqual(withoutSid(before, OURS), before);
});

Deno.test("access lists: entries of other kinds stay as they are", () => {
  // A list with one entry of a kind (9) that carries a condition behind its identity.
  const strange = [9, 0, 12, 0, 1, 2, 3, 4, 5, 6, 7, 8];
  const acl = new Uint8Array([4, 0, 20, 0, 1, 0, 0, 0, ...strange]);
  const both = withEntries(acl, [allow(OURS)]);
  assert.equal(both[0], 4);
  assert.deepEqual([...both.subarray(-12)], strange);
  assert.deepEqual(withoutSid(both, OURS), acl);
  assert.throws(() => withoutSid(acl.subarray(0, 15), OURS), RangeError);
});

Deno.test("rights: what is denied covers what is given and changes something", () => {
  const given = RIGHTS.modify & ~RIGHTS.readExecute;
  assert.equal(given & ~RIGHTS.change, 0);
  // Deleting other names of a folder would get around a refusal on one of them.
  assert.equal(RIGHTS.modify & 0x40, 0);
});
