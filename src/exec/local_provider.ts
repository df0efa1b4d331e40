import type { Config } from "../app/mod.ts";
import { ExecError } from "./errors.ts";

/** A server on this machine answers such a question at once, or it is not there. Milliseconds. */
const PATIENCE_MS = 5_000;

/**
 * Makes sure that a server answers where `--oss` expects one: a missing server is a common mistake, and said in
 * one sentence it is easier to mend than after a row of retries.
 */
export async function checkLocalProvider({ provider }: Config, signal: AbortSignal): Promise<void> {
  const base = (provider.baseUrl ?? "").replace(/\/+$/, "");
  const limit = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]);
  let status: number;
  try {
    const response = await fetch(`${base}/models`, { signal: limit });
    await response.body?.cancel();
    status = response.status;
  } catch (cause) {
    throw new ExecError(
      "bad_local_provider",
      `No server answers at ${base}. Start ${provider.id}, or name another address in CODEX_OSS_BASE_URL.`,
      { cause },
    );
  }
  if (status < 400) return;
  throw new ExecError(
    "bad_local_provider",
    `What answers at ${base} is no model server: its list of models is refused with status ${status}.`,
  );
}
