import assert from "node:assert/strict";
import { browserCommands, openBrowser } from "./open_browser.ts";
import { isWorkspacePlan, planOf, PLANS } from "./plans.ts";

Deno.test("the command that opens a browser, by system", () => {
  const first = (os: typeof Deno.build.os, env = {}) => browserCommands({ os, env })[0]?.join(" ");
  assert.equal(first("linux"), "xdg-open");
  assert.equal(first("linux", { WSL_DISTRO_NAME: "Debian" }), "wslview");
  assert.equal(first("darwin"), "open");
  assert.equal(first("windows"), "rundll32 url.dll,FileProtocolHandler");
});

Deno.test("without a browser nothing is thrown", async () => {
  const folder = await Deno.makeTempDir();
  assert.equal(openBrowser("http://x", { os: "linux", env: { PATH: folder } }), false);
  await Deno.remove(folder);
});

Deno.test("plans: eight names as they are spelt, anything else is unknown", () => {
  assert.deepEqual(PLANS.map(planOf), [...PLANS]);
  assert.equal(planOf("Plus"), "unknown");
  assert.equal(planOf("education"), "unknown");
  assert.equal(planOf(null), null);
  assert.deepEqual(PLANS.filter(isWorkspacePlan), ["team", "business", "enterprise", "edu"]);
});
