import assert from "node:assert/strict";
import { editFile } from "./edit.ts";
import { parsePatch } from "./parse.ts";
import { decodeFile } from "./text_file.ts";
import { unifiedDiff } from "./unified_diff.ts";

/** Numbers that look random and are the same in each run (Park and Miller). */
function randomFrom(seed: number): (below: number) => number {
  let state = seed * 7919 + 1;
  return (below) => {
    state = (state * 48271) % 2147483647;
    return state % below;
  };
}

type Random = (below: number) => number;

function pick<T>(random: Random, from: readonly T[]): T {
  const found = from[random(from.length)];
  assert.ok(found !== undefined);
  return found;
}

interface Line {
  text: string;
  end: string;
}

const WORDS = ["if", "x", "return", "  ", "\t", "}", "“q”", "é", "ß", "0"];
const WRITERS: Record<string, (text: string) => Uint8Array> = {
  utf8: (text) => new TextEncoder().encode(text),
  mark: (text) => new TextEncoder().encode(`\ufeff${text}`),
  latin1: (text) =>
    Uint8Array.from(
      `\xff\n${text}`,
      (c) => c === "“" ? 0x93 : c === "”" ? 0x94 : c.charCodeAt(0),
    ),
  utf16le: (text) =>
    new Uint8Array(Uint16Array.from(`\ufeff${text}`, (c) => c.charCodeAt(0)).buffer),
};

function randomLine(random: Random, tag: string): string {
  const words = Array.from({ length: random(4) }, () => pick(random, WORDS));
  return [...words, tag, ...(random(3) === 0 ? [pick(random, WORDS)] : [])].join(" ");
}

/** A file, a patch for it, and the file that it has to become. Each line occurs once, so that there is one answer. */
function scenario(seed: number): { before: Uint8Array; patch: string; after: Uint8Array } {
  const random = randomFrom(seed);
  const ends = pick(random, [["\n"], ["\r\n"], ["\n", "\r\n"]]);
  const lines: Line[] = Array.from({ length: 1 + random(40) }, (_, i) => ({
    text: randomLine(random, `#${i}`),
    end: pick(random, ends),
  }));
  const isOpen = random(3) === 0;
  const last = lines.at(-1);
  if (isOpen && last !== undefined) last.end = "";
  const after: Line[] = [];
  const patch = ["*** Begin Patch", "*** Update File: f"];
  let at = 0;
  while (at < lines.length) {
    const skip = random(8);
    after.push(...lines.slice(at, at + skip));
    at += skip;
    const context = lines.slice(at, at + 1 + random(2));
    const old = lines.slice(at + context.length, at + context.length + random(3));
    const next = at + context.length + old.length;
    // What comes in beside a last line without an end is another test's subject.
    if (context.length === 0 || (isOpen && next >= lines.length - 1)) break;
    const added = Array.from({ length: random(4) }, (_, i): Line => ({
      text: randomLine(random, `+${seed}.${at}.${i}`),
      end: (old.length > 0 ? old[Math.min(i, old.length - 1)] : context.at(-1))?.end ?? "",
    }));
    patch.push(
      "@@",
      ...context.map((line) => ` ${random(4) === 0 ? line.text.trim() : line.text}`),
    );
    patch.push(...old.map((line) => `-${line.text}`), ...added.map((line) => `+${line.text}`));
    after.push(...context, ...added);
    at = next;
  }
  after.push(...lines.slice(at));
  const write = WRITERS[pick(random, Object.keys(WRITERS))];
  assert.ok(write !== undefined);
  const join = (all: readonly Line[]) => write(all.map((line) => line.text + line.end).join(""));
  return { before: join(lines), patch: [...patch, "*** End Patch"].join("\n"), after: join(after) };
}

Deno.test("patches made from random edits lead to the edited file, byte for byte", () => {
  let applied = 0;
  for (let seed = 1; seed <= 3000; seed++) {
    const { before, patch, after } = scenario(seed);
    if (!patch.includes("@@")) continue;
    const [section] = parsePatch(patch).sections;
    assert.ok(section?.type === "update");
    const result = editFile(decodeFile(before), section.chunks);
    assert.ok(result.kind === "edited", `${seed}: ${result.kind}\n${patch}`);
    assert.deepEqual(result.bytes, after, `seed ${seed}\n${patch}`);
    applied++;
  }
  assert.ok(applied > 2000);
});

Deno.test("unified diffs of random texts, read strictly, lead from one to the other", () => {
  for (let seed = 1; seed <= 1500; seed++) {
    const random = randomFrom(seed);
    const text = () => {
      const lines = Array.from({ length: random(30) }, () => pick(random, ["a", "b", "", "c\r"]));
      return lines.join("\n") + (random(2) === 0 ? "\n" : "");
    };
    const before = text();
    const after = text();
    const context = random(4);
    assert.equal(applyStrictly(before, unifiedDiff(before, after, context)), after, `seed ${seed}`);
  }
});

/** Reads a unified diff without any leniency. */
function applyStrictly(before: string, diff: string): string {
  const old = before.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  const out: string[] = [];
  const rows = diff.split("\n").slice(0, -1);
  let at = 0;
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] ?? "";
    const header = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@$/.exec(row);
    if (header !== null) {
      const start = Number(header[1]) - (header[2] === "0" ? 0 : 1);
      out.push(...old.slice(at, start));
      at = start;
      assert.equal(out.length, Number(header[3]) - (header[4] === "0" ? 0 : 1));
      continue;
    }
    const isOpen = rows[i + 1]?.startsWith("\\") === true;
    const line = row.slice(1) + (isOpen ? "" : "\n");
    if (row[0] === " " || row[0] === "-") assert.equal(old[at++], line);
    if (row[0] === " " || row[0] === "+") out.push(line);
  }
  return [...out, ...old.slice(at)].join("");
}
