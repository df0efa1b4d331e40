import assert from "node:assert/strict";
import { proxyEnvironment } from "./child_environment.ts";

const OPTIONS = {
  endpoints: { httpAddress: "127.0.0.1:1", socksAddress: "127.0.0.1:2" },
  allowLocalBinding: true,
  attemptId: null,
  os: "linux",
} as const;

Deno.test("children: the proxy's variables stand over their own", () => {
  const env = proxyEnvironment({ HTTP_PROXY: "http://mine", PATH: "/bin" }, OPTIONS);
  const http = Object.values(env).filter((value) => value === "http://127.0.0.1:1").length;
  const socks = Object.values(env).filter((value) => value === "socks5h://127.0.0.1:2").length;
  assert.deepEqual([http, socks, Object.keys(env).length], [21, 4, 34]);
  assert.equal(env["PATH"], "/bin");
  assert.equal(env["ELECTRON_GET_USE_PROXY"], "true");
  assert.equal(env["CODEX_NETWORK_ALLOW_LOCAL_BINDING"], "1");
  assert.match(env["NO_PROXY"] ?? "", /^localhost,127\.0\.0\.1,::1,\*\.local,/);
});

Deno.test("children: an attempt is in the address, and goes by HTTP alone", () => {
  const env = proxyEnvironment({}, { ...OPTIONS, attemptId: "7", allowLocalBinding: false });
  assert.equal(env["HTTPS_PROXY"], "http://codex-net-attempt-7@127.0.0.1:1");
  assert.equal(env["ALL_PROXY"], env["HTTPS_PROXY"]);
  assert.equal(env["CODEX_NETWORK_ALLOW_LOCAL_BINDING"], "0");
});

Deno.test("children on macOS: git over ssh takes SOCKS, unless told otherwise", () => {
  const darwin = { ...OPTIONS, os: "darwin" } as const;
  assert.equal(
    proxyEnvironment({}, darwin)["GIT_SSH_COMMAND"],
    "ssh -o ProxyCommand='nc -X 5 -x 127.0.0.1:2 %h %p'",
  );
  assert.equal(proxyEnvironment({ GIT_SSH_COMMAND: "own" }, darwin)["GIT_SSH_COMMAND"], "own");
  assert.equal(proxyEnvironment({}, OPTIONS)["GIT_SSH_COMMAND"], undefined);
});
