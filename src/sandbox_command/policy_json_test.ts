import assert from "node:assert/strict";
import { parsePolicyJson, PolicyJsonError } from "./policy_json.ts";
import { WORKSPACE_WRITE } from "../../tests/support/policies.ts";

const WORKSPACE = { ...WORKSPACE_WRITE, gitWritable: false };

Deno.test("policy as JSON: what is missing has its default, what is not known is passed over", () => {
  assert.deepEqual(parsePolicyJson('{"type":"workspace-write"}'), WORKSPACE);
  assert.deepEqual(
    parsePolicyJson(
      '{"type":"workspace-write","writable_roots":["/data"],"network_access":true,"more":1,' +
        '"read_only_access":{"type":"restricted"}}',
    ),
    {
      ...WORKSPACE,
      writableRoots: ["/data"],
      networkAccess: true,
      readOnlyAccess: { type: "restricted", includePlatformDefaults: true, readableRoots: [] },
    },
  );
  assert.deepEqual(parsePolicyJson('{"type":"external-sandbox"}'), {
    type: "external-sandbox",
    networkAccess: "restricted",
  });
  assert.deepEqual(parsePolicyJson('{"type":"read-only"}'), {
    type: "read-only",
    access: { type: "full-access" },
  });
});

Deno.test("policy as JSON: what is wrong is named, and nothing is guessed", () => {
  const wrong: Readonly<Record<string, RegExp>> = {
    "": /no JSON/,
    "[]": /the policy has to be an object/,
    '{"type":"nope"}': /type has to be/,
    '{"type":"workspace-write","writable_roots":["rel"]}': /writable_roots has to be/,
    '{"type":"workspace-write","network_access":"no"}': /network_access has to be/,
    '{"type":"external-sandbox","network_access":true}': /network_access has to be/,
    '{"type":"read-only","access":{"type":"some"}}': /access\.type has to be/,
  };
  for (const [text, message] of Object.entries(wrong)) {
    assert.throws(
      () => parsePolicyJson(text),
      (error) => error instanceof PolicyJsonError && message.test(error.message),
      text,
    );
  }
});
