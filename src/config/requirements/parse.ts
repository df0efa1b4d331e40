import type { AbsolutePath, ApprovalPolicy, WebSearchMode } from "../../protocol/mod.ts";
import { Mismatch, readValue } from "../check.ts";
import { closest } from "../closest.ts";
import { ConfigError } from "../error.ts";
import { locateMismatch } from "../locate.ts";
import { bool, choice, list, map, string, table } from "../shape.ts";
import { parseToml, type TomlTable } from "../toml.ts";
import {
  type McpIdentity,
  type RequirableSandboxMode,
  type RequirementSource,
  sourceName,
} from "./types.ts";

const SHAPE = table({
  allowed_approval_policies: {
    shape: list(choice("untrusted", "on-failure", "on-request", "never")),
    doc: "The approval policies that may be used; the first one takes the place of the others.",
  },
  allowed_sandbox_modes: {
    shape: list(choice("read-only", "workspace-write", "danger-full-access", "external-sandbox")),
    doc: "The sandbox modes that may be used; read-only has to be one.",
  },
  allowed_web_search_modes: {
    shape: list(choice("disabled", "cached", "live")),
    doc: "The modes of web search that may be used; disabled always may.",
  },
  mcp_servers: {
    shape: map(table({
      identity: {
        shape: table({
          command: { shape: string, doc: "The program that starts it." },
          url: { shape: string, doc: "Where it is." },
        }),
        doc: "Who the server is.",
        required: true,
      },
    })),
    doc: "The only MCP servers that may run, by name and identity.",
  },
  allow_managed_hooks_only: {
    shape: bool,
    doc: "Whether only hooks of administrators run.",
  },
  features: {
    shape: table({ hooks: { shape: bool, doc: "Whether hooks run, whatever people say." } }),
    doc: "Features that are on or off for everybody; of others nothing is required.",
  },
  enforce_residency: { shape: choice("us"), doc: "Where requests are handled." },
});

/** What one source requires; absent = it says nothing about that. */
export interface RequirementFields {
  readonly approvalPolicies?: readonly ApprovalPolicy[];
  readonly sandboxModes?: readonly RequirableSandboxMode[];
  readonly webSearchModes?: readonly WebSearchMode[];
  readonly mcpServers?: Readonly<Record<string, McpIdentity>>;
  readonly rules?: unknown;
  readonly residency?: "us";
  readonly managedHooksOnly?: boolean;
  readonly hooksFeature?: boolean;
  readonly hooks?: unknown;
  readonly experimentalNetwork?: unknown;
  /** What to say about keys that look like slips: nothing is required by them. */
  readonly slips?: readonly string[];
}

/** Read by the rooms that they are for. */
const OF_OTHERS = ["rules", "experimental_network", "hooks"];

/**
 * Reads a `requirements.toml`. Keys that are not known are passed over, known ones have to be right.
 *
 * @throws ConfigError `invalid_requirements`, with an `invalid_toml` as its cause where the text is no TOML
 */
export async function parseRequirements(
  text: string,
  source: RequirementSource,
): Promise<RequirementFields> {
  const root = await parseToml(text, sourceName(source)).catch((error: unknown) => {
    throw error instanceof ConfigError ? invalid(source, error.message, error) : error;
  });
  const checked = check(root, text, source);
  const policies = checked.allowed_approval_policies;
  if (policies?.length === 0) {
    throw invalid(source, "field `allowed_approval_policies` cannot be empty");
  }
  const modes = checked.allowed_sandbox_modes;
  if (modes !== undefined && !modes.includes("read-only")) {
    throw invalid(source, "field `allowed_sandbox_modes` must contain `read-only`");
  }
  return {
    slips: slipsIn(root, source),
    ...(policies === undefined ? {} : { approvalPolicies: policies }),
    ...(modes === undefined ? {} : { sandboxModes: modes }),
    ...(checked.allowed_web_search_modes === undefined
      ? {}
      : { webSearchModes: checked.allowed_web_search_modes }),
    ...(checked.mcp_servers === undefined
      ? {}
      : { mcpServers: identities(checked.mcp_servers, source) }),
    ...(root["rules"] === undefined ? {} : { rules: root["rules"] }),
    ...(checked.allow_managed_hooks_only === undefined
      ? {}
      : { managedHooksOnly: checked.allow_managed_hooks_only }),
    ...(checked.features?.hooks === undefined ? {} : { hooksFeature: checked.features.hooks }),
    ...(root["hooks"] === undefined ? {} : { hooks: root["hooks"] }),
    ...(checked.enforce_residency === undefined ? {} : { residency: checked.enforce_residency }),
    ...(root["experimental_network"] === undefined
      ? {}
      : { experimentalNetwork: root["experimental_network"] }),
  };
}

/** Other unknown keys may be those of later versions. */
function slipsIn(root: TomlTable, source: RequirementSource): string[] {
  const known = [...Object.keys(SHAPE.fields), ...OF_OTHERS];
  return Object.keys(root).filter((key) => !known.includes(key)).flatMap((key) => {
    const meant = closest(key, known);
    return meant === null ? [] : [
      `${sourceName(source)}: unknown key \`${key}\`: did you mean \`${meant}\`? Nothing is ` +
      "required by it.",
    ];
  });
}

function check(root: TomlTable, text: string, source: RequirementSource) {
  try {
    return readValue(SHAPE, root);
  } catch (error) {
    if (!(error instanceof Mismatch)) throw error;
    const file: AbsolutePath = sourceName(source);
    const { message } = locateMismatch(error, [
      { type: "system", file, table: root, text, disabledReason: null },
    ]);
    throw invalid(source, message, error);
  }
}

function identities(
  servers: Readonly<
    Record<string, { readonly identity?: { readonly command?: string; readonly url?: string } }>
  >,
  source: RequirementSource,
): Record<string, McpIdentity> {
  const result: Record<string, McpIdentity> = Object.create(null);
  for (const [name, { identity }] of Object.entries(servers)) {
    const { command, url } = identity ?? {};
    if (command !== undefined && url === undefined) result[name] = { command };
    else if (url !== undefined && command === undefined) result[name] = { url };
    else {
      throw invalid(
        source,
        `\`mcp_servers.${name}.identity\` needs either \`command\` or \`url\``,
      );
    }
  }
  return result;
}

function invalid(source: RequirementSource, message: string, cause?: unknown): ConfigError {
  const name = sourceName(source);
  return new ConfigError(
    "invalid_requirements",
    `Error parsing requirements file ${name}: ${message}`,
    { file: source.type === "file" ? source.file : null },
    { cause },
  );
}
