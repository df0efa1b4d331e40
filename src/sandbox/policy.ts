import type { SandboxPolicy } from "../protocol/mod.ts";
import type { SandboxBackend } from "./types.ts";

/** Whether commands may use the network without limit. `read-only` never does. */
export function hasFullNetwork(policy: SandboxPolicy): boolean {
  switch (policy.type) {
    case "danger-full-access":
      return true;
    case "external-sandbox":
      return policy.networkAccess === "enabled";
    case "workspace-write":
      return policy.networkAccess;
    case "read-only":
      return false;
  }
}

/** Whether the command may write anywhere, so that this program adds no sandbox of its own. */
export function hasFullDiskWrite(policy: SandboxPolicy): boolean {
  return policy.type === "danger-full-access" || policy.type === "external-sandbox";
}

/** Whether the command may read every file that the user can read. */
export function hasFullDiskRead(policy: SandboxPolicy): boolean {
  switch (policy.type) {
    case "danger-full-access":
    case "external-sandbox":
      return true;
    case "read-only":
      return policy.access.type === "full-access";
    case "workspace-write":
      return policy.readOnlyAccess.type === "full-access";
  }
}

/** The policy in one line, as banners and status pages print it. The words are fixed: scripts match on them. */
export function sandboxSummary(policy: SandboxPolicy): string {
  switch (policy.type) {
    case "danger-full-access":
    case "read-only":
      return policy.type;
    case "external-sandbox":
      return policy.type + networkSuffix(policy);
    case "workspace-write": {
      const places = [
        "workdir",
        ...(policy.excludeSlashTmp ? [] : ["/tmp"]),
        ...(policy.excludeTmpdirEnvVar ? [] : ["$TMPDIR"]),
        ...policy.writableRoots,
      ];
      return `workspace-write [${places.join(", ")}]${networkSuffix(policy)}`;
    }
  }
}

function networkSuffix(policy: SandboxPolicy): string {
  return hasFullNetwork(policy) ? " (network access enabled)" : "";
}

/** The name of the sandbox in request headers and metrics; `null` = that depends on the backend, which is not known. */
export function sandboxTag(policy: SandboxPolicy, backend: SandboxBackend | null): string | null {
  if (policy.type === "danger-full-access") return "none";
  if (policy.type === "external-sandbox") return "external";
  switch (backend?.kind) {
    case undefined:
      return null;
    case "bubblewrap":
      return "linux_bubblewrap";
    case "landlock":
      return "seccomp";
    case "seatbelt":
      return "seatbelt";
    case "windows":
      return "windows_sandbox";
    case "unavailable":
      return "none";
  }
}
