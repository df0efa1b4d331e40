import assert from "node:assert/strict";
import { join } from "node:path";
import {
  completed,
  created,
  functionCall,
  reply,
  type ScriptedModel,
  startScriptedModel,
  textReply,
} from "../src/scripted/mod.ts";
import { programUnderTest } from "./support/program.ts";
import { runCodex } from "./support/run_codex.ts";
import { openStage, type Stage } from "./support/stage.ts";
import { works } from "./support/works.ts";

/** What a program needs of the real folder. */
const KEPT = ["passwd", "group", "hosts", "nsswitch.conf", "ld.so.cache", "resolv.conf"];

const able = await works(["bwrap", "--dev-bind", "/", "/", "true"]);

/** Runs the program where the machine's administrator requires this: with an `/etc` of its own. */
async function runManaged(
  stage: Stage,
  model: ScriptedModel,
  requirements: string,
  args: readonly string[],
) {
  const etc = join(stage.root, "etc");
  await Deno.mkdir(join(etc, "codex"), { recursive: true });
  for (const name of KEPT) {
    await Deno.copyFile(`/etc/${name}`, join(etc, name)).catch(() => {});
  }
  await Deno.writeTextFile(join(etc, "codex", "requirements.toml"), requirements);
  const { argv, env } = programUnderTest();
  const program = {
    argv: ["bwrap", "--dev-bind", "/", "/", "--ro-bind", etc, "/etc", "--", ...argv],
    env,
  };
  return await runCodex(stage, { args, baseUrl: model.baseUrl, program });
}

function managed(name: string, test: (stage: Stage) => Promise<void>): void {
  Deno.test({
    name: `requirements of the machine: ${name}${able ? "" : " (ignored: needs bwrap)"}`,
    ignore: !able,
    fn: async () => {
      await using stage = await openStage();
      await test(stage);
    },
  });
}

const TOUCH = [
  reply(
    created(),
    functionCall("c1", "shell_command", { command: "touch q", login: false }),
    completed(),
  ),
  textReply("done"),
];

managed(
  "exec asks nobody: what would need a person is refused, the turn goes on",
  async (stage) => {
    await using model = await startScriptedModel(TOUCH);
    const run = await runManaged(
      stage,
      model,
      'allowed_approval_policies = ["untrusted", "on-request"]\n',
      [
        "exec",
        "--json",
        "--skip-git-repo-check",
        "-m",
        "gpt-5.2-codex",
        "-s",
        "danger-full-access",
        "go",
      ],
    );
    assert.equal(run.code, 0, run.stderr);
    const events = run.stdout.trim().split("\n").map((line) => JSON.parse(line));
    const warning = events.find(({ type, item }) =>
      type === "item.completed" && item.type === "error"
    );
    assert.match(
      warning.item.message,
      /^Configured value for `approval_policy` is disallowed by requirements; falling back to required value "untrusted"/,
    );
    const told = JSON.stringify(model.requests.at(-1)?.body.input);
    assert.match(told, /exec command rejected by user/);
    await assert.rejects(Deno.stat(join(stage.workspace, "q")));
    assert.equal(events.at(-1).type, "turn.completed");
  },
);

managed("a mode that is not allowed is not used", async (stage) => {
  await using model = await startScriptedModel([textReply("done")]);
  const run = await runManaged(
    stage,
    model,
    'allowed_sandbox_modes = ["read-only"]\n',
    ["exec", "--skip-git-repo-check", "-s", "danger-full-access", "go"],
  );
  assert.equal(run.code, 0, run.stderr);
  assert.match(run.stderr, /Configured value for `sandbox_mode` is disallowed by requirements/);
  assert.match(run.stderr, /sandbox: read-only/);
});

managed("a mistake stops the start, and says where it is", async (stage) => {
  await using model = await startScriptedModel([textReply("done")]);
  const run = await runManaged(
    stage,
    model,
    'allowed_sandbox_modes = ["workspace-write"]\n',
    ["exec", "--skip-git-repo-check", "go"],
  );
  assert.equal(run.code, 1);
  assert.match(
    run.stderr,
    /Error parsing requirements file \/etc\/codex\/requirements\.toml: field/,
  );
  assert.equal(model.requests.length, 0);
});

managed("rules that allow something stop the start", async (stage) => {
  await using model = await startScriptedModel([textReply("done")]);
  const run = await runManaged(
    stage,
    model,
    'rules = { prefix_rules = [{ pattern = [{ token = "ls" }], decision = "allow" }] }\n',
    ["exec", "--skip-git-repo-check", "go"],
  );
  assert.equal(run.code, 1);
  assert.match(run.stderr, /requirements\.toml: rules\.prefix_rules\[0\]\.decision: "allow"/);
});

managed(
  "codex sandbox reaches allowed hosts through the proxy, and leaves none of it behind",
  async (stage) => {
    await using model = await startScriptedModel([]);
    const server = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen: () => {} },
      () => new Response("WELCOME\n"),
    );
    try {
      const { port } = server.addr;
      const script = [
        `exec 4<>/dev/tcp/127.0.0.1/${port} && echo PAST`,
        'p="${HTTP_PROXY##*:}"',
        'exec 3<>"/dev/tcp/127.0.0.1/$p" || exit 9',
        `printf 'GET http://127.0.0.1:${port}/ HTTP/1.1\\r\\nHost: 127.0.0.1:${port}\\r\\n` +
        `Connection: close\\r\\n\\r\\n' >&3`,
        "cat <&3",
      ].join("\n");
      const run = await runManaged(
        stage,
        model,
        '[experimental_network]\nenabled = true\nallowed_domains = ["127.0.0.1"]\n',
        ["sandbox", "linux", "--", "bash", "-c", script],
      );
      assert.equal(run.code, 0, run.stderr);
      assert.match(run.stdout, /WELCOME/);
      assert.doesNotMatch(run.stdout, /PAST/);
      const left = await Array.fromAsync(Deno.readDir(stage.codexHome), ({ name }) => name);
      assert.deepEqual(left.filter((name) => name !== "config.toml"), []);
    } finally {
      await server.shutdown();
    }
  },
);

managed(
  "codex sandbox: a mistake in what is required of the network is told, and nothing runs",
  async (stage) => {
    await using model = await startScriptedModel([]);
    const run = await runManaged(
      stage,
      model,
      '[experimental_network]\nenabled = "yes"\n',
      ["sandbox", "linux", "--", "echo", "RAN"],
    );
    assert.equal(run.code, 125);
    assert.match(run.stderr, /experimental_network\.enabled has to be true or false/);
    assert.equal(run.stdout, "");
  },
);
