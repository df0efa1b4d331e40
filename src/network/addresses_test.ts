import assert from "node:assert/strict";
import { isLoopbackAddress, isPublicAddress, parseAddress } from "./addresses.ts";

const NOT_PUBLIC = [
  "0.0.0.0",
  "0.1.2.3",
  "10.0.0.1",
  "100.64.0.1",
  "100.127.255.255",
  "127.0.0.1",
  "169.254.169.254",
  "172.16.0.1",
  "172.31.255.255",
  "192.0.0.1",
  "192.0.2.1",
  "192.88.99.1",
  "192.168.1.1",
  "198.18.0.1",
  "198.19.255.255",
  "198.51.100.1",
  "203.0.113.1",
  "224.0.0.1",
  "240.0.0.1",
  "255.255.255.255",
  "::",
  "::1",
  "::7f00:1",
  "::ffff:10.0.0.1",
  "::ffff:a00:1",
  "64:ff9b::10.0.0.1",
  "2002:a00:1::",
  "fc00::1",
  "fdff::1",
  "fe80::1",
  "fe80::1%eth0",
  "ff02::1",
  "2001:2::1",
  "2001:1f::1",
  "2001:2f::1",
  "3fff:fff::1",
  "5f00::1",
];

const PUBLIC = [
  "192.88.98.1",
  "2001:2:1::1",
  "2001:30::1",
  "3fff:1000::1",
  "5f01::1",
  "1.1.1.1",
  "100.63.255.255",
  "100.128.0.1",
  "172.15.0.1",
  "172.32.0.1",
  "198.17.0.1",
  "198.20.0.1",
  "223.255.255.255",
  "2606:4700:4700::1111",
  "::ffff:1.1.1.1",
  "64:ff9b::8.8.8.8",
];

Deno.test("private and special addresses are not public, their neighbours are", () => {
  const verdict = (text: string): boolean =>
    isPublicAddress(parseAddress(text) ?? assert.fail(text));
  assert.deepEqual(NOT_PUBLIC.filter(verdict), []);
  assert.deepEqual(PUBLIC.filter((text) => !verdict(text)), []);
});

Deno.test("what a resolver would have to make sense of is no address", () => {
  for (
    const text of [
      "127.1",
      "2130706433",
      "0x7f.0.0.1",
      "0177.0.0.1",
      "1.2.3.256",
      "1.2.3",
      "a.b.c.d",
    ]
  ) {
    assert.equal(parseAddress(text), null, text);
  }
  for (
    const text of ["1::2::3", ":::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "::12345", "::1.2.3"]
  ) {
    assert.equal(parseAddress(text), null, text);
  }
  assert.deepEqual(parseAddress("1:2::3"), [0, 1, 0, 2, ...Array(10).fill(0), 0, 3]);
});

Deno.test("loopback in all its forms leads to this machine", () => {
  for (const text of ["127.0.0.1", "127.9.9.9", "0.0.0.0", "::1", "::", "::ffff:127.0.0.1"]) {
    assert.equal(isLoopbackAddress(parseAddress(text) ?? assert.fail(text)), true, text);
  }
  assert.equal(isLoopbackAddress(parseAddress("128.0.0.1") ?? assert.fail()), false);
});
