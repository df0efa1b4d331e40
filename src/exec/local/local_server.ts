import { ExecError } from "../errors.ts";

/** A server on this machine answers such a question at once, or it is not there. Milliseconds. */
const PATIENCE_MS = 5_000;

/** What a server answered. `body`: its JSON; `null` = it is none. */
export interface LocalAnswer {
  readonly status: number;
  readonly body: unknown;
}

/**
 * Asks a server on this machine. `null` = nobody listens there.
 *
 * @throws ExecError `bad_local_provider`: somebody listens, and says nothing
 */
export async function askLocal(url: string, signal: AbortSignal): Promise<LocalAnswer | null> {
  const patience = AbortSignal.timeout(PATIENCE_MS);
  try {
    const response = await fetch(url, { signal: AbortSignal.any([signal, patience]) });
    const text = await response.text();
    return { status: response.status, body: parse(text) };
  } catch {
    if (signal.aborted) throw stopped();
    if (!patience.aborted) return null;
    throw new ExecError(
      "bad_local_provider",
      `The server at ${new URL(url).origin} says nothing for ${PATIENCE_MS / 1000} s. Wait until ` +
        "it has started, or restart it.",
    );
  }
}

/** The run was stopped while it waited for a local server. */
export function stopped(): ExecError {
  return new ExecError("bad_local_provider", "Stopped before the local model was ready.");
}

/** The member of that name, where the value is an object. */
export function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  return Object.entries(value).find(([key]) => key === name)?.[1];
}

/** Texts that the entries of a list have under one of these names; `null` = it is no list. */
export function namesIn(list: unknown, ...members: readonly string[]): string[] | null {
  if (!Array.isArray(list)) return null;
  return list.flatMap((entry) => members.map((member) => memberOf(entry, member)))
    .filter((name) => typeof name === "string");
}

/** What a server says, without what would steer a terminal. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, " ");
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
