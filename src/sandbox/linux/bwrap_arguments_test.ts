import assert from "node:assert/strict";
import { join } from "node:path";
import { probeBoth } from "../../../tests/support/sandbox_rig.ts";
import { bwrapArguments } from "./bwrap_arguments.ts";
import { socketFolders } from "./host.ts";

const probed = Deno.build.os === "linux" ? (await probeBoth()).bubblewrap : null;

Deno.test({
  name: `bubblewrap: folders of sockets are empty inside, in a root too${probed?.reason ?? ""}`,
  ignore: probed === null || probed.ignore,
  fn: async () => {
    assert.equal(probed?.backend.kind, "bubblewrap");
    if (probed?.backend.kind !== "bubblewrap") return;
    const root = await Deno.realPath(await Deno.makeTempDir());
    const hidden = [join(root, ".X11-unix"), join(root, `tmux-${Deno.uid()}`)];
    for (const folder of hidden) {
      await Deno.mkdir(folder);
      await Deno.writeTextFile(join(folder, "socket"), "");
    }
    assert.deepEqual(socketFolders(root), hidden);
    const args = bwrapArguments({
      readable: null,
      mounts: [{ path: root, writable: true }],
      network: true,
      visibleInRun: [],
      devices: [],
      hidden: socketFolders(root),
      unset: [],
      set: {},
      cwd: root,
      users: "own",
      first: [],
      filtered: false,
    });
    const script = 'echo x >here && for f; do echo "$f"/*; (: >"$f/new"); done';
    const { stdout } = await new Deno.Command(probed.backend.program, {
      args: [...args, "/bin/sh", "-c", script, "sh", ...hidden],
      stderr: "null",
    }).output();
    const seen = new TextDecoder().decode(stdout).trim().split("\n");
    assert.deepEqual(seen, hidden.map((folder) => `${folder}/*`));
    const left = [...Deno.readDirSync(root)].map(({ name }) => name).sort();
    assert.deepEqual(left, [".X11-unix", "here", `tmux-${Deno.uid()}`]);
    for (const folder of hidden) assert.equal([...Deno.readDirSync(folder)].length, 1);
    await Deno.remove(root, { recursive: true });
  },
});
