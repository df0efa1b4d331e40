/**
 * Test program: one instance that uses the login as a run of the program does, without the rest of it. It makes one
 * request to the server named, renews the login when it is refused, and prints what came of it as one JSON line. At
 * the step that it is told it prints `at <step>` and stands still until its stdin ends, so that it can be killed, or
 * overtaken, there.
 *
 * @module
 */
import { AuthError, openAuth } from "../../src/auth/mod.ts";

interface Task {
  readonly codexHome: string;
  readonly tokenUrl: string;
  readonly apiUrl: string;
  readonly stopAt?: string;
  readonly outerLockMs?: number;
  readonly forced?: boolean;
}

export interface InstanceResult {
  /** Status of the last answer; `null` = none. */
  readonly status: number | null;
  /** Code and text of the failure; `null` = none. */
  readonly error: { readonly code: string; readonly message: string } | null;
}

async function request(task: Task, headers: { authorization: string | null }): Promise<number> {
  const response = await fetch(task.apiUrl, {
    method: "POST",
    headers: headers.authorization === null ? {} : { authorization: headers.authorization },
  });
  await response.body?.cancel();
  return response.status;
}

async function standStill(step: string): Promise<void> {
  console.log(`at ${step}`);
  await Deno.stdin.read(new Uint8Array(16));
}

async function run(task: Task): Promise<InstanceResult> {
  const { signal } = new AbortController();
  try {
    await using auth = await openAuth({
      codexHome: task.codexHome,
      env: { CODEX_REFRESH_TOKEN_URL_OVERRIDE: task.tokenUrl },
      allowApiKeyEnv: false,
      store: "file",
      limits: {
        foreignWinner: [0, 20],
        commitLock: 500,
        ...(task.outerLockMs === undefined ? {} : { outerLock: task.outerLockMs }),
      },
      onStep: (step) => step === task.stopAt ? standStill(step) : undefined,
    });
    if (task.forced) await auth.refreshToken(signal);
    const first = await auth.get(signal);
    let status = await request(task, first);
    if (status === 401 && await auth.afterRejection(first, signal)) {
      status = await request(task, await auth.get(signal));
    }
    return { status, error: null };
  } catch (error) {
    if (!(error instanceof AuthError)) throw error;
    return { status: null, error: { code: error.code, message: error.message } };
  }
}

if (import.meta.main) {
  console.log(JSON.stringify(await run(JSON.parse(Deno.args[0] ?? "null"))));
  // As the program does: on older runtimes a lock that was given up would keep the process until it is free.
  Deno.exit(0);
}
