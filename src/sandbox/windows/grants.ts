import type { AbsolutePath } from "../../protocol/mod.ts";
import { type AccessEntry, INHERIT, RIGHTS } from "./acl.ts";
import type { Sid } from "./sid.ts";
import type { WindowsPlan } from "./windows_plan.ts";

/** Entries to add to the access list of one file or folder. */
export interface Grant {
  readonly path: AbsolutePath;
  readonly entries: readonly AccessEntry[];
}

/**
 * What one command is given and refused. The identity belongs to that command alone, so taking back is taking away
 * whatever names it.
 */
export function planGrants(plan: Pick<WindowsPlan, "writable" | "readable">, sid: Sid): Grant[] {
  const grants = new Map<AbsolutePath, AccessEntry[]>();
  const add = (path: AbsolutePath, ...entries: AccessEntry[]) =>
    grants.set(path, [...grants.get(path) ?? [], ...entries]);
  for (const { root, readOnly } of plan.writable) {
    add(
      root,
      // The root itself stays where it is: only what is in it can be deleted or renamed.
      { verdict: "allow", sid, mask: RIGHTS.write, flags: INHERIT.none },
      { verdict: "allow", sid, mask: RIGHTS.modify, flags: INHERIT.onlyBelow },
    );
    for (const path of readOnly) {
      add(path, { verdict: "deny", sid, mask: RIGHTS.change, flags: INHERIT.below });
    }
  }
  const writable = new Set(plan.writable.map(({ root }) => root));
  for (const path of plan.readable) {
    if (writable.has(path)) continue;
    add(path, { verdict: "allow", sid, mask: RIGHTS.readExecute, flags: INHERIT.below });
  }
  return [...grants].map(([path, entries]) => ({ path, entries }));
}
