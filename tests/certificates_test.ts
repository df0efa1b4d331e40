import assert from "node:assert/strict";
import { join } from "node:path";
import { ROOT } from "./guard/source_tree.ts";
import { runCodex } from "./support/run_codex.ts";
import { openStage } from "./support/stage.ts";
import { type IssuedLogin, recordText } from "./support/token_authority.ts";

const FOLDER = join(ROOT, "tests", "fixtures", "tls");
const AUTHORITY = join(FOLDER, "ca.pem");

/** An HTTPS server whose certificate nobody knows but who is told about its authority. */
async function openServer(): Promise<{ baseUrl: string; paths: string[] } & AsyncDisposable> {
  const paths: string[] = [];
  const server = Deno.serve({
    port: 0,
    hostname: "127.0.0.1",
    cert: await Deno.readTextFile(join(FOLDER, "server.pem")),
    key: await Deno.readTextFile(join(FOLDER, "server.key")),
    onListen: () => {},
  }, (request) => {
    paths.push(new URL(request.url).pathname);
    return new Response("{}", { status: 400 });
  });
  return {
    baseUrl: `https://localhost:${server.addr.port}/v1`,
    paths,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

Deno.test("certificates: exec trusts what SSL_CERT_FILE names", async () => {
  await using stage = await openStage();
  await using server = await openServer();
  const env = { SSL_CERT_FILE: AUTHORITY };
  const run = await runCodex(stage, { args: ["exec", "hi"], baseUrl: server.baseUrl, env });
  assert.equal(run.code, 1);
  assert.ok(server.paths.includes("/v1/responses"), run.stderr);
});

Deno.test("certificates: doctor reaches such a server; without the variable it does not", async () => {
  await using stage = await openStage();
  await using server = await openServer();
  const reaches = async (env: Record<string, string>) => {
    const args = ["doctor", "--json"];
    const { stdout } = await runCodex(stage, { args, baseUrl: server.baseUrl, env });
    const { checks } = JSON.parse(stdout);
    return checks.find(({ id }: { id: string }) => id === "network.provider").status;
  };
  assert.equal(await reaches({}), "problem");
  assert.equal(await reaches({ SSL_CERT_FILE: AUTHORITY }), "ok");
  assert.equal(await reaches({ SSL_CERT_FILE: join(stage.root, "nowhere.pem") }), "problem");
  await Deno.writeTextFile(join(stage.codexHome, ".env"), `SSL_CERT_FILE=${AUTHORITY}\n`);
  assert.equal(await reaches({}), "ok");
});

Deno.test("certificates: a login is renewed at such a server", async () => {
  await using stage = await openStage();
  await using server = await openServer();
  const expired = `e30.${btoa(JSON.stringify({ exp: 1 })).replaceAll("=", "")}.e30`;
  const login: IssuedLogin = {
    idToken: expired,
    accessToken: expired,
    refreshToken: "refresh-once",
    accountId: "account",
  };
  await Deno.writeTextFile(join(stage.codexHome, "auth.json"), recordText(login));
  const run = await runCodex(stage, {
    args: ["exec", "hi"],
    baseUrl: server.baseUrl,
    env: {
      CODEX_API_KEY: null,
      SSL_CERT_FILE: AUTHORITY,
      CODEX_REFRESH_TOKEN_URL_OVERRIDE: server.baseUrl.replace("/v1", "/renew"),
    },
  });
  assert.ok(server.paths.includes("/renew"), run.stderr);
});
