import assert from "node:assert/strict";
import { join } from "node:path";
import type { LifecycleInput } from "../protocol/mod.ts";
import { SILENT_LOGGER } from "../telemetry/mod.ts";
import { readDefinitions } from "./definitions.ts";
import { runHooks } from "./run_hooks.ts";

/** The hooks of these tests are scripts of `sh`. */
const UNIX_ONLY = { ignore: Deno.build.os === "windows" };

interface Rig {
  readonly folder: string;
  run(commands: readonly string[], options?: {
    readonly prompt?: string;
    readonly signal?: AbortSignal;
    readonly timeout?: number;
  }): ReturnType<ReturnType<typeof runHooks>["run"]>;
}

async function withRig(work: (rig: Rig) => Promise<void>): Promise<void> {
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "codex-hooks-" }));
  const signal = new AbortController().signal;
  try {
    await work({
      folder,
      run: (commands, options = {}) => {
        const { timeout = 60 } = options;
        const handlers = commands.map((command) => ({ type: "command", command, timeout }));
        const { definitions } = readDefinitions({ UserPromptSubmit: [{ hooks: handlers }] });
        const hooks = runHooks({
          hooks: definitions.map((each) => ({ ...each, file: "hooks.json" })),
          env: { PATH: Deno.env.get("PATH") ?? "/usr/bin:/bin", GIVEN: "value" },
          logger: SILENT_LOGGER,
        });
        assert.deepEqual([hooks.has("UserPromptSubmit"), hooks.has("Stop")], [true, false]);
        const input: LifecycleInput = {
          session_id: "th",
          turn_id: "tu",
          transcript_path: null,
          cwd: folder,
          hook_event_name: "UserPromptSubmit",
          model: "m",
          permission_mode: "default",
          prompt: options.prompt ?? "hi",
        };
        return hooks.run(input, [], options.signal ?? signal);
      },
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test(
  "run: a hook gets the object on stdin, the folder and the environment, and nothing else",
  UNIX_ONLY,
  async () => {
    await withRig(async ({ folder, run }) => {
      const { contexts, warnings } = await run([
        'cat > stdin; env | sed "/^PWD=/d; /^_=/d; /^SHLVL=/d; /^OLDPWD=/d" | sort; pwd; echo $#',
      ]);
      const path = Deno.env.get("PATH") ?? "/usr/bin:/bin";
      assert.deepEqual(warnings, []);
      assert.deepEqual(contexts, [`GIVEN=value\nPATH=${path}\n${folder}\n0`]);
      assert.equal(
        await Deno.readTextFile(join(folder, "stdin")),
        `{"session_id":"th","turn_id":"tu","transcript_path":null,"cwd":"${folder}",` +
          '"hook_event_name":"UserPromptSubmit","model":"m","permission_mode":"default",' +
          '"prompt":"hi"}',
      );
    });
  },
);

Deno.test(
  "run: all at once; what they say is put together in the order of the file",
  UNIX_ONLY,
  async () => {
    await withRig(async ({ run, folder }) => {
      const made = await new Deno.Command("mkfifo", { args: ["a", "b"], cwd: folder }).output();
      assert.ok(made.success);
      // Each waits for the other one: one after another they would wait for ever.
      const { contexts, block, warnings } = await run([
        "echo x > a; read y < b; echo first",
        "read y < a; echo x > b; echo second",
        "echo no >&2; exit 2",
        "exit 3",
        "echo never >&2; exit 2",
      ]);
      assert.deepEqual(contexts, ["first", "second"]);
      assert.equal(block, "no\nnever");
      assert.deepEqual(warnings, [
        "A UserPromptSubmit hook failed and was passed over: it left with exit code 3 (hooks.json: exit 3)",
      ]);
    });
  },
);

Deno.test(
  "run: a hook need not read, and what it leaves in the background is not waited for",
  UNIX_ONLY,
  async () => {
    await withRig(async ({ run, folder }) => {
      const { contexts, warnings } = await run(
        ["exec 2>&-; sleep 600 & echo $! > pid; echo done"],
        { prompt: "x".repeat(4 * 1024 * 1024) },
      );
      assert.deepEqual([contexts, warnings], [["done"], []]);
      Deno.kill(Number(await Deno.readTextFile(join(folder, "pid"))), "SIGKILL");
    });
  },
);

Deno.test(
  "run: a hook that never stops printing is cut off, and its memory is bounded",
  UNIX_ONLY,
  async () => {
    await withRig(async ({ run }) => {
      const { contexts, warnings } = await run(["yes | head -c 64000000"]);
      assert.deepEqual([contexts[0]?.length, warnings], [1024 * 1024 - 1, []]);
    });
  },
);

Deno.test("run: after an abort nothing is started and nothing is said", UNIX_ONLY, async () => {
  await withRig(async ({ run, folder }) => {
    const { contexts, warnings, block } = await run(["touch trace; exit 2"], {
      signal: AbortSignal.abort(),
    });
    assert.deepEqual([contexts, warnings, block], [[], [], null]);
    await assert.rejects(Deno.stat(join(folder, "trace")), Deno.errors.NotFound);
  });
});

Deno.test("run: a folder that is gone is a warning", UNIX_ONLY, async () => {
  await withRig(async ({ run, folder }) => {
    await Deno.remove(folder);
    const { warnings } = await run(["true"]);
    assert.match(warnings.join(), /the working folder .* does not exist \(hooks\.json: true\)/);
    await Deno.mkdir(folder);
  });
});
