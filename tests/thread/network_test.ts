import assert from "node:assert/strict";
import { join } from "node:path";
import type { ReviewDecision } from "../../src/protocol/mod.ts";
import { completed, created, functionCall, reply, textReply } from "../../src/scripted/mod.ts";
import { openThreadRig, type ThreadRig } from "../support/thread_rig.ts";
import { works } from "../support/works.ts";

/** What these tests need: a namespace for the network, and a shell that can open connections. */
const able = Deno.build.os === "linux" &&
  await works(["bwrap", "--dev-bind", "/", "/", "--unshare-net", "true"]) &&
  await works(["bash", "-c", ":"]);

/** A server of this machine, and a home whose administrator requires this of the network. */
class Place implements AsyncDisposable {
  /** Hosts that requests named. */
  readonly served: string[] = [];
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  private constructor(readonly codexHome: string) {
    this.#server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, (request) => {
      this.served.push(request.headers.get("host") ?? "");
      return new Response("WELCOME\n");
    });
  }

  static async open(table: string): Promise<Place> {
    const home = await Deno.realPath(await Deno.makeTempDir({ prefix: "home-" }));
    await Deno.mkdir(join(home, "etc"));
    await Deno.writeTextFile(
      join(home, "etc", "requirements.toml"),
      `[experimental_network]\n${table}\n`,
    );
    return new Place(home);
  }

  get port(): number {
    return this.#server.addr.port;
  }

  /** A script that asks the proxy of its environment for a page of this server under a name. */
  ask(host: string): string {
    return [
      'p="${HTTP_PROXY##*:}"; u="${HTTP_PROXY#http://}"; u="${u%%@*}"',
      'exec 3<>"/dev/tcp/127.0.0.1/$p" || exit 9',
      `printf 'GET http://${host}:${this.port}/ HTTP/1.1\\r\\nHost: ${host}:${this.port}\\r\\n` +
      `Proxy-Authorization: Basic %s\\r\\nConnection: close\\r\\n\\r\\n' ` +
      `"$(printf '%s:' "$u" | base64 -w0)" >&3`,
      "cat <&3",
    ].join("\n");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
    await Deno.remove(this.codexHome, { recursive: true });
  }
}

const call = (id: string, script: string, more: Record<string, unknown> = {}) =>
  functionCall(id, "shell", { command: ["bash", "-c", script], ...more });

const step = (...args: Parameters<typeof call>) => reply(created(), call(...args), completed());

function output(rig: ThreadRig, callId: string): string {
  const items = rig.server.requests.at(-1)!.body.input;
  const found = items.find((item) => item.type.endsWith("_output") && item["call_id"] === callId);
  return String(found?.["output"]);
}

async function answer(rig: ThreadRig, decision: ReviewDecision) {
  const request = await rig.until("exec_approval_request");
  await rig.thread.submit({
    type: "exec_approval",
    id: request.approvalId ?? request.callId,
    decision,
  });
  return request;
}

/** `policy` as for `-c`; `model` has the older shell tool, whose calls name the whole command. */
const config = (approval: string, sandbox = "workspace-write") => [
  `approval_policy=${approval}`,
  `sandbox_mode=${sandbox}`,
  "model=gpt-5.2-codex",
];

function proxied(name: string, fn: () => Promise<void>): void {
  Deno.test({
    name: `network: ${name}${able ? "" : " (ignored: needs bwrap with namespaces, and bash)"}`,
    ignore: !able,
    fn,
  });
}

proxied("an allowed host is reached through the proxy, and nothing past it", async () => {
  await using place = await Place.open('enabled = true\nallowed_domains = ["127.0.0.1"]');
  const direct = `exec 3<>/dev/tcp/127.0.0.1/${place.port} && echo PAST`;
  for (const sandbox of ["read-only", "workspace-write", "danger-full-access"]) {
    await using rig = await openThreadRig([
      step("c1", place.ask("127.0.0.1")),
      step("c2", direct),
      textReply("done"),
    ], { codexHome: place.codexHome, config: config("never", sandbox) });
    await rig.say("go");
    await rig.until("turn_completed");
    assert.match(output(rig, "c1"), /200 OK[^]*WELCOME/, sandbox);
    assert.doesNotMatch(output(rig, "c2"), /PAST/, sandbox);
  }
  assert.equal(place.served.length, 3);
});

proxied("full access writes where it likes, with the network of the proxy", async () => {
  await using place = await Place.open("enabled = true");
  const outside = await Deno.makeTempDir({ prefix: "outside-" });
  try {
    await using rig = await openThreadRig([
      step("c1", `mkdir -p ${outside}/a/.git && echo x > ${outside}/a/.git/config && echo MADE`),
      textReply("done"),
    ], { codexHome: place.codexHome, config: config("never", "danger-full-access") });
    await rig.say("go");
    await rig.until("turn_completed");
    assert.match(output(rig, "c1"), /MADE/);
    assert.ok((await Deno.stat(join(outside, "a", ".git", "config"))).isFile);
  } finally {
    await Deno.remove(outside, { recursive: true });
  }
});

proxied(
  "where nobody may be asked, another host is blocked, and the model is told in one line",
  async () => {
    await using place = await Place.open('enabled = true\ndenied_domains = ["bad.example"]');
    await using rig = await openThreadRig([
      step("c1", place.ask("127.0.0.1")),
      step("c2", place.ask("bad.example")),
      textReply("done"),
    ], { codexHome: place.codexHome, config: config("never") });
    await rig.say("go");
    await rig.until("turn_completed");
    assert.match(
      output(rig, "c1"),
      /Network access to \\?"127\.0\.0\.1\\?" was blocked: the host is not on the allow list\./,
    );
    assert.match(output(rig, "c2"), /was blocked: the host is on the deny list\./);
    assert.deepEqual(place.served, []);
    assert.ok(rig.seen.every(({ msg }) => msg.type !== "exec_approval_request"));
  },
);

proxied("a person is asked about a host; yes is for the call, or for the session", async () => {
  await using place = await Place.open("enabled = true");
  await using rig = await openThreadRig([
    step("c1", place.ask("127.0.0.1")),
    step("c2", place.ask("127.0.0.1")),
    step("c3", place.ask("127.0.0.1")),
    textReply("done"),
  ], { codexHome: place.codexHome, config: config("on-request") });
  await rig.say("go");
  const first = await answer(rig, { type: "approved" });
  assert.equal(first.callId, "c1");
  assert.equal(first.approvalId, "c1/network/1");
  assert.equal(first.reason, 'Network access to "127.0.0.1" is blocked by policy.');
  assert.deepEqual(first.networkApprovalContext, { host: "127.0.0.1", protocol: "http" });
  assert.equal(first.proposedExecpolicyAmendment, null);
  assert.equal((await answer(rig, { type: "approved_for_session" })).callId, "c2");
  await rig.until("turn_completed");
  for (const id of ["c1", "c2", "c3"]) assert.match(output(rig, id), /WELCOME/, id);
  assert.equal(place.served.length, 3);
});

proxied("no ends the command as rejected", async () => {
  await using place = await Place.open("enabled = true");
  await using rig = await openThreadRig([
    step("c1", `${place.ask("127.0.0.1")}\nsleep 1000`),
    textReply("done"),
  ], { codexHome: place.codexHome, config: config("on-request") });
  await rig.say("go");
  await answer(rig, { type: "denied" });
  const { item } = await rig.until(
    "item_completed",
    (msg) => msg.item.type === "command_execution",
  );
  assert.equal(item.type === "command_execution" && item.status, "declined");
  await rig.until("turn_completed");
  assert.equal(output(rig, "c1"), "exec command rejected by user");
  assert.deepEqual(place.served, []);
});

proxied(
  "what the lists block is no denial of the sandbox: nobody is asked to run it free",
  async () => {
    await using place = await Place.open('enabled = true\ndenied_domains = ["bad.example"]');
    await using rig = await openThreadRig([
      step("c1", `${place.ask("bad.example")}\necho "Permission denied"; exit 1`),
      textReply("done"),
    ], { codexHome: place.codexHome, config: config("on-failure") });
    await rig.say("go");
    await rig.until("turn_completed");
    assert.deepEqual(rig.seen.filter(({ msg }) => msg.type === "exec_approval_request"), []);
    assert.match(output(rig, "c1"), /Network access to "bad\.example" was blocked/);
  },
);

proxied("what a person lets run free is free of the proxy, too", async () => {
  await using place = await Place.open("enabled = true");
  const direct = `exec 3<>/dev/tcp/127.0.0.1/${place.port} && echo PAST; echo "$HTTP_PROXY"`;
  await using rig = await openThreadRig([
    step("c1", direct, { sandbox_permissions: "require_escalated" }),
    textReply("done"),
  ], { codexHome: place.codexHome, config: config("on-request") });
  await rig.say("go");
  await answer(rig, { type: "approved" });
  await rig.until("turn_completed");
  assert.match(output(rig, "c1"), /PAST[^]*http:/, "its variables still lead to the proxy");
});

proxied("a command that runs on is ended when a person says no later", async () => {
  await using place = await Place.open("enabled = true");
  const script = `read line; ${place.ask("127.0.0.1").replaceAll("\n", "; ")}; sleep 1000`;
  const open = functionCall("c1", "exec_command", {
    cmd: script,
    shell: "bash",
    login: false,
    tty: true,
    yield_time_ms: 250,
  });
  let session = "";
  await using rig = await openThreadRig((request, index) => {
    if (index === 0) return reply(created(), open, completed());
    if (index > 1) return textReply("done");
    session = /session ID (\d+)/i.exec(JSON.stringify(request.body.input))?.[1] ?? "";
    const args = { session_id: Number(session), chars: "go\n", yield_time_ms: 30_000 };
    return reply(created(), functionCall("c2", "write_stdin", args), completed());
  }, {
    codexHome: place.codexHome,
    config: [...config("on-request"), "features.unified_exec=true"],
  });
  await rig.say("go");
  assert.equal((await answer(rig, { type: "denied" })).callId, "c1");
  await rig.until(
    "item_completed",
    ({ item }) => item.type === "command_execution" && item.status === "failed",
  );
  await rig.until("turn_completed");
  assert.notEqual(session, "");
  assert.match(output(rig, "c2"), /exec command rejected by user\n?$/);
  assert.deepEqual(place.served, []);
});

proxied(
  "what the lists block is told to whoever sees the end of a command that ran on",
  async () => {
    await using place = await Place.open("enabled = true");
    const script = `read line; ${place.ask("127.0.0.1").replaceAll("\n", "; ")}`;
    const more = { shell: "bash", login: false, tty: true, yield_time_ms: 250 };
    await using rig = await openThreadRig((request, index) => {
      if (index === 0) {
        return reply(
          created(),
          functionCall("c1", "exec_command", { cmd: script, ...more }),
          completed(),
        );
      }
      if (index > 1) return textReply("done");
      const session = /session ID (\d+)/i.exec(JSON.stringify(request.body.input))?.[1];
      const args = { session_id: Number(session), chars: "go\n", yield_time_ms: 30_000 };
      return reply(created(), functionCall("c2", "write_stdin", args), completed());
    }, {
      codexHome: place.codexHome,
      config: [...config("never"), "features.unified_exec=true"],
    });
    await rig.say("go");
    await rig.until("turn_completed");
    assert.match(
      output(rig, "c2"),
      /Process exited with code 0[^]*\nNetwork access to "127\.0\.0\.1" was blocked: [^\n]+\.\n?$/,
    );
    assert.deepEqual(place.served, []);
  },
);

proxied("requirements that do not switch the proxy on leave no network at all", async () => {
  await using place = await Place.open("enabled = false");
  await using rig = await openThreadRig([
    step("c1", `exec 3<>/dev/tcp/127.0.0.1/${place.port} && echo PAST; echo "proxy=$HTTP_PROXY."`),
    textReply("done"),
  ], {
    codexHome: place.codexHome,
    config: [...config("never"), "sandbox_workspace_write={network_access=true}"],
  });
  await rig.say("go");
  await rig.until("turn_completed");
  assert.doesNotMatch(output(rig, "c1"), /PAST/);
  assert.match(output(rig, "c1"), /proxy=\./);
});

Deno.test("network: a mistake in what is required keeps the session from starting", async () => {
  await using place = await Place.open('enabled = true\nallowed_domains = "all"');
  await assert.rejects(
    openThreadRig([], { codexHome: place.codexHome }),
    /experimental_network\.allowed_domains has to be a list of texts/,
  );
});
