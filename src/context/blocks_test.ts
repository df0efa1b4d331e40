import assert from "node:assert/strict";
import type { ApprovalPolicy, MessageItem, SandboxPolicy } from "../protocol/mod.ts";
import { baseInstructions } from "./base_instructions.ts";
import { environmentDiffMessage, environmentMessage } from "./environment.ts";
import {
  agentsMessage,
  developerMessage,
  modelSwitchMessage,
  personalityMessage,
  turnAbortedMessage,
  userMessage,
} from "./messages.ts";
import { type PermissionFacts, permissionsMessage } from "./permissions.ts";
import { isScaffolding } from "./scaffolding.ts";
import { WORKSPACE_WRITE } from "../../tests/support/policies.ts";

function textOf(item: MessageItem | null): string {
  const part = item?.content[0];
  return part?.type === "input_text" ? part.text : "";
}

Deno.test("environment: exact form, with and without managed hosts", () => {
  assert.deepEqual(
    environmentMessage({ cwd: "/repo", shell: "bash" }),
    userMessage(
      "<environment_context>\n  <cwd>/repo</cwd>\n  <shell>bash</shell>\n</environment_context>",
    ),
  );
  assert.equal(
    textOf(
      environmentMessage({
        cwd: "/repo",
        shell: "bash",
        network: { allowed: ["example.org"], denied: ["evil.test"] },
      }),
    ),
    `<environment_context>
  <cwd>/repo</cwd>
  <shell>bash</shell>
  <network enabled="true">
    <allowed>example.org</allowed>
    <denied>evil.test</denied>
  </network>
</environment_context>`,
  );
});

Deno.test("environment: a later block says nothing twice", () => {
  const before = { cwd: "/a", shell: "bash" };
  assert.equal(environmentDiffMessage(before, before), null);
  assert.equal(
    textOf(environmentDiffMessage(before, { cwd: "/a", shell: "zsh" })),
    "<environment_context>\n  <shell>zsh</shell>\n</environment_context>",
  );
  assert.equal(
    textOf(environmentDiffMessage(before, { cwd: "/b", shell: "bash" })),
    "<environment_context>\n  <cwd>/b</cwd>\n  <shell>bash</shell>\n</environment_context>",
  );
});

Deno.test("AGENTS: exact form", () => {
  assert.deepEqual(
    agentsMessage("Be nice.\n", "/repo"),
    userMessage(
      "# AGENTS.md instructions for /repo\n\n<INSTRUCTIONS>\nBe nice.\n\n</INSTRUCTIONS>",
    ),
  );
});

Deno.test("what the program says in the person's name is no turn", () => {
  for (
    const item of [
      environmentMessage({ cwd: "/", shell: "sh" }),
      turnAbortedMessage(),
      agentsMessage("x", "/"),
      userMessage("  <ENVIRONMENT_CONTEXT>"),
      userMessage("<user_shell_command>\n"),
      userMessage("<user_instructions>"),
      userMessage("<skill>\n<name>"),
    ]
  ) assert.equal(isScaffolding(item), true, textOf(item));
  for (
    const item of [
      userMessage("hello <skill>"),
      userMessage("<SKILL>"),
      userMessage("<skills>"),
      developerMessage("<environment_context>"),
      modelSwitchMessage("x"),
    ]
  ) assert.equal(isScaffolding(item), false, textOf(item));
});

const WORKSPACE: SandboxPolicy = WORKSPACE_WRITE;

function permissions(facts: Partial<PermissionFacts>): string {
  return textOf(permissionsMessage({
    sandboxPolicy: WORKSPACE,
    approvalPolicy: "never",
    writableRoots: ["/repo", "/tmp"],
    approvedPrefixes: [],
    ...facts,
  }));
}

Deno.test("permissions: every mode and policy is named, with network and roots", () => {
  const policies: readonly [SandboxPolicy, string, string][] = [
    [WORKSPACE, "`workspace-write`", "restricted"],
    [{ ...WORKSPACE, networkAccess: true }, "`workspace-write`", "enabled"],
    [{ type: "read-only", access: { type: "full-access" } }, "`read-only`", "restricted"],
    [{ type: "danger-full-access" }, "`danger-full-access`", "enabled"],
    [
      { type: "external-sandbox", networkAccess: "restricted" },
      "`danger-full-access`",
      "restricted",
    ],
  ];
  for (const [sandboxPolicy, mode, network] of policies) {
    const text = permissions({ sandboxPolicy });
    assert.ok(text.startsWith("<permissions instructions>\n"));
    assert.ok(text.endsWith("\n</permissions instructions>"));
    assert.ok(text.includes(mode) && text.includes(`Network access is ${network}.`), text);
    const confined = sandboxPolicy.type === "workspace-write";
    assert.equal(text.includes("The writable roots are `/repo`, `/tmp`."), confined);
  }
  const approvals: ApprovalPolicy[] = ["untrusted", "on-failure", "on-request", "never"];
  for (const approvalPolicy of approvals) {
    assert.ok(permissions({ approvalPolicy }).includes(`\`${approvalPolicy}\``));
  }
  // The parameter is explained where it may be used, and only there.
  assert.ok(permissions({ approvalPolicy: "on-request" }).includes("`require_escalated`"));
});

Deno.test("permissions: approved prefixes are sorted, cut, and shown on request only", () => {
  const approvedPrefixes = [["git", "status"], ["rg"], ["ls"], ["cargo"], ["a", "b", "c"]];
  const shown = permissions({ approvalPolicy: "on-request", approvedPrefixes });
  assert.ok(
    shown.includes('- ["ls"]\n- ["rg"]\n- ["cargo"]\n- ["git","status"]\n- ["a","b","c"]'),
    shown,
  );
  assert.ok(!permissions({ approvedPrefixes }).includes('["ls"]'));

  const many = Array.from({ length: 103 }, (_, index) => [`p${index}`]);
  const cut = permissions({ approvalPolicy: "on-request", approvedPrefixes: many });
  assert.equal(cut.match(/^- \[/gm)?.length, 100);
  assert.ok(cut.includes("[3 more are not shown]"));
  const long = Array.from({ length: 10 }, (_, index) => [`${index}${"x".repeat(990)}`]);
  assert.equal(
    permissions({ approvalPolicy: "on-request", approvedPrefixes: long }).match(/^- \[/gm)?.length,
    5,
  );
});

Deno.test("base prompt: ours where the model brings none, tone in its slot", () => {
  const own = { slug: "m", baseInstructions: null, personalityTexts: null };
  const friendly = baseInstructions(own, "friendly");
  assert.notEqual(friendly, baseInstructions(own, "pragmatic"));
  for (const personality of ["none", "friendly", "pragmatic", null] as const) {
    const text = baseInstructions(own, personality);
    assert.ok(!text.includes("{{") && !text.includes("\n\n\n"), text);
    for (const tool of ["update_plan", "apply_patch", "require_escalated", "AGENTS.md"]) {
      assert.ok(text.includes(tool));
    }
  }
});

Deno.test("base prompt: a template of the catalogue gets its own texts, a plain one stays", () => {
  const model = {
    slug: "m",
    baseInstructions: "A\n\n{{ personality }}\n\nB",
    personalityTexts: { friendly: "$& hi" },
  };
  assert.equal(baseInstructions(model, "friendly"), "A\n\n$& hi\n\nB");
  assert.equal(baseInstructions(model, "none"), "A\n\nB");
  assert.equal(baseInstructions({ ...model, baseInstructions: "plain" }, "friendly"), "plain");
});

Deno.test("a change of tone or model is announced in its own tag", () => {
  assert.match(
    textOf(personalityMessage("friendly", { friendly: "Hi." })),
    /^<personality_spec>\n[^]*Hi\.\n<\/personality_spec>$/,
  );
  assert.equal(personalityMessage("none", null), null);
  assert.match(
    textOf(modelSwitchMessage("Obey.")),
    /^<model_switch>\n[^]*Obey\.\n<\/model_switch>$/,
  );
});
