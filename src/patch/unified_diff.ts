import { type ChangedRange, changedRanges } from "./diff_lines.ts";

const NO_NEWLINE = "\\ No newline at end of file\n";

/**
 * Unified diff of two texts: the hunks alone, without file headers; `""` when they are equal. Lines are told apart
 * by `\n`; a `\r` before it counts as part of the line.
 */
export function unifiedDiff(before: string, after: string, contextLines: number): string {
  if (before === after) return "";
  const a = splitLines(before);
  const b = splitLines(after);
  return grouped(changedRanges(a, b), contextLines)
    .map((ranges) => hunk(a, b, ranges, contextLines))
    .join("");
}

/** Lines with their ends, so that a missing last newline is a difference. */
function splitLines(text: string): string[] {
  const lines = text.split("\n").map((line) => `${line}\n`);
  const last = lines.pop() ?? "\n";
  if (last !== "\n") lines.push(last.slice(0, -1));
  return lines;
}

/** Ranges whose contexts meet go into one hunk. */
function grouped(ranges: readonly ChangedRange[], contextLines: number): ChangedRange[][] {
  const groups: ChangedRange[][] = [];
  for (const range of ranges) {
    const group = groups.at(-1);
    const last = group?.at(-1);
    if (group !== undefined && last !== undefined && range.fromA - last.toA <= 2 * contextLines) {
      group.push(range);
    } else {
      groups.push([range]);
    }
  }
  return groups;
}

function hunk(
  a: readonly string[],
  b: readonly string[],
  ranges: readonly ChangedRange[],
  contextLines: number,
): string {
  const first = ranges[0];
  const last = ranges.at(-1);
  if (first === undefined || last === undefined) return "";
  const lead = Math.min(contextLines, first.fromA);
  const trail = Math.min(contextLines, a.length - last.toA);
  const fromA = first.fromA - lead;
  const fromB = first.fromB - lead;
  const out = [
    `@@ -${span(fromA, last.toA + trail - fromA)} +${span(fromB, last.toB + trail - fromB)} @@\n`,
  ];
  let at = fromA;
  for (const range of ranges) {
    while (at < range.fromA) out.push(signed(" ", a[at++]));
    while (at < range.toA) out.push(signed("-", a[at++]));
    for (let i = range.fromB; i < range.toB; i++) out.push(signed("+", b[i]));
  }
  while (at < last.toA + trail) out.push(signed(" ", a[at++]));
  return out.join("");
}

/** `start,count` of a hunk header: counted from one, the line before for an empty stretch, the count left out if one. */
function span(from: number, count: number): string {
  if (count === 1) return `${from + 1}`;
  return `${count === 0 ? from : from + 1},${count}`;
}

function signed(sign: string, line: string | undefined): string {
  const text = line ?? "";
  return text.endsWith("\n") ? sign + text : `${sign}${text}\n${NO_NEWLINE}`;
}
