import assert from "node:assert/strict";
import { join } from "node:path";
import { recordText, TokenAuthority } from "../../tests/support/token_authority.ts";
import { requirementsUrl } from "./cloud_requirements.ts";
import { loadAppConfig } from "./load_config.ts";

const POLICY = 'allowed_approval_policies = ["untrusted"]\n';

type Service = (request: Request) => Response | Promise<Response>;

/** A home with a workspace's login, an authority, and the vendor's service. */
class Rig implements AsyncDisposable {
  limitMs = 10_000;
  now = Date.parse("2026-03-01T12:00:00Z");
  readonly asked: { readonly path: string; readonly headers: Headers }[] = [];
  answer: Service = () => Response.json({ contents: POLICY });

  private constructor(
    readonly home: string,
    readonly authority: TokenAuthority,
    readonly server: Deno.HttpServer<Deno.NetAddr>,
  ) {}

  static async open(plan = "enterprise"): Promise<Rig> {
    const home = await Deno.realPath(await Deno.makeTempDir({ prefix: "cloud-" }));
    const authority = await TokenAuthority.start();
    let rig: Rig | null = null;
    const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, (request) => {
      rig!.asked.push({
        path: new URL(request.url).pathname,
        headers: new Headers(request.headers),
      });
      return rig!.answer(request);
    });
    rig = new Rig(home, authority, server);
    await rig.logIn(plan);
    return rig;
  }

  async logIn(plan: string, accountId = "acct"): Promise<void> {
    const login = this.authority.issue(accountId);
    const payload = {
      "https://api.openai.com/auth": {
        chatgpt_account_id: accountId,
        chatgpt_plan_type: plan,
        chatgpt_user_id: "user-1",
      },
    };
    const idToken = `h.${btoa(JSON.stringify(payload)).replaceAll("=", "")}.s`;
    await Deno.writeTextFile(join(this.home, "auth.json"), recordText({ ...login, idToken }));
  }

  load(env: Record<string, string> = {}) {
    return loadAppConfig({
      codexHome: this.home,
      processCwd: this.home,
      env: { CODEX_REFRESH_TOKEN_URL_OVERRIDE: this.authority.tokenUrl, ...env },
      home: this.home,
      cliOverrides: [`chatgpt_base_url=http://127.0.0.1:${this.server.addr.port}/backend-api/`],
      overrides: {},
      systemDir: join(this.home, "etc"),
      cloud: {
        originator: "test",
        version: "1.0.0",
        terminal: "dumb",
        self: { argv: [], env: {} },
        allowApiKeyEnv: true,
        now: () => this.now,
        limitMs: this.limitMs,
      },
    });
  }

  get cacheFile(): string {
    return join(this.home, "cloud-requirements-cache.json");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.shutdown();
    await this.authority[Symbol.asyncDispose]();
    await Deno.remove(this.home, { recursive: true });
  }
}

Deno.test("cloud requirements: a workspace's are in force, and kept for an hour", async () => {
  await using rig = await Rig.open();
  const config = await rig.load();
  assert.equal(config.approvalPolicy, "untrusted");
  assert.equal(config.requirements.approvalPolicy.allowed?.source.type, "cloud");
  const [request] = rig.asked;
  assert.equal(request?.path, "/backend-api/wham/config/requirements");
  assert.equal(request?.headers.get("chatgpt-account-id"), "acct");
  assert.equal(request?.headers.get("originator"), "test");
  assert.equal((await Deno.stat(rig.cacheFile)).mode! & 0o777, 0o600);
  const { signed_payload: payload } = JSON.parse(await Deno.readTextFile(rig.cacheFile));
  assert.deepEqual(payload, {
    cached_at: "2026-03-01T12:00:00.000Z",
    expires_at: "2026-03-01T13:00:00.000Z",
    chatgpt_user_id: "user-1",
    account_id: "acct",
    contents: POLICY,
  });
  rig.now += 59 * 60_000;
  assert.equal((await rig.load()).approvalPolicy, "untrusted");
  assert.equal(rig.asked.length, 1);
  rig.now += 2 * 60_000;
  rig.answer = () => Response.json({});
  assert.equal((await rig.load()).approvalPolicy, "on-request");
  assert.equal(rig.asked.length, 2);
  await rig.load();
  assert.equal(rig.asked.length, 2, "that there are none is kept as well");
});

for (const plan of ["pro", "team", "edu", "free"]) {
  Deno.test(`cloud requirements: nobody is asked for a login with the plan ${plan}`, async () => {
    await using rig = await Rig.open(plan);
    assert.equal((await rig.load()).requirements.approvalPolicy.allowed, null);
    assert.equal(rig.asked.length, 0);
  });
}

Deno.test("cloud requirements: nobody is asked where an API key counts, or nothing is stored", async () => {
  await using rig = await Rig.open();
  await rig.load({ CODEX_API_KEY: "sk-x" });
  await Deno.remove(join(rig.home, "auth.json"));
  await rig.load();
  assert.equal(rig.asked.length, 0);
});

Deno.test("cloud requirements: a service that fails for a moment is asked again", async () => {
  await using rig = await Rig.open();
  rig.answer = () =>
    rig.asked.length < 3
      ? new Response(null, { status: 503 })
      : Response.json({ contents: POLICY });
  assert.equal((await rig.load()).approvalPolicy, "untrusted");
  assert.equal(rig.asked.length, 3);
});

Deno.test("cloud requirements: a refused login is renewed once", async () => {
  await using rig = await Rig.open();
  const tokens: (string | null)[] = [];
  rig.answer = ({ headers }) => {
    tokens.push(headers.get("authorization"));
    return tokens.length === 1
      ? new Response(null, { status: 401 })
      : Response.json({ contents: POLICY });
  };
  assert.equal((await rig.load()).approvalPolicy, "untrusted");
  assert.equal(rig.authority.refreshes, 1);
  assert.equal(new Set(tokens).size, 2);
});

Deno.test("cloud requirements: no answer goes on with what was required last, or without, and says so", async () => {
  await using rig = await Rig.open();
  const usual = rig.limitMs;
  const fail = () => {
    rig.limitMs = 300;
    rig.answer = () => new Response(null, { status: 500 });
  };
  fail();
  const without = await rig.load();
  assert.equal(without.requirements.approvalPolicy.allowed, null);
  assert.match(JSON.stringify(without.startupNotices), /runs without it/);
  // The one that shall be kept has its usual time, however busy the machine is.
  rig.limitMs = usual;
  rig.answer = () => Response.json({ contents: POLICY });
  await rig.load();
  rig.now += 5 * 3_600_000;
  fail();
  const kept = await rig.load();
  assert.equal(kept.approvalPolicy, "untrusted");
  assert.match(JSON.stringify(kept.startupNotices), /required 5 h ago is in force/);
  rig.now += 8 * 24 * 3_600_000;
  assert.equal((await rig.load()).requirements.approvalPolicy.allowed, null);
});

Deno.test("cloud requirements: a kept answer counts for its login alone, and not when it was edited", async () => {
  await using rig = await Rig.open();
  await rig.load();
  await rig.logIn("business", "other");
  rig.answer = () => Response.json({});
  assert.equal((await rig.load()).requirements.approvalPolicy.allowed, null);
  assert.equal(rig.asked.length, 2);
  await rig.logIn("business");
  rig.answer = () => Response.json({ contents: POLICY });
  await rig.load();
  const kept = JSON.parse(await Deno.readTextFile(rig.cacheFile));
  kept.signed_payload.contents = null;
  await Deno.writeTextFile(rig.cacheFile, JSON.stringify(kept));
  assert.equal((await rig.load()).approvalPolicy, "untrusted");
  assert.equal(rig.asked.length, 4);
});

Deno.test("cloud requirements: two shapes of address", () => {
  assert.equal(
    requirementsUrl("https://chatgpt.com/backend-api/"),
    "https://chatgpt.com/backend-api/wham/config/requirements",
  );
  assert.equal(
    requirementsUrl("https://codex.example"),
    "https://codex.example/api/codex/config/requirements",
  );
});
