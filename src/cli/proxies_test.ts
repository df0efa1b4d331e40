import assert from "node:assert/strict";
import { directLoopback } from "./proxies.ts";

Deno.test("this machine's own servers need no proxy", () => {
  assert.equal(directLoopback({ PATH: "/bin" }), null);
  assert.equal(directLoopback({ HTTP_PROXY: "http://p:1" }), "localhost,127.0.0.1,::1");
  assert.equal(
    directLoopback({ https_proxy: "http://p:1", no_proxy: "example.org, localhost" }),
    "example.org,localhost,127.0.0.1,::1",
  );
});
