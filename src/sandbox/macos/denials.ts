/** A refusal that the kernel wrote to the log. */
export interface Denial {
  /** Name of the program. */
  readonly name: string;
  readonly pid: number;
  /** What it was refused, such as `file-write-create /etc/x`. */
  readonly capability: string;
}

/** Messages of the kernel's sandbox and of the service that reports for it. */
const PREDICATE = '(((processID == 0) AND (senderImagePath CONTAINS "/Sandbox")) OR ' +
  '(subsystem == "com.apple.sandbox.reporting"))';

/** The command that prints refusals as JSON lines while they happen. */
export function denialStreamArgv(): string[] {
  return ["/usr/bin/log", "stream", "--style", "ndjson", "--predicate", PREDICATE];
}

/** One line of that stream; `null` = it reports no refusal. */
export function parseDenial(line: string): Denial | null {
  let entry: unknown;
  try {
    entry = JSON.parse(line);
  } catch {
    return null;
  }
  if (typeof entry !== "object" || entry === null || !("eventMessage" in entry)) return null;
  const { eventMessage } = entry;
  if (typeof eventMessage !== "string") return null;
  const found = /^Sandbox:\s*(.+?)\((\d+)\)\s+deny\(.*?\)\s*(.+)$/.exec(eventMessage);
  if (found === null) return null;
  return { name: found[1]!, pid: Number(found[2]), capability: found[3]! };
}
