import type { AbsolutePath } from "../../protocol/mod.ts";

/** The first argument of the program when it is started to run a command confined, on Windows. */
export const WINDOWS_HELPER_FLAG = "--codex-run-windows-sandbox";

/** AppContainer, or a token that has to be allowed twice to write. */
export type WindowsMode = "app_container" | "restricted_token";

/** What the process that starts the helper tells it: `--codex-run-windows-sandbox <this as JSON> -- COMMAND…`. */
export interface WindowsPlan {
  readonly mode: WindowsMode;
  readonly writable: readonly {
    readonly root: AbsolutePath;
    /** Present or not: what is missing is made for the time of the command. */
    readonly readOnly: readonly AbsolutePath[];
  }[];
  /** Folders that an AppContainer could not read otherwise. */
  readonly readable: readonly AbsolutePath[];
  readonly network: boolean;
  /** For the lock and the record of what was changed. */
  readonly stateDir: AbsolutePath;
  /** Variables that only the helper needed, to start. */
  readonly unset: readonly string[];
}

export function parseWindowsPlan(text: string): WindowsPlan | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== "object" || value === null) return null;
  const { mode, writable, readable, network, stateDir, unset } = value as Record<string, unknown>;
  if (mode !== "app_container" && mode !== "restricted_token") return null;
  if (!isTextList(readable) || !isTextList(unset) || !Array.isArray(writable)) return null;
  if (typeof network !== "boolean" || typeof stateDir !== "string") return null;
  const roots: { root: string; readOnly: string[] }[] = [];
  for (const { root, readOnly } of writable as Record<string, unknown>[]) {
    if (typeof root !== "string" || !isTextList(readOnly)) return null;
    roots.push({ root, readOnly });
  }
  return { mode, writable: roots, readable, network, stateDir, unset };
}

function isTextList(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}
