import assert from "node:assert/strict";
import { NO_CONSTRAINTS } from "./settings.ts";
import { openNetworkRig } from "../../tests/support/network_rig.ts";

const LOOPBACK = { hostname: "127.0.0.1", port: 0 };

Deno.test("admin: closed unless asked for, and to everyone without the token", async () => {
  await using closed = await openNetworkRig();
  assert.equal(closed.proxy.admin, null);
  await using rig = await openNetworkRig({ admin: LOOPBACK });
  const { address, token } = rig.proxy.admin ?? assert.fail();
  for (const authorization of ["", "Bearer", `Bearer ${token}x`, `Basic ${token}`, "Bearer x"]) {
    for (const path of ["/health", "/mode", "/nothing"]) {
      const response = await fetch(`http://${address}${path}`, { headers: { authorization } });
      assert.equal(response.status, 401);
      await response.body?.cancel();
    }
  }
});

Deno.test("admin: tells the state and changes the mode within the constraints", async () => {
  await using rig = await openNetworkRig({
    admin: LOOPBACK,
    settings: { allowedDomains: ["a.test"], deniedDomains: ["b.test"] },
  });
  const { address, token } = rig.proxy.admin ?? assert.fail();
  const call = async (method: string, path: string, body?: string): Promise<string> => {
    const headers = { authorization: `Bearer ${token}` };
    const response = await fetch(`http://${address}${path}`, { method, headers, body });
    return `${response.status} ${await response.text()}`;
  };
  assert.equal(await call("GET", "/health"), "200 ok");
  assert.equal(await call("GET", "/patterns"), '200 {"allowed":["a.test"],"denied":["b.test"]}');
  assert.equal(await call("GET", "/blocked"), '200 {"blocked":[]}');
  assert.match(await call("GET", "/config"), /^200 \{"enabled":true,"mode":"full",/);
  assert.equal(
    await call("POST", "/mode", '{"mode":"limited"}'),
    '200 {"status":"ok","mode":"limited"}',
  );
  assert.equal(rig.proxy.settings.mode, "limited");
  assert.equal(await call("POST", "/reload", ""), '200 {"status":"reloaded"}');
  assert.equal(rig.proxy.settings.mode, "full");
  assert.match(await call("POST", "/mode", '{"mode":"open"}'), /^400 /);
  assert.match(await call("POST", "/mode", ""), /^400 /);
  assert.match(await call("POST", "/mode", "x".repeat(8193)), /^413 /);
  assert.match(await call("GET", "/mode"), /^404 /);
  await using bound = await openNetworkRig({
    admin: LOOPBACK,
    settings: { mode: "limited" },
    constraints: { ...NO_CONSTRAINTS, mode: "limited" },
  });
  const admin = bound.proxy.admin ?? assert.fail();
  const response = await fetch(`http://${admin.address}/mode`, {
    method: "POST",
    headers: { authorization: `Bearer ${admin.token}` },
    body: '{"mode":"full"}',
  });
  assert.equal(response.status, 500);
  await response.body?.cancel();
  assert.equal(bound.proxy.settings.mode, "limited");
});
