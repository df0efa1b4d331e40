import { problem, reasonOf } from "./finding.ts";
import type { Scene } from "./scene.ts";
import { withoutSecrets } from "./secrets.ts";
import type { Area, CheckResult, Finding } from "./types.ts";

/** One look at one thing. */
export interface Check {
  readonly id: string;
  readonly area: Area;
  /** Longest time, in milliseconds, if not the usual. */
  readonly limitMs?: number;
  /** The signal ends what the check has started; what it throws becomes a problem. */
  run(scene: Scene, signal: AbortSignal): Promise<Finding>;
}

const USUAL_LIMIT_MS = 10_000;

/** Makes all checks side by side. None can stop another, or take longer than its limit. */
export async function runChecks(
  checks: readonly Check[],
  scene: Scene,
): Promise<readonly CheckResult[]> {
  const hide = withoutSecrets(scene.around.env);
  return await Promise.all(checks.map(async (check) => {
    const { status, summary, details, remedy } = await runCheck(check, scene);
    return {
      id: check.id,
      area: check.area,
      status,
      summary: hide(summary),
      details: details.map(hide),
      remedy: remedy === null ? null : hide(remedy),
    };
  }));
}

async function runCheck(check: Check, scene: Scene): Promise<Finding> {
  const limitMs = check.limitMs ?? USUAL_LIMIT_MS;
  const stop = new AbortController();
  const late = Promise.withResolvers<Finding>();
  const timer = setTimeout(() => {
    stop.abort();
    late.resolve(problem(
      `no answer within ${limitMs / 1000} s`,
      "Try again; if it stays like this, something that this check asks hangs.",
    ));
  }, limitMs);
  try {
    // The first turn of the event loop is the caller's: a check that throws at once is caught, too.
    return await Promise.race([
      Promise.resolve().then(() => check.run(scene, stop.signal)),
      late.promise,
    ]);
  } catch (error) {
    return problem(
      `the check itself failed: ${reasonOf(error)}`,
      "Please report this; the other checks are not affected.",
    );
  } finally {
    clearTimeout(timer);
    stop.abort();
  }
}
