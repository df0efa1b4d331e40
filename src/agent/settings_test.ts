import assert from "node:assert/strict";
import { applySettings, type ThreadSettings } from "./settings.ts";

const BASE: ThreadSettings = {
  cwd: "/w",
  approvalPolicy: "never",
  sandboxPolicy: { type: "danger-full-access" },
  model: "m1",
  effort: "high",
  summary: "auto",
  collaborationMode: {
    mode: "default",
    settings: { model: "m1", reasoningEffort: "high", developerInstructions: null },
  },
  personality: null,
};

Deno.test("absent keeps, null clears the effort", () => {
  assert.deepEqual(applySettings(BASE, {}), BASE);
  assert.equal(applySettings(BASE, { effort: null }).effort, null);
  assert.equal(applySettings(BASE, { cwd: "/x" }).cwd, "/x");
});

Deno.test("a changed model reaches the mode, and a mode brings its own model", () => {
  assert.equal(applySettings(BASE, { model: "m2" }).collaborationMode.settings.model, "m2");
  const planned = applySettings(BASE, {
    model: "ignored",
    collaborationMode: {
      mode: "plan",
      settings: { model: "m3", reasoningEffort: "low", developerInstructions: "plan it" },
    },
  });
  assert.deepEqual([planned.model, planned.effort], ["m3", "low"]);
  assert.equal(planned.collaborationMode.settings.developerInstructions, "plan it");
});
