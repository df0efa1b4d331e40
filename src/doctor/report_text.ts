import { count } from "./report_json.ts";
import { AREAS, type CheckResult, type CheckStatus } from "./types.ts";

export interface TextOptions {
  readonly version: string;
  /** Marks instead of words, and colours: for terminals. */
  readonly marks: boolean;
  readonly env: Readonly<Record<string, string>>;
}

const MARKS: Readonly<Record<CheckStatus, string>> = {
  ok: "✓",
  warning: "!",
  problem: "✗",
  skipped: "-",
};

const COLOURS: Readonly<Record<CheckStatus, number>> = {
  ok: 32,
  warning: 33,
  problem: 31,
  skipped: 2,
};

/** The report for a person: by area, aligned, with a last line that sums it up. */
export function reportText(results: readonly CheckResult[], options: TextOptions): string {
  const paint = painter(options);
  const widest = Math.max(...results.map(({ id }) => nameOf(id).length));
  const lead = options.marks ? 1 : Math.max(...Object.keys(MARKS).map((word) => word.length));
  const indent = " ".repeat(2 + lead + 2);
  const lines = [`codex-cli ${options.version} doctor`];
  for (const area of AREAS) {
    const own = results.filter((result) => result.area === area);
    if (own.length === 0) continue;
    lines.push("", paint(1, area));
    for (const { id, status, summary, details, remedy } of own) {
      const mark = (options.marks ? MARKS[status] : status).padEnd(lead);
      lines.push(`  ${paint(COLOURS[status], mark)}  ${nameOf(id).padEnd(widest)}  ${summary}`);
      const rest = details.flatMap((detail) => detail.split("\n"));
      lines.push(...rest.map((line) => paint(2, `${indent}${" ".repeat(widest)}  ${line}`)));
      if (remedy !== null) lines.push(`${indent}${" ".repeat(widest)}  → ${remedy}`);
    }
  }
  const [problems, warnings, skips] = (["problem", "warning", "skipped"] as const)
    .map((status) => count(results, status));
  const verdict = problems === 0 ? "No problems" : `${problems} ${plural(problems!, "problem")}`;
  const rest = `${warnings} ${plural(warnings!, "warning")}, ${count(results, "ok")} ok, ` +
    `${skips} skipped`;
  lines.push("", `${paint(problems === 0 ? 32 : 31, verdict)}, ${rest}.`, "");
  return lines.join("\n");
}

function plural(number: number, word: string): string {
  return number === 1 ? word : `${word}s`;
}

/** The part of an id that the area's heading does not say. */
function nameOf(id: string): string {
  return id.split(".").slice(1).join(".");
}

function painter({ marks, env }: TextOptions): (code: number, text: string) => string {
  const colours = marks && !env["NO_COLOR"] && env["TERM"] !== "dumb";
  return colours ? (code, text) => `\x1b[${code}m${text}\x1b[0m` : (_, text) => text;
}
