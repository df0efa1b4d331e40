import assert from "node:assert/strict";
import { delimiter, join } from "node:path";
import { openScene } from "../scene.ts";
import type { Finding } from "../types.ts";
import { INSTALL_CHECKS } from "./install.ts";

const ENDING = Deno.build.os === "windows" ? ".exe" : "";

/** Looks at a search path of these folders, each with a codex, from the codex of the folder `own`. */
async function pathFinding(
  folders: readonly string[],
  own: string,
  more: Readonly<Record<string, string>> = {},
): Promise<{ finding: Finding; root: string }> {
  const root = await Deno.realPath(await Deno.makeTempDir({ prefix: "codex-doctor-" }));
  try {
    const program = (folder: string) => join(root, folder, `codex${ENDING}`);
    for (const folder of new Set([...folders, own])) {
      await Deno.mkdir(join(root, folder));
      await Deno.writeTextFile(program(folder), "", { mode: 0o755 });
    }
    const scene = openScene({
      json: false,
      offline: true,
      strict: false,
      profile: null,
      configOverrides: [],
    }, {
      env: { PATH: folders.map((folder) => join(root, folder)).join(delimiter), ...more },
      cwd: null,
      home: null,
      self: { argv: [program(own)], env: {} },
      version: "1.2.3",
      isCompiled: true,
      terminal: { stdin: false, stdout: false, stderr: false, size: null },
      now: () => 0,
    });
    const check = INSTALL_CHECKS.find(({ id }) => id === "install.path")!;
    return { finding: await check.run(scene, new AbortController().signal), root };
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

Deno.test("another codex that comes first on the search path is told", async () => {
  const { finding, root } = await pathFinding(["other", "mine"], "mine");
  assert.equal(finding.status, "warning");
  assert.ok(finding.remedy?.includes(join(root, "other")));
  assert.equal(finding.details.length, 2);
});

Deno.test("this codex first, or no codex on the search path, is fine", async () => {
  assert.equal((await pathFinding(["mine", "other"], "mine")).finding.status, "ok");
  assert.equal((await pathFinding([], "mine")).finding.status, "ok");
});
