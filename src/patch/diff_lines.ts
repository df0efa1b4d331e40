import { diffArrays } from "diff";

/** Items `fromA`..`toA` of the first list became `fromB`..`toB` of the second (ends exclusive). */
export interface ChangedRange {
  readonly fromA: number;
  readonly toA: number;
  readonly fromB: number;
  readonly toB: number;
}

/** Differing lines in one stretch past which it counts as wholly replaced: the search grows with their square. */
const MOST_EDITS = 1000;

/**
 * What changed between two lists of lines, in order, unchanged lines between any two ranges. Lines that occur once on
 * either side split the work first, so that a large file with many small changes stays cheap.
 */
export function changedRanges(a: readonly string[], b: readonly string[]): ChangedRange[] {
  const ranges: ChangedRange[] = [];
  const whole = trimmed(a, b, { fromA: 0, toA: a.length, fromB: 0, toB: b.length });
  let fromA = whole.fromA;
  let fromB = whole.fromB;
  const ends: [number, number][] = [...anchors(a, b, whole), [whole.toA, whole.toB]];
  for (const [toA, toB] of ends) {
    ranges.push(...rangesWithin(a, b, trimmed(a, b, { fromA, toA, fromB, toB })));
    fromA = toA;
    fromB = toB;
  }
  return joined(ranges);
}

/** Without the lines that both sides begin and end with. */
function trimmed(a: readonly string[], b: readonly string[], range: ChangedRange): ChangedRange {
  let { fromA, toA, fromB, toB } = range;
  while (fromA < toA && fromB < toB && a[fromA] === b[fromB]) {
    fromA++;
    fromB++;
  }
  while (fromA < toA && fromB < toB && a[toA - 1] === b[toB - 1]) {
    toA--;
    toB--;
  }
  return { fromA, toA, fromB, toB };
}

/** Pairs of lines that stand once on each side, in the longest run that ascends on both. */
function anchors(
  a: readonly string[],
  b: readonly string[],
  range: ChangedRange,
): [number, number][] {
  const inA = onlyOnce(a, range.fromA, range.toA);
  const inB = onlyOnce(b, range.fromB, range.toB);
  const pairs: [number, number][] = [];
  for (const [line, atA] of inA) {
    const atB = inB.get(line);
    if (atB !== undefined) pairs.push([atA, atB]);
  }
  return longestAscending(pairs);
}

function onlyOnce(lines: readonly string[], from: number, to: number): Map<string, number> {
  const seen = new Map<string, number>();
  for (let at = from; at < to; at++) {
    const line = lines[at] ?? "";
    seen.set(line, seen.has(line) ? -1 : at);
  }
  for (const [line, at] of seen) if (at === -1) seen.delete(line);
  return seen;
}

/** `pairs` ascends by the first number; keeps the most that ascend by the second too (patience sorting). */
function longestAscending(pairs: readonly [number, number][]): [number, number][] {
  const tops: number[] = [];
  const before: number[] = [];
  pairs.forEach(([, value], i) => {
    let low = 0;
    let high = tops.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((pairs[tops[middle] ?? 0]?.[1] ?? 0) < value) low = middle + 1;
      else high = middle;
    }
    before[i] = low === 0 ? -1 : tops[low - 1] ?? -1;
    tops[low] = i;
  });
  const run: [number, number][] = [];
  for (let i = tops.at(-1) ?? -1; i !== -1; i = before[i] ?? -1) {
    const pair = pairs[i];
    if (pair !== undefined) run.push(pair);
  }
  return run.reverse();
}

function rangesWithin(
  a: readonly string[],
  b: readonly string[],
  range: ChangedRange,
): ChangedRange[] {
  const { fromA, toA, fromB, toB } = range;
  if (fromA === toA && fromB === toB) return [];
  if (fromA === toA || fromB === toB) return [range];
  const parts = diffArrays(a.slice(fromA, toA), b.slice(fromB, toB), {
    maxEditLength: MOST_EDITS,
  });
  if (parts === undefined) return [range];
  const ranges: ChangedRange[] = [];
  let atA = fromA;
  let atB = fromB;
  for (const part of parts) {
    const count = part.value.length;
    const nextA = part.added ? atA : atA + count;
    const nextB = part.removed ? atB : atB + count;
    if (part.added || part.removed) {
      ranges.push({ fromA: atA, toA: nextA, fromB: atB, toB: nextB });
    }
    atA = nextA;
    atB = nextB;
  }
  return ranges;
}

/** Makes one of ranges that touch. */
function joined(ranges: readonly ChangedRange[]): ChangedRange[] {
  const out: ChangedRange[] = [];
  for (const range of ranges) {
    const last = out.at(-1);
    if (last !== undefined && last.toA === range.fromA && last.toB === range.fromB) {
      out[out.length - 1] = { ...last, toA: range.toA, toB: range.toB };
    } else {
      out.push(range);
    }
  }
  return out;
}
