import { type Requirements, sourceName } from "./types.ts";

/** What a configured MCP server is, as far as an administrator cares. */
export interface McpServerFacts {
  readonly command?: string;
  readonly url?: string;
}

/**
 * Why a configured MCP server may not run; `null` = it may. It has to be required under its own name and be exactly
 * what is required under that name.
 */
export function mcpRefusal(
  name: string,
  server: McpServerFacts,
  { mcpServers }: Pick<Requirements, "mcpServers">,
): string | null {
  if (mcpServers === null) return null;
  const identity = Object.hasOwn(mcpServers.value, name) ? mcpServers.value[name] : undefined;
  const fits = identity !== undefined &&
    ("command" in identity ? identity.command === server.command : identity.url === server.url);
  return fits ? null : `requirements (${sourceName(mcpServers.source)})`;
}
