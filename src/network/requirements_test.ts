import assert from "node:assert/strict";
import { NetworkError, type NetworkErrorCode } from "./error.ts";
import { clampToLoopback, parseListenAddress } from "./listen_address.ts";
import { managedConstraints, managedSettings, parseNetworkRequirements } from "./requirements.ts";
import { checkSettings, DEFAULT_NETWORK_SETTINGS, NO_CONSTRAINTS } from "./settings.ts";

function fails(code: NetworkErrorCode, text: RegExp | null, run: () => unknown): void {
  assert.throws(run, (error) =>
    error instanceof NetworkError && error.code === code &&
    (text === null || text.test(error.message)));
}

Deno.test("requirements: every key is a setting and a constraint, the rest has its default", () => {
  const requirements = parseNetworkRequirements({
    enabled: true,
    http_port: 3128,
    socks_port: 8081,
    allowed_domains: ["*.openai.com"],
    denied_domains: ["evil.com"],
    allow_unix_sockets: ["/run/x.sock"],
    allow_local_binding: false,
    allow_upstream_proxy: false,
    dangerously_allow_non_loopback_proxy: false,
    dangerously_allow_non_loopback_admin: false,
    something_new: 1,
  });
  assert.deepEqual([requirements.httpPort, requirements.socksPort], [3128, 8081]);
  const settings = managedSettings(requirements);
  assert.deepEqual(settings, {
    ...DEFAULT_NETWORK_SETTINGS,
    enabled: true,
    allowedDomains: ["*.openai.com"],
    deniedDomains: ["evil.com"],
    allowUnixSockets: ["/run/x.sock"],
    allowLocalBinding: false,
    allowUpstreamProxy: false,
  });
  checkSettings(settings, managedConstraints(requirements));
  assert.deepEqual(managedSettings(parseNetworkRequirements({})), DEFAULT_NETWORK_SETTINGS);
});

Deno.test("requirements: a wrong shape names its key", () => {
  for (
    const [key, value] of [
      ["enabled", "yes"],
      ["http_port", 70000],
      ["socks_port", 1.5],
      ["allowed_domains", "x"],
      ["denied_domains", [1]],
    ] as const
  ) {
    const named = new RegExp(`experimental_network\\.${key}`);
    fails("invalid_setting", named, () => parseNetworkRequirements({ [key]: value }));
  }
  fails("invalid_setting", null, () => parseNetworkRequirements([]));
  fails("invalid_pattern", null, () => parseNetworkRequirements({ allowed_domains: ["a["] }));
});

Deno.test("settings: nothing may become wider than required", () => {
  const base = { ...DEFAULT_NETWORK_SETTINGS, enabled: true };
  const required = {
    ...NO_CONSTRAINTS,
    mode: "limited" as const,
    allowedDomains: ["**.x.com"],
    deniedDomains: ["bad.x.com"],
    allowUnixSockets: ["/run/a"],
    allowLocalBinding: false,
  };
  const fitting = {
    ...base,
    mode: "limited" as const,
    allowedDomains: ["a.x.com"],
    deniedDomains: ["BAD.x.com", "more.com"],
    allowUnixSockets: ["/run/a"],
    allowLocalBinding: false,
  };
  checkSettings(fitting, required);
  const wider = (change: Partial<typeof base>, key: string): void =>
    fails(
      "constraint",
      new RegExp(`^invalid value for network\\.${key}: .* \\(allowed .*\\)$`),
      () => checkSettings({ ...fitting, ...change }, required),
    );
  wider({ mode: "full" }, "mode");
  wider({ allowedDomains: ["y.com"] }, "allowed_domains");
  wider({ deniedDomains: [] }, "denied_domains");
  wider({ allowUnixSockets: ["/run/b"] }, "allow_unix_sockets");
  wider({ allowLocalBinding: true }, "allow_local_binding");
});

Deno.test("addresses to listen on: every form, and no other machine unless it is asked for", () => {
  const cases: readonly (readonly [string, string, number])[] = [
    ["http://127.0.0.1:3128", "127.0.0.1", 3128],
    ["user:pass@localhost:80/x", "127.0.0.1", 80],
    ["example.com:81", "127.0.0.1", 81],
    ["0.0.0.0:nope", "0.0.0.0", 9],
    ["[::1]:82", "::1", 82],
    ["::1", "::1", 9],
    ["127.0.0.1", "127.0.0.1", 9],
  ];
  for (const [text, hostname, port] of cases) {
    assert.deepEqual(parseListenAddress(text, 9), { hostname, port }, text);
  }
  fails("invalid_setting", null, () => parseListenAddress("http://", 9));
  const open = { hostname: "0.0.0.0", port: 5 };
  assert.deepEqual(clampToLoopback(open, false), { hostname: "127.0.0.1", port: 5 });
  assert.deepEqual(clampToLoopback(open, true), open);
});
