import type { CheckResult, CheckStatus, Surroundings } from "./types.ts";

/** Grows when a field changes its meaning or goes away; new fields and new checks do not count. */
const SCHEMA_VERSION = 1;

/** The report as a document for programs. Field names are a contract. */
export function reportJson(
  results: readonly CheckResult[],
  { version, now }: Pick<Surroundings, "version" | "now">,
): string {
  return `${
    JSON.stringify(
      {
        schema_version: SCHEMA_VERSION,
        codex_version: version,
        generated_at: new Date(now()).toISOString(),
        ok: count(results, "problem") === 0,
        counts: {
          ok: count(results, "ok"),
          warning: count(results, "warning"),
          problem: count(results, "problem"),
          skipped: count(results, "skipped"),
        },
        checks: results,
      },
      null,
      2,
    )
  }\n`;
}

/** How many checks ended like this. */
export function count(results: readonly CheckResult[], status: CheckStatus): number {
  return results.filter((result) => result.status === status).length;
}
