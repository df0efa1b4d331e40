import { join } from "node:path";
import type { AbsolutePath, ApprovalPolicy, WebSearchMode } from "../../protocol/mod.ts";
import { ConfigError } from "../error.ts";
import { type Layer, readConfigText } from "../layers.ts";
import type { TomlTable } from "../toml.ts";
import type { StartupNotice } from "../types.ts";
import { allowOnly, type Constraint, unconstrained } from "./constraint.ts";
import { parseRequirements, type RequirementFields } from "./parse.ts";
import type { RequirableSandboxMode, Required, Requirements, RequirementSource } from "./types.ts";

/** Key of the managed preference that holds a `requirements.toml`, in base64. */
export const REQUIREMENTS_PREFERENCE = "requirements_toml_base64";

export interface RequirementInput {
  /** Folder of machine-wide files. */
  readonly systemDir: AbsolutePath;
  /** Text from the vendor's service for this login; `null` = none. */
  readonly cloud: string | null;
  /** A managed preference of this machine, decoded. */
  readonly preference: (key: string) => Promise<string | null>;
  /** The layers of an older way to manage a machine, the one that decides first. */
  readonly legacy: readonly Layer[];
}

interface Found {
  readonly source: RequirementSource;
  readonly fields: RequirementFields;
}

/**
 * Collects what administrators require. Sources, the first that sets a field decides it: the vendor's service,
 * managed preferences, `requirements.toml`, and the two keys of `managed_config.toml` that older versions knew.
 *
 * @throws ConfigError `invalid_requirements`, `unreadable_file`
 */
export async function loadRequirements(
  input: RequirementInput,
): Promise<{ requirements: Requirements; notices: StartupNotice[] }> {
  const found: Found[] = [];
  const cloud = await cloudFields(input.cloud);
  if (cloud !== null) found.push({ source: { type: "cloud" }, fields: cloud });
  await add(found, { type: "mdm", key: REQUIREMENTS_PREFERENCE }, () => {
    return input.preference(REQUIREMENTS_PREFERENCE);
  });
  const file = join(input.systemDir, "requirements.toml");
  await add(found, { type: "file", file }, () => readConfigText(file));
  for (const layer of input.legacy) found.push(...legacyFields(layer));
  const requirements: Requirements = {
    approvalPolicy: approvalConstraint(first(found, "approvalPolicies")),
    sandboxMode: sandboxConstraint(first(found, "sandboxModes")),
    webSearchMode: webSearchConstraint(first(found, "webSearchModes")),
    mcpServers: first(found, "mcpServers"),
    rules: first(found, "rules"),
    residency: first(found, "residency"),
    managedHooksOnly: first(found, "managedHooksOnly"),
    hooksFeature: first(found, "hooksFeature"),
    hooks: first(found, "hooks"),
    experimentalNetwork: first(found, "experimentalNetwork"),
  };
  const slips = found.flatMap(({ fields }) => fields.slips ?? []);
  return { requirements, notices: slips.map((message) => ({ type: "warning", message })) };
}

async function add(
  found: Found[],
  source: RequirementSource,
  read: () => Promise<string | null>,
): Promise<void> {
  const text = await read();
  if (text !== null) found.push({ source, fields: await parseRequirements(text, source) });
}

/** What the service sends and nobody can read counts as nothing: a person could not mend it. */
async function cloudFields(text: string | null): Promise<RequirementFields | null> {
  if (text === null) return null;
  try {
    return await parseRequirements(text, { type: "cloud" });
  } catch (error) {
    const cause = error instanceof ConfigError ? error.cause : null;
    if (cause instanceof ConfigError && cause.code === "invalid_toml") return null;
    throw error;
  }
}

function first<K extends keyof RequirementFields>(
  found: readonly Found[],
  key: K,
): Required<NonNullable<RequirementFields[K]>> | null {
  for (const { source, fields } of found) {
    const value = fields[key];
    if (value !== undefined && value !== null) return { value, source };
  }
  return null;
}

const APPROVALS: readonly string[] = ["untrusted", "on-failure", "on-request", "never"];
const MODES: readonly string[] = ["read-only", "workspace-write", "danger-full-access"];

function legacyFields({ table, type, file }: Layer): Found[] {
  const policy = choiceIn(table, "approval_policy", APPROVALS);
  const mode = choiceIn(table, "sandbox_mode", MODES);
  if (policy === null && mode === null) return [];
  const source: RequirementSource = type === "managed_mdm" || file === null
    ? { type: "mdm", key: "config_toml_base64" }
    : { type: "file", file };
  return [{
    source,
    fields: {
      ...(policy === null ? {} : { approvalPolicies: [policy as ApprovalPolicy] }),
      ...(mode === null
        ? {}
        : { sandboxModes: [...new Set([mode, "read-only"])] as RequirableSandboxMode[] }),
    },
  }];
}

/** A value that does not fit is reported with the configuration, where it stands as well. */
function choiceIn(table: TomlTable, key: string, values: readonly string[]): string | null {
  const value = table[key];
  return typeof value === "string" && values.includes(value) ? value : null;
}

function approvalConstraint(
  allowed: Required<readonly ApprovalPolicy[]> | null,
): Constraint<ApprovalPolicy> {
  const [fallback] = allowed?.value ?? [];
  if (allowed === null || fallback === undefined) return unconstrained();
  return allowOnly("approval_policy", allowed, fallback);
}

function sandboxConstraint(
  allowed: Required<readonly RequirableSandboxMode[]> | null,
): Constraint<RequirableSandboxMode> {
  return allowed === null ? unconstrained() : allowOnly("sandbox_mode", allowed, "read-only");
}

/** Searching nothing is always possible. */
function webSearchConstraint(
  given: Required<readonly WebSearchMode[]> | null,
): Constraint<WebSearchMode> {
  if (given === null) return unconstrained();
  const allowed = { ...given, value: [...new Set<WebSearchMode>([...given.value, "disabled"])] };
  const best = (["cached", "live"] as const).find((mode) => allowed.value.includes(mode));
  return allowOnly("web_search", allowed, best ?? "disabled");
}
