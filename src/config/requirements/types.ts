import type { AbsolutePath, ApprovalPolicy, WebSearchMode } from "../../protocol/mod.ts";
import type { Constraint } from "./constraint.ts";

/** Who requires something. */
export type RequirementSource =
  | { readonly type: "cloud" }
  /** Managed preferences of macOS; `key` names the preference. */
  | { readonly type: "mdm"; readonly key: string }
  | { readonly type: "file"; readonly file: AbsolutePath };

/** A sandbox mode as `allowed_sandbox_modes` names it. */
export type RequirableSandboxMode =
  | "read-only"
  | "workspace-write"
  | "danger-full-access"
  | "external-sandbox";

/** Who a required MCP server is: what starts it, or where it is. */
export type McpIdentity = { readonly command: string } | { readonly url: string };

/** A value and who requires it. */
export interface Required<T> {
  readonly value: T;
  readonly source: RequirementSource;
}

/** What an administrator requires, field by field: the first source that sets a field decides it alone. */
export interface Requirements {
  readonly approvalPolicy: Constraint<ApprovalPolicy>;
  readonly sandboxMode: Constraint<RequirableSandboxMode>;
  readonly webSearchMode: Constraint<WebSearchMode>;
  /** The only MCP servers that may run, by name; `null` = any. */
  readonly mcpServers: Required<Readonly<Record<string, McpIdentity>>> | null;
  /** The table `rules` as TOML gives it, for `policy/`; `null` = none. */
  readonly rules: Required<unknown> | null;
  readonly residency: Required<"us"> | null;
  /** Whether hooks of administrators alone run; `null` = nothing is said. */
  readonly managedHooksOnly: Required<boolean> | null;
  /** Whether hooks run, whatever people say; `null` = they decide. */
  readonly hooksFeature: Required<boolean> | null;
  /** The table `hooks` as TOML gives it, for `hooks/`; `null` = there is none. */
  readonly hooks: Required<unknown> | null;
  /** The table `experimental_network` as TOML gives it, for `network/`; `null` = there is none. */
  readonly experimentalNetwork: Required<unknown> | null;
}

/** A source for people: a file by its path. */
export function sourceName(source: RequirementSource): string {
  switch (source.type) {
    case "cloud":
      return "cloud requirements";
    case "mdm":
      return `MDM com.openai.codex:${source.key}`;
    case "file":
      return source.file;
  }
}
