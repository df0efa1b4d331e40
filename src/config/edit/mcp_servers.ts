import { ConfigError } from "../error.ts";
import { emptyTable, type TomlTable, type TomlValue } from "../toml.ts";
import { editConfig, type EditOutcome } from "./edit_config.ts";
import type { ConfigHome } from "./settings.ts";

/** An entry of `[mcp_servers]` as people make it. Absent or empty = not written. */
export interface McpServerEntry {
  readonly transport:
    | {
      readonly type: "stdio";
      readonly command: string;
      readonly args?: readonly string[];
      readonly env?: Readonly<Record<string, string>>;
      readonly envVars?: readonly string[];
      readonly cwd?: string;
    }
    | {
      readonly type: "streamable_http";
      readonly url: string;
      readonly bearerTokenEnvVar?: string;
      readonly httpHeaders?: Readonly<Record<string, string>>;
      readonly envHttpHeaders?: Readonly<Record<string, string>>;
    };
  /** Default true. */
  readonly enabled?: boolean;
  /** Default false. */
  readonly required?: boolean;
  readonly startupTimeoutSec?: number;
  readonly toolTimeoutSec?: number;
  readonly enabledTools?: readonly string[];
  readonly disabledTools?: readonly string[];
  readonly scopes?: readonly string[];
}

/**
 * Writes one entry of `[mcp_servers]`, in the place of one of that name. Of the other entries not a byte changes, and
 * those of other layers are none of its business.
 *
 * @throws ConfigError `edit_refused` for a name with other characters than letters, digits, `-` and `_`
 */
export async function setMcpServer(
  { codexHome, signal }: ConfigHome,
  name: string,
  server: McpServerEntry,
): Promise<EditOutcome> {
  checkServerName(name);
  return await editConfig({
    codexHome,
    ...(signal ? { signal } : {}),
    edits: [{
      type: "set",
      path: ["mcp_servers", name],
      value: serverTable(server),
      inlineTables: "keep",
    }],
  });
}

/** Removes one entry; `unchanged` = there was none. See {@link setMcpServer}. */
export async function removeMcpServer(
  { codexHome, signal }: ConfigHome,
  name: string,
): Promise<EditOutcome> {
  checkServerName(name);
  return await editConfig({
    codexHome,
    ...(signal ? { signal } : {}),
    edits: [{ type: "remove", path: ["mcp_servers", name] }],
  });
}

function checkServerName(name: string): void {
  if (/^[A-Za-z0-9_-]+$/.test(name)) return;
  throw new ConfigError(
    "edit_refused",
    `invalid server name '${name}' (use letters, numbers, '-', '_')`,
    { key: "mcp_servers" },
  );
}

/** Keys in the order in which people know them from other tools of this kind. */
function serverTable(server: McpServerEntry): TomlTable {
  const { transport } = server;
  const isStdio = transport.type === "stdio";
  const entries: readonly (readonly [string, TomlValue | undefined])[] = [
    isStdio ? ["command", transport.command] : ["url", transport.url],
    ["args", isStdio ? listed(transport.args) : undefined],
    ["env_vars", isStdio ? listed(transport.envVars) : undefined],
    ["cwd", isStdio ? transport.cwd : undefined],
    ["bearer_token_env_var", isStdio ? undefined : transport.bearerTokenEnvVar],
    ["enabled", server.enabled === false ? false : undefined],
    ["required", server.required === true ? true : undefined],
    ["startup_timeout_sec", server.startupTimeoutSec],
    ["tool_timeout_sec", server.toolTimeoutSec],
    // An empty list says "none of them", which is not the same as saying nothing.
    ["enabled_tools", server.enabledTools && [...server.enabledTools]],
    ["disabled_tools", listed(server.disabledTools)],
    ["scopes", listed(server.scopes)],
    ["env", isStdio ? sorted(transport.env) : undefined],
    ["http_headers", isStdio ? undefined : sorted(transport.httpHeaders)],
    ["env_http_headers", isStdio ? undefined : sorted(transport.envHttpHeaders)],
  ];
  const table = emptyTable();
  for (const [key, value] of entries) if (value !== undefined) table[key] = value;
  return table;
}

function listed(items: readonly string[] | undefined): string[] | undefined {
  return items === undefined || items.length === 0 ? undefined : [...items];
}

function sorted(map: Readonly<Record<string, string>> | undefined): TomlTable | undefined {
  const keys = Object.keys(map ?? {}).sort();
  if (map === undefined || keys.length === 0) return undefined;
  const table = emptyTable();
  for (const key of keys) table[key] = map[key] ?? "";
  return table;
}
