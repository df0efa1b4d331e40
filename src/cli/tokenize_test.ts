import assert from "node:assert/strict";
import { parseArgs } from "node:util";
import type { FlagSpec } from "./spec.ts";
import { tokenize } from "./tokenize.ts";

const FLAGS: readonly FlagSpec[] = [
  { long: "json", aliases: ["experimental-json"], doc: "" },
  { long: "quiet", short: "q", doc: "" },
  { long: "verbose", short: "v", doc: "" },
  { long: "model", short: "m", value: "MODEL", doc: "" },
  { long: "image", short: "i", aliases: ["picture"], value: "FILE", greedy: true, doc: "" },
];

/** The same arguments, split by the runtime. */
function byNode(args: readonly string[]) {
  const options = Object.fromEntries(FLAGS.flatMap(({ long, short, aliases, value }) => {
    const type: "string" | "boolean" = value === undefined ? "boolean" : "string";
    const option = { type, multiple: true as const };
    return [
      [long, { ...option, ...(short === undefined ? {} : { short }) }],
      ...(aliases ?? []).map((alias) => [alias, option]),
    ];
  }));
  const { tokens } = parseArgs({
    args: [...args],
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  return tokens.map((token) => {
    if (token.kind !== "option") return { ...token };
    const { kind, name, rawName, value, inlineValue } = token;
    return {
      kind,
      name,
      rawName,
      ...(value === undefined ? {} : { value }),
      attached: inlineValue === true,
    };
  });
}

const WORDS = [
  ...[
    "--",
    "-",
    "word",
    "",
    "--json",
    "--json=x",
    "--experimental-json",
    "--picture",
    "--picture=a,b",
  ],
  ...[
    "--model",
    "--model=gpt",
    "--model=",
    "--model=a=b",
    "--unknown",
    "--unknown=1",
    "--=x",

    "---",
  ],
  ...[
    "-q",
    "-v",
    "-m",
    "-i",
    "-x",
    "-qv",
    "-qm",
    "-qmgpt",
    "-mgpt",
    "-m=gpt",
    "-q=1",
    "-qx",
    "-mq",
    "-ifile",
  ],
  ...["-é", "-😀", "help", "exec"],
];

/** Numbers that look random and are the same in each run. */
function* numbers(): Generator<number, never> {
  for (let state = 1;;) {
    state = (state * 48_271) % 2_147_483_647;
    yield state;
  }
}

Deno.test("tokenize: splits every pair of arguments, and longer lines, as the runtime does", () => {
  const lines = WORDS.flatMap((one) => WORDS.map((other) => [one, other]));
  const random = numbers();
  for (let line = 0; line < 2_000; line++) {
    const length = random.next().value % 7;
    lines.push(Array.from({ length }, () => WORDS[random.next().value % WORDS.length]!));
  }
  for (const args of lines) assert.deepEqual(tokenize(FLAGS, args), byNode(args));
});

Deno.test("tokenize: a dash within switches is no end of flags", () => {
  assert.deepEqual(tokenize(FLAGS, ["-q-v", "word"]).map(({ kind }) => kind), [
    "option",
    "option",
    "option",
    "positional",
  ]);
});
