import assert from "node:assert/strict";
import { commandEnvironment, UNIFIED_EXEC_ENV } from "./command_environment.ts";
import type { EnvironmentPolicyLike } from "./types.ts";
import { processorTime } from "../../tests/support/processor_time.ts";

const BASE = {
  HOME: "/home/u",
  PATH: "/bin",
  TMP: "/t",
  LANG: "C",
  MY_SECRET: "s",
  openai_api_key: "k",
  Github_Token: "t",
  "a.b": "dot",
  axb: "x",
};

function names(policy: Partial<EnvironmentPolicyLike>): string[] {
  const full: EnvironmentPolicyLike = {
    inherit: "all",
    ignoreDefaultExcludes: true,
    exclude: [],
    set: {},
    includeOnly: [],
    ...policy,
  };
  return Object.keys(commandEnvironment(full, BASE, "thread")).sort();
}

const ALL = [...Object.keys(BASE), "CODEX_THREAD_ID"].sort();

Deno.test("everything, the core or nothing is inherited, and the thread's id is always there", () => {
  assert.deepEqual(names({}), ALL);
  assert.deepEqual(names({ inherit: "core" }), ["CODEX_THREAD_ID", "HOME", "PATH", "TMP"]);
  assert.deepEqual(names({ inherit: "none" }), ["CODEX_THREAD_ID"]);
});

Deno.test("names that look like secrets go when asked, in any case", () => {
  const kept = ["CODEX_THREAD_ID", "HOME", "LANG", "PATH", "TMP", "a.b", "axb"];
  assert.deepEqual(names({ ignoreDefaultExcludes: false }), kept);
});

Deno.test("patterns match whole names; only * and ? are special", () => {
  assert.deepEqual(names({ exclude: ["*_sec*", "LAN", "?OME"] }), [
    ...ALL.filter((name) => name !== "MY_SECRET" && name !== "HOME"),
  ]);
  assert.deepEqual(names({ exclude: ["a.b"] }), ALL.filter((name) => name !== "a.b"));
  assert.deepEqual(names({ exclude: ["a?b", "[A-Z]*"] }), ALL.filter((n) => !/^a.b$/.test(n)));
  assert.deepEqual(names({ exclude: ["*"] }), ["CODEX_THREAD_ID"]);
});

Deno.test("set survives excludes and is filtered by include_only", () => {
  const policy = { exclude: ["FOO"], set: { FOO: "1", BAR: "2", PATH: "/mine" } };
  assert.deepEqual(names({ ...policy, includeOnly: ["f*", "path"] }), [
    "CODEX_THREAD_ID",
    "FOO",
    "PATH",
  ]);
  const env = commandEnvironment(
    { inherit: "all", ignoreDefaultExcludes: true, includeOnly: [], ...policy },
    { PATH: "/bin", CODEX_THREAD_ID: "old" },
    "new",
  );
  assert.deepEqual(env, { PATH: "/mine", FOO: "1", BAR: "2", CODEX_THREAD_ID: "new" });
});

Deno.test("a long name against many stars does not take long", () => {
  const started = processorTime();
  const name = "A".repeat(2000);
  const policy = { exclude: ["*".repeat(50) + "B", "*A*A*B"], set: {}, includeOnly: [] };
  commandEnvironment({ inherit: "all", ignoreDefaultExcludes: true, ...policy }, {
    [name]: "",
  }, "");
  assert.ok(processorTime() - started < 5000);
});

Deno.test("unified exec forces these", () => {
  assert.deepEqual(UNIFIED_EXEC_ENV, {
    NO_COLOR: "1",
    TERM: "dumb",
    LANG: "C.UTF-8",
    LC_CTYPE: "C.UTF-8",
    LC_ALL: "C.UTF-8",
    COLORTERM: "",
    PAGER: "cat",
    GIT_PAGER: "cat",
    GH_PAGER: "cat",
    CODEX_CI: "1",
  });
});
