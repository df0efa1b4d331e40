/**
 * The name that was probably meant: the nearest one, when no more than a third of the word differs. `null` = none is near.
 */
export function closest(word: string, names: readonly string[]): string | null {
  const limit = Math.max(1, Math.min(3, Math.floor(word.length / 3)));
  let best: { name: string; slips: number } | null = null;
  for (const name of names) {
    if (Math.abs(name.length - word.length) > limit) continue;
    const slips = slipsBetween(word.toLowerCase(), name.toLowerCase());
    if (slips <= limit && (best === null || slips < best.slips)) best = { name, slips };
  }
  return best?.name ?? null;
}

/** Letters too many, too few, wrong, or swapped with their neighbour. */
function slipsBetween(one: string, other: string): number {
  let before: number[] = [];
  let above = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (let i = 1; i <= one.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= other.length; j += 1) {
      const swapped = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1];
      row.push(Math.min(
        (above[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + 1,
        (above[j - 1] ?? 0) + (one[i - 1] === other[j - 1] ? 0 : 1),
        swapped ? (before[j - 2] ?? 0) + 1 : Infinity,
      ));
    }
    [before, above] = [above, row];
  }
  return above[other.length] ?? 0;
}
