import type { WorkspaceWritePolicy } from "../../src/protocol/mod.ts";

/** What `workspace-write` means where nothing else is configured. */
export const WORKSPACE_WRITE: WorkspaceWritePolicy = {
  type: "workspace-write",
  writableRoots: [],
  readOnlyAccess: { type: "full-access" },
  networkAccess: false,
  excludeTmpdirEnvVar: false,
  excludeSlashTmp: false,
};
