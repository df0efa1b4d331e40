import assert from "node:assert/strict";
import { spawnCodex } from "./support/run_codex.ts";
import { openStage } from "./support/stage.ts";

Deno.test(
  "the demo works without a key and without a network, and leaves nothing but its project",
  {
    ignore: Deno.build.os === "windows", // its sample project needs sh
  },
  async () => {
    await using stage = await openStage({ git: false });
    const child = spawnCodex(stage, {
      args: ["demo"],
      env: { CODEX_API_KEY: null, TMPDIR: stage.root, OPENAI_BASE_URL: "http://192.0.2.1/" },
    });
    const { code, stdout, stderr } = await child.output();
    const text = new TextDecoder().decode(stdout);
    assert.equal(code, 0, text + new TextDecoder().decode(stderr));
    assert.ok(!text.includes("\x1b"));
    assert.match(text, /nothing leaves your machine/);
    assert.match(text, /FAIL {2}shipping is free from 10000 on/);
    assert.match(text, /\+ {2}if \[ "\$sum" -ge 10000 \]; then/);
    const project = /^ *kept +(\S+)$/m.exec(text)?.[1] ?? "";
    assert.ok(project.startsWith(stage.root));
    const again = await new Deno.Command("sh", { args: ["test.sh"], cwd: project }).output();
    assert.equal(again.success, true);
    const beside = [...Deno.readDirSync(`${project}/..`)].map((entry) => entry.name);
    assert.deepEqual(beside, ["project"]);
    assert.deepEqual([...Deno.readDirSync(stage.codexHome)], []);
  },
);
