import assert from "node:assert/strict";
import { modelRequest, NO_OVERRIDES } from "../../tests/support/model_rig.ts";
import type { ResponseItem } from "../protocol/mod.ts";
import { findModel } from "./catalogue.ts";
import { isAzure, requestBody } from "./request_body.ts";

const ITEMS: readonly ResponseItem[] = [
  {
    type: "message",
    id: "m1",
    role: "assistant",
    content: [{ type: "output_text", text: "t" }],
    phase: "final_answer",
  },
  { type: "reasoning", id: "r1", summary: [] },
  {
    type: "reasoning",
    summary: [],
    content: [{ type: "reasoning_text", text: "raw" }],
    encrypted_content: "e",
  },
  { type: "function_call", id: "f1", name: "f", arguments: "{}", call_id: "c1" },
  { type: "function_call_output", call_id: "c1", output: "o" },
  {
    type: "web_search_call",
    id: "w1",
    status: "completed",
    action: { type: "search", query: "q" },
  },
  { type: "ghost_snapshot", ghost_commit: { id: "x" } },
];

Deno.test("items are sent without ids, local ones not at all", () => {
  assert.deepEqual(requestBody(modelRequest({ input: ITEMS }), false)["input"], [
    {
      type: "message",
      role: "assistant",
      content: [{ type: "output_text", text: "t" }],
      phase: "final_answer",
    },
    { type: "reasoning", summary: [], content: null, encrypted_content: null },
    { type: "reasoning", summary: [], encrypted_content: "e" },
    { type: "function_call", name: "f", arguments: "{}", call_id: "c1" },
    { type: "function_call_output", call_id: "c1", output: "o" },
    { type: "web_search_call", status: "completed", action: { type: "search", query: "q" } },
  ]);
});

Deno.test("Azure keeps the items, so it gets their ids", () => {
  const body = requestBody(modelRequest({ input: ITEMS }), true);
  assert.equal(body["store"], true);
  const ids = (body["input"] as { id?: string }[]).map((item) => item.id);
  assert.deepEqual(ids, ["m1", "r1", undefined, "f1", undefined, "w1"]);
  assert.equal(requestBody(modelRequest(), false)["store"], false);
});

Deno.test("Azure is known by its name or its address", () => {
  const url = "https://api.example.com/v1";
  assert.equal(isAzure({ name: "AZURE" }, url), true);
  assert.equal(isAzure({ name: "azure gateway" }, url), false);
  assert.equal(isAzure({ name: "x" }, "https://me.OpenAI.azure.com/openai"), true);
  assert.equal(isAzure({ name: "x" }, "https://me.azure-api.net"), true);
  assert.equal(isAzure({ name: "x" }, url), false);
});

Deno.test("reasoning is sent only to models that summarise it", () => {
  const known = requestBody(modelRequest({ effort: "high", summary: "detailed" }), false);
  assert.deepEqual(known["reasoning"], { effort: "high", summary: "detailed" });
  assert.deepEqual(known["include"], ["reasoning.encrypted_content"]);
  assert.deepEqual(requestBody(modelRequest({ summary: "none" }), false)["reasoning"], {
    effort: "medium",
  });
  const unknown = requestBody(
    modelRequest({ model: findModel("nonsense", NO_OVERRIDES), effort: "high" }),
    false,
  );
  assert.equal(unknown["reasoning"], null);
  assert.deepEqual(unknown["include"], []);
});

Deno.test("`text` is there only for a verbosity or a schema", () => {
  const verbose = findModel("gpt-5.2", NO_OVERRIDES);
  assert.equal("text" in requestBody(modelRequest({ verbosity: "high" }), false), false);
  assert.deepEqual(requestBody(modelRequest({ model: verbose }), false)["text"], {
    verbosity: "low",
  });
  assert.deepEqual(
    requestBody(
      modelRequest({ model: verbose, verbosity: "high", outputSchema: { type: "object" } }),
      false,
    )["text"],
    {
      verbosity: "high",
      format: {
        type: "json_schema",
        strict: true,
        schema: { type: "object" },
        name: "codex_output_schema",
      },
    },
  );
});

Deno.test("shell results are text when patches are", () => {
  const output = '{"output":"x","metadata":{"exit_code":0,"duration_seconds":1.0}}';
  const input: ResponseItem[] = [
    { type: "function_call", name: "shell", arguments: "{}", call_id: "c" },
    { type: "function_call_output", call_id: "c", output },
  ];
  const outputs = [[], [{ type: "custom", name: "apply_patch" }]].map((tools) =>
    (requestBody(modelRequest({ input, tools }), false)["input"] as { output?: string }[])[1]
      ?.output
  );
  assert.deepEqual(outputs, [output, "Exit code: 0\nWall time: 1 seconds\nOutput:\nx"]);
});
