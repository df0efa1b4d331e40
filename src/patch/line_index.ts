/** Ways of comparing a line of a patch with a line of a file, from strict to lenient. */
const READINGS: readonly ((line: string) => string)[] = [
  (line) => line,
  (line) => line.trimEnd(),
  (line) => line.trim(),
  (line) => fold(line.trim()),
];

/** Writes typographic dashes, quotes and blanks the way a keyboard does. */
function fold(line: string): string {
  return line
    .replace(/[\u2010-\u2015\u2212]/g, "-")
    .replace(/[\u2018-\u201b]/g, "'")
    .replace(/[\u201c-\u201f]/g, '"')
    .replace(/[\u00a0\u2002-\u200a\u202f\u205f\u3000]/g, " ");
}

/** How many comparisons may be made one by one, as a multiple of the file's lines, before a table is worth it. */
const SCANS_BEFORE_TABLE = 3;

interface Reading {
  readonly lines: readonly string[];
  readonly read: (line: string) => string;
  /** Where each line stands, ascending. Made when scanning has become dear. */
  places: ReadonlyMap<string, readonly number[]> | null;
}

/**
 * Finds runs of lines in a file. Many searches in one file cost about as much as one: searches that go on from where
 * the last one ended look at few lines, and the others soon go through a table.
 */
export class LineIndex {
  readonly #lines: readonly string[];
  readonly #readings: (Reading | undefined)[] = [];
  #scanned = 0;

  constructor(lines: readonly string[]) {
    this.#lines = lines;
  }

  get length(): number {
    return this.#lines.length;
  }

  /**
   * First place at or after `from` where `wanted` stands; the strictest reading that finds one decides.
   *
   * @param atEnd look at the last lines of the file only
   */
  find(wanted: readonly string[], from: number, atEnd: boolean): number | null {
    const last = this.#lines.length - wanted.length;
    const start = atEnd ? last : from;
    if (start < from || start > last) return null;
    for (let level = 0; level < READINGS.length; level++) {
      const reading = this.#reading(level);
      const keys = wanted.map(reading.read);
      const found = this.#search(reading, keys, start);
      if (found !== null) return found;
    }
    return null;
  }

  #reading(level: number): Reading {
    const known = this.#readings[level];
    if (known !== undefined) return known;
    const read = READINGS[level] ?? ((line: string) => line);
    const lines = level === 0 ? this.#lines : this.#lines.map(read);
    return this.#readings[level] = { lines, read, places: null };
  }

  #search(reading: Reading, keys: readonly string[], start: number): number | null {
    const { lines } = reading;
    const last = lines.length - keys.length;
    const budget = SCANS_BEFORE_TABLE * lines.length;
    let at = start;
    while (at <= last && this.#scanned <= budget) {
      const alike = countAlike(lines, keys, at);
      if (alike === keys.length) return at;
      this.#scanned += alike + 1;
      at++;
    }
    if (at > last) return null;
    reading.places ??= placesOf(lines);
    return lookUp(lines, reading.places, keys, at);
  }
}

/** How many of the lines wanted stand at `at`, up to the first that does not. */
function countAlike(lines: readonly string[], keys: readonly string[], at: number): number {
  let i = 0;
  while (i < keys.length && lines[at + i] === keys[i]) i++;
  return i;
}
function placesOf(lines: readonly string[]): ReadonlyMap<string, readonly number[]> {
  const places = new Map<string, number[]>();
  lines.forEach((line, at) => {
    const known = places.get(line);
    if (known === undefined) places.set(line, [at]);
    else known.push(at);
  });
  return places;
}

function lookUp(
  lines: readonly string[],
  places: ReadonlyMap<string, readonly number[]>,
  keys: readonly string[],
  start: number,
): number | null {
  if (keys.length === 0) return start;
  let rarest: readonly number[] | null = null;
  let offset = 0;
  for (let i = 0; i < keys.length; i++) {
    const found = places.get(keys[i] ?? "");
    if (found === undefined) return null;
    if (rarest === null || found.length < rarest.length) {
      rarest = found;
      offset = i;
    }
  }
  const candidates = rarest ?? [];
  for (let i = firstAtLeast(candidates, start + offset); i < candidates.length; i++) {
    const at = (candidates[i] ?? 0) - offset;
    if (at + keys.length > lines.length) return null;
    if (countAlike(lines, keys, at) === keys.length) return at;
  }
  return null;
}

function firstAtLeast(ascending: readonly number[], least: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] ?? 0) < least) low = middle + 1;
    else high = middle;
  }
  return low;
}
