import assert from "node:assert/strict";
import { CommandPolicy } from "./command_policy.ts";
import cases from "./fixtures/untrusted_cases.json" with { type: "json" };
import { NO_RULES } from "./types.ts";

/**
 * What version 0.104 of the reference does with a script under `untrusted`: it runs, or it is asked about and the
 * prefix is proposed to be allowed (`null` = none).
 */
interface Case {
  readonly script: string;
  readonly proposes?: readonly string[] | null;
}

const policy = new CommandPolicy({ os: "linux", userShell: "/bin/bash" });

for (const { script, proposes } of cases as readonly Case[]) {
  const does = proposes === undefined ? "runs" : `proposes ${JSON.stringify(proposes)}`;
  Deno.test(`untrusted: ${JSON.stringify(script)} ${does}`, async () => {
    const found = await policy.decide({
      argv: ["/bin/bash", "-lc", script],
      approvalPolicy: "untrusted",
      sandboxPolicy: { type: "danger-full-access" },
      permissions: "use_default",
      prefixRule: null,
      rules: NO_RULES,
      search: null,
    });
    assert.deepEqual(
      found,
      proposes === undefined
        ? {
          type: "skip",
          bypassSandbox: false,
          amendment: found.type === "skip" && found.amendment,
        }
        : { type: "needs_approval", reason: null, amendment: proposes },
    );
  });
}
