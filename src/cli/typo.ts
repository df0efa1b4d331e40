/** Words that differ more are not taken for a slip of the fingers. */
const MAX_DISTANCE = 2;
/** Built into every command line that has commands; so short and common a word gets less leeway. */
const HELP = "help";

/**
 * The name that was probably meant: the nearest within two slips, a slip being a letter too many, too few, wrong, or
 * swapped with its neighbour. `null` = none is near, or there is nothing to go by.
 */
export function nearest(word: string, names: readonly string[]): string | null {
  const ranked = names
    .map((name) => ({ name, distance: distanceTo(word, name) }))
    .filter(({ distance }) => distance <= MAX_DISTANCE && distance < word.length)
    // Half of a short name is not that name.
    .filter(({ name, distance }) => distance * 2 <= name.length)
    .toSorted((a, b) => a.distance - b.distance);
  const [best] = ranked;
  const help = editDistance(word, HELP);
  // "hello" is two slips away, and a prompt.
  if (help <= 1 && help < (best?.distance ?? Infinity)) return HELP;
  return best?.name ?? null;
}

/** Capitals all along are one slip: the key that makes them. */
function distanceTo(word: string, name: string): number {
  const distance = editDistance(word, name);
  return distance > 1 && word.toLowerCase() === name ? 1 : distance;
}

/** Slips between two words: insertions, deletions, replacements, swaps of neighbours. */
export function editDistance(one: string, other: string): number {
  const [a, b] = [[...one], [...other]];
  // Far apart in length is far apart: no need to look at a whole prompt.
  if (Math.abs(a.length - b.length) > MAX_DISTANCE) return Math.abs(a.length - b.length);
  const rows: number[][] = [Array.from(b, (_, column) => column).concat(b.length)];
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const isSame = a[i - 1] === b[j - 1];
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] && i > 1 && j > 1;
      row.push(Math.min(
        rows[i - 1]![j]! + 1,
        row[j - 1]! + 1,
        rows[i - 1]![j - 1]! + (isSame ? 0 : 1),
        swapped ? rows[i - 2]![j - 2]! + 1 : Infinity,
      ));
    }
    rows.push(row);
  }
  return rows[a.length]![b.length]!;
}
