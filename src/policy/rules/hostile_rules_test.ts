import assert from "node:assert/strict";
import { RulesError, type RulesErrorCode } from "./error.ts";
import { parseRulesFile } from "./parse_rules_file.ts";

interface Hostile {
  readonly name: string;
  readonly text: string;
  /** Absent = the file is odd and loads. */
  readonly code?: RulesErrorCode;
}

function loop(start: string, body: string, rounds = 100): string {
  return `${start}\nfor i in range(${rounds}):\n  ${body}\n`;
}

const CYCLE = "x = []\nx.append(x)\ny = []\ny.append(y)\n";
const LONG = 'x = "a" * 1000000';

const NESTED: readonly Hostile[] = [
  { name: "lists", text: `x = ${"[".repeat(100_000)}${"]".repeat(100_000)}` },
  { name: "open brackets", text: `x = ${"(".repeat(100_000)}` },
  { name: "not", text: `x = ${"not ".repeat(100_000)}1` },
  { name: "signs", text: `x = ${"-".repeat(100_000)}1` },
  { name: "lambda", text: `x = ${"lambda: ".repeat(100_000)}1` },
  { name: "conditions", text: `x = ${"1 if 1 else ".repeat(100_000)}1` },
  {
    name: "blocks",
    text: Array.from({ length: 2_000 }, (_, i) => `${" ".repeat(i)}if 1:\n`).join(""),
  },
  { name: "elif", text: `if 0: pass\n${"elif 0: pass\n".repeat(50_000)}` },
  { name: "a long sum", text: `x = ${Array(100_000).fill("1").join("+")}` },
  { name: "a long chain of calls", text: `x = f${"()".repeat(100_000)}` },
  { name: "a long chain of names", text: `x = f${".a".repeat(100_000)}` },
  { name: "recursion", text: "def f(n):\n  return f(n + 1)\nf(1)\n" },
  { name: "two functions", text: "def f(n):\n  return g(n)\ndef g(n):\n  return f(n)\nf(1)\n" },
  { name: "a lambda that is given itself", text: "f = lambda g: g(g)\nf(f)\n" },
  { name: "a sort that sorts", text: "def f(x):\n  return sorted([2, 1], key=f)\nf(1)\n" },
  { name: "a list in itself as text", text: `${CYCLE}z = str(x)\n` },
  { name: "lists in themselves compared", text: `${CYCLE}z = x == y\n` },
  { name: "lists in themselves in order", text: `${CYCLE}z = x < y\n` },
].map((each) => ({ ...each, name: `nested: ${each.name}`, code: "too_costly" }));

const ENDLESS: readonly Hostile[] = [
  { name: "a huge range", text: "for i in range(10000000000):\n  pass\n" },
  { name: "loops in loops", text: loop("", "for j in range(100000): pass", 100_000) },
  { name: "a comprehension", text: "x = [1 for i in range(100000) for j in range(100000)]" },
  { name: "a filter that lets nothing through", text: "x = [1 for i in range(9999999999) if 0]" },
  { name: "a list from a range", text: "x = list(range(10000000000))" },
  { name: "rules", text: loop("", 'prefix_rule(["a"])', 10_000_000) },
  { name: "alternatives", text: "prefix_rule([[str(i) for i in range(200000)]])" },
  {
    name: "examples",
    text: "a = [str(i) for i in range(3000)]\nprefix_rule([a], match=a)\n",
  },
  { name: "a list that doubles in place", text: loop('x = ["a"]', "x.extend(x)") },
  { name: "searches in a long text", text: loop(`${LONG} + "b"`, 'x.find("ab")', 1_000_000) },
  { name: "looks into a long text", text: loop(LONG, 'y = "b" in x', 1_000_000) },
  { name: "beginnings of a long text", text: loop(LONG, "x.startswith(x)", 1_000_000) },
  {
    name: "long texts compared",
    text: loop(`${LONG}\nz = "a" * 1000000`, "y = x == z", 1_000_000),
  },
  { name: "slices", text: loop(LONG, "y = x[1:]", 1_000_000) },
  { name: "counts", text: loop(LONG, 'y = x.count("a")', 1_000_000) },
  { name: "sorts", text: loop('x = ["a" * 100000] * 50', "y = sorted(x)", 10_000) },
  { name: "pops at the front", text: loop("x = list(range(500000))", "x.pop(0)", 1_000_000) },
  { name: "inserts at the front", text: loop("x = []", "x.insert(0, i)", 1_000_000) },
  { name: "many arguments", text: loop("f = lambda *a: 0\nx = [1] * 100000", "f(*x)", 10_000) },
  {
    name: "lists of two compared",
    text: `${loop("x = 1\ny = 1", "x = [x, x]; y = [y, y]")}z = x == y`,
  },
].map((each) => ({ ...each, name: `endless: ${each.name}`, code: "too_costly" }));

const LARGE: readonly Hostile[] = [
  { name: "repeated text", text: 'x = "a" * 10000000000' },
  { name: "a repeated list", text: "x = [1] * 10000000000" },
  { name: "text that doubles", text: loop('x = "a"', "x = x + x") },
  { name: "a list that doubles", text: loop('x = ["a"]', "x = x + x") },
  { name: "an f-string", text: loop('x = "aaaa"', 'x = f"{x}{x}"') },
  { name: "a format", text: loop('x = "aaaa"', 'x = "{0}{0}".format(x)') },
  { name: "percent", text: loop('x = "aaaa"', 'x = "%s%s" % (x, x)') },
  { name: "join", text: loop('x = ","', "x = x.join([x, x])") },
  { name: "replace", text: loop('x = "aaaa"', 'x = x.replace("a", "aaaa")') },
  { name: "lists of two as text", text: `${loop('x = ["a"]', "x = [x, x]")}y = str(x)` },
  { name: "a literal", text: `x = [${"1,".repeat(900_000)}]` },
].map((each) => ({ ...each, name: `large: ${each.name}`, code: "too_costly" }));

const OTHERS: readonly Hostile[] = [
  { name: "a shift", text: "x = 1 << 1000000000", code: "rule" },
  { name: "a power", text: loop("x = 2", "x = x * x"), code: "rule" },
  { name: "a number of a million digits", text: `x = ${"9".repeat(1_000_000)}`, code: "syntax" },
  { name: "a number made of text", text: 'x = int("z" * 1000000, 36)', code: "rule" },
  { name: "a key of a million letters", text: `${LONG}\nd = {x: 1}`, code: "rule" },
  {
    name: "tuples in tuples as a key",
    text: `${loop("t = ()", "t = (t, t)")}d = {t: 1}`,
    code: "rule",
  },
  { name: "a string that does not end", text: `x = "${"a".repeat(3_000_000)}`, code: "syntax" },
  { name: "a NUL", text: 'prefix_rule(["a"])\0', code: "syntax" },
  { name: "a reach for the host", text: 'x = "a".constructor', code: "rule" },
  { name: "a reach for the prototype", text: "x = __proto__", code: "rule" },
  {
    name: "names of the host as keys",
    text: 'x = {"__proto__": 1, "constructor": 2}\ny = x["__proto__"]',
  },
  {
    name: "a list that grows while it is gone through",
    text: "x = [1]\nfor i in x:\n  x.append(i)\n",
  },
  { name: "empty lines", text: "\n".repeat(3_000_000) },
  { name: "joined lines", text: "\\\n".repeat(1_500_000) },
  { name: "comments", text: "#\n".repeat(1_500_000) },
  { name: "blanks", text: " ".repeat(3_000_000) },
  { name: "escapes", text: `x = "${"\\n".repeat(1_000_000)}"` },
];

for (const { name, text, code } of [...NESTED, ...ENDLESS, ...LARGE, ...OTHERS]) {
  Deno.test(`hostile rules, ${name}: ${code ?? "harmless"}`, () => {
    if (code === undefined) {
      parseRulesFile("/r.rules", text);
      return;
    }
    assert.throws(() => parseRulesFile("/r.rules", text), (error: unknown) => {
      assert(error instanceof RulesError);
      assert.equal(error.code, code, error.message);
      assert.notEqual(error.line, null, error.message);
      assert(error.message.length < 2_000);
      return true;
    });
  });
}

Deno.test("what rules may cost is enough for ten thousand amendments", () => {
  const lines = Array.from(
    { length: 10_000 },
    (_, index) => `prefix_rule(pattern=["npm", "run", "task-${index}"], decision="allow")`,
  );
  assert.equal(parseRulesFile("/r.rules", lines.join("\n")).length, 10_000);
});
