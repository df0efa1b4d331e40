import type { AbsolutePath } from "../../protocol/mod.ts";

/** The first argument of the program when it is started to confine itself and become a command. */
export const LANDLOCK_HELPER_FLAG = "--codex-run-landlock";

/** What the process that starts the helper tells it: `--codex-run-landlock <this as JSON> -- COMMAND…`. */
export interface LandlockPlan {
  /** Links resolved. */
  readonly writable: readonly AbsolutePath[];
  /** What can be read besides; `null` = everything. */
  readonly readable: readonly AbsolutePath[] | null;
  readonly network: boolean;
  /** Process id of the program that asked for the command; the command ends with it. */
  readonly parent: number;
  /** Soft limit of open descriptors for the command. */
  readonly descriptorLimit: number;
  /** Variables that only the helper needed, to start. */
  readonly unset: readonly string[];
  /** Variables that only the command gets. */
  readonly set: Readonly<Record<string, string>>;
  /** A number in decimals, see `command_mark.ts`; `null` = the command cannot be marked. */
  readonly mark: string | null;
}

export function parseLandlockPlan(text: string): LandlockPlan | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== "object" || value === null) return null;
  const { writable, readable, network, parent, descriptorLimit, unset, set, mark } =
    value as Record<
      string,
      unknown
    >;
  if (!isTextList(writable) || !isTextList(unset) || typeof network !== "boolean") return null;
  if (readable !== null && !isTextList(readable)) return null;
  if (!isCount(parent) || !isCount(descriptorLimit)) return null;
  if (!writable.every((path) => path.startsWith("/"))) return null;
  if (mark !== null && !(typeof mark === "string" && /^\d{1,19}$/.test(mark))) return null;
  if (!isTextMap(set)) return null;
  return { writable, readable, network, parent, descriptorLimit, unset, set, mark };
}

function isTextList(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}
function isTextMap(value: unknown): value is Record<string, string> {
  return typeof value === "object" && value !== null && !Array.isArray(value) &&
    isTextList(Object.values(value));
}
function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value > 0;
}
