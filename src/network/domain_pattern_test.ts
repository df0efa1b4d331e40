import assert from "node:assert/strict";
import { compileDomains, normalizeHost, patternIncludes } from "./domain_pattern.ts";
import { NetworkError } from "./error.ts";
import { processorTime } from "../../tests/support/processor_time.ts";

Deno.test("hosts are compared without case, brackets, one port, zone and trailing dots", () => {
  assert.deepEqual(
    [" Example.COM. ", "example.com:443", "[::1]:80", "::1", "[FE80::1%eth0]", "a..", ""]
      .map(normalizeHost),
    ["example.com", "example.com", "::1", "::1", "fe80::1", "a", ""],
  );
});

const SPELLINGS: Readonly<Record<string, readonly string[]>> = {
  "127.0.0.1": ["127.1", "2130706433", "0x7f.1", "0x7F000001", "0177.0.0.01", "127.0.0.1."],
  "::1": ["0:0:0:0:0:0:0:1", "[0000::0001]", "::0.0.0.1"],
  "2001:db8::1:0:0:2": ["2001:0DB8:0:0:1:0:0:2"],
  "1:0:2:3:4:5:6:7": ["1::2:3:4:5:6:7"],
  "::": ["0::0"],
  "xn--bcher-kva.test": ["bücher.test", "BÜCHER.test.", "Bücher.test:80", "bücher。test"],
  "evil.test": ["ｅvil.test", "ＥＶＩＬ.test"],
  "a_b.test": ["A_b.test"],
  "": [
    "a b",
    "a/b",
    "a@b",
    "a%2eb",
    "a?",
    "1.2.3.4.5",
    "256.1",
    "a.09",
    "\0",
    "a:b:c",
    "ü ü",
  ],
};

Deno.test("hosts have one spelling, also those that only resolvers read as addresses", () => {
  for (const [host, spellings] of Object.entries(SPELLINGS)) {
    for (const spelling of [host, ...spellings]) {
      assert.equal(normalizeHost(spelling), host, spelling);
    }
  }
});

const MATCHES: readonly (readonly [pattern: string, host: string, answer: boolean])[] = [
  ["openai.com", "openai.com", true],
  ["OpenAI.com.", "openai.com", true],
  ["openai.com", "api.openai.com", false],
  ["*.openai.com", "api.openai.com", true],
  ["*.openai.com", "a.b.openai.com", true],
  ["*.openai.com", "openai.com", false],
  ["*.openai.com", "evilopenai.com", false],
  ["*.openai.com", ".openai.com", false],
  ["**.openai.com", "openai.com", true],
  ["**.openai.com", "api.openai.com", true],
  ["**.openai.com", "evilopenai.com", false],
  ["*", "anything", true],
  ["*", "", false],
  ["api?.x.com", "api1.x.com", true],
  ["api?.x.com", "api.x.com", false],
  ["api[12].x.com", "api2.x.com", true],
  ["api[!12].x.com", "api2.x.com", false],
  ["[ab].x.com", "a.x.com", true],
  ["{a,b*}.x.com", "bc.x.com", true],
  ["a.*.com", "a.b.com", true],
  ["a.b.com", "axb.com", false],
  ["[::1]", "::1", true],
  ["127.0.0.1", "127.0.0.1", true],
  ["127.1", "127.0.0.1", true],
  ["0:0:0:0:0:0:0:1", "::1", true],
  ["Bücher.test", "xn--bcher-kva.test", true],
  ["*.bücher.test", "a.xn--bcher-kva.test", true],
  ["**.BÜCHER.test", "xn--bcher-kva.test", true],
];

Deno.test("patterns match what they say and nothing like it", () => {
  for (const [pattern, host, answer] of MATCHES) {
    assert.equal(compileDomains([pattern]).matches(host), answer, `${pattern} ${host}`);
  }
});

Deno.test("a pattern that cannot be read is an error", () => {
  for (
    const pattern of [
      ...["", "  ", "a[b", "a{b", "a}b", "a b", "http://a.com", "a[z-b].com", "a\\"],
      ...["ü*.test", "a@b", "*.a%b", "1.2.3.4.5"],
    ]
  ) {
    assert.throws(
      () => compileDomains([pattern]),
      (error) => error instanceof NetworkError && error.code === "invalid_pattern",
      pattern,
    );
  }
});

Deno.test("many stars do not take long", () => {
  const set = compileDomains(["a*a*a*a*b"]);
  const start = processorTime();
  assert.equal(set.matches("a".repeat(255)), false);
  assert.equal(set.matches("a".repeat(100_000)), false);
  assert.ok(processorTime() - start < 1000);
});

const INCLUDES: readonly (readonly [managed: string, candidate: string, answer: boolean])[] = [
  ["*", "anything.*", true],
  ["a.com", "*", false],
  ["*.x", "a.x", true],
  ["*.x", "*.a.x", true],
  ["*.x", "**.a.x", true],
  ["*.x", "*.x", true],
  ["*.x", "**.x", false],
  ["*.x", "x", false],
  ["**.x", "x", true],
  ["**.x", "**.x", true],
  ["**.x", "evilx", false],
  ["x", "X.", true],
  ["x", "*.x", false],
  ["a?.x", "ab.x", true],
  ["a?.x", "*.x", false],
];

Deno.test("a narrower pattern is told from a wider one", () => {
  for (const [managed, candidate, answer] of INCLUDES) {
    assert.equal(patternIncludes(managed, candidate), answer, `${managed} ${candidate}`);
  }
});
