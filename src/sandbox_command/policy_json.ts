import { isAbsolute } from "node:path";
import type { AbsolutePath, SandboxPolicy } from "../protocol/mod.ts";

/** Not a policy; the message tells which field is wrong. */
export class PolicyJsonError extends Error {
  override readonly name = "PolicyJsonError";
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads a policy as programs hand it over: `{"type":"workspace-write","writable_roots":["/data"]}`. What is missing has
 * its default, fields that nobody knows are passed over.
 *
 * @throws PolicyJsonError
 */
export function parsePolicyJson(text: string): SandboxPolicy {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new PolicyJsonError("it is no JSON", { cause });
  }
  const fields = record(value, "the policy");
  switch (fields["type"]) {
    case "danger-full-access":
      return { type: "danger-full-access" };
    case "read-only":
      return { type: "read-only", access: readAccess(fields["access"], "access") };
    case "external-sandbox":
      return { type: "external-sandbox", networkAccess: externalNetwork(fields["network_access"]) };
    case "workspace-write":
      return {
        type: "workspace-write",
        writableRoots: paths(fields, "writable_roots"),
        readOnlyAccess: readAccess(fields["read_only_access"], "read_only_access"),
        networkAccess: flag(fields, "network_access", false),
        excludeTmpdirEnvVar: flag(fields, "exclude_tmpdir_env_var", false),
        excludeSlashTmp: flag(fields, "exclude_slash_tmp", false),
        gitWritable: flag(fields, "git_writable", false),
      };
    default:
      throw new PolicyJsonError(
        "type has to be read-only, workspace-write, danger-full-access or external-sandbox",
      );
  }
}

function readAccess(
  value: unknown,
  name: string,
): Extract<SandboxPolicy, { type: "read-only" }>["access"] {
  if (value === undefined) return { type: "full-access" };
  const fields = record(value, name);
  switch (fields["type"]) {
    case "full-access":
      return { type: "full-access" };
    case "restricted":
      return {
        type: "restricted",
        includePlatformDefaults: flag(fields, "include_platform_defaults", true),
        readableRoots: paths(fields, "readable_roots"),
      };
    default:
      throw new PolicyJsonError(`${name}.type has to be full-access or restricted`);
  }
}

function externalNetwork(value: unknown): "restricted" | "enabled" {
  if (value === undefined || value === "restricted") return "restricted";
  if (value === "enabled") return "enabled";
  throw new PolicyJsonError("network_access has to be restricted or enabled");
}

function record(value: unknown, name: string): Fields {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Fields;
  throw new PolicyJsonError(`${name} has to be an object`);
}

function flag(fields: Fields, name: string, byDefault: boolean): boolean {
  const value = fields[name] ?? byDefault;
  if (typeof value === "boolean") return value;
  throw new PolicyJsonError(`${name} has to be true or false`);
}

function paths(fields: Fields, name: string): AbsolutePath[] {
  const value = fields[name] ?? [];
  const isPath = (item: unknown) => typeof item === "string" && isAbsolute(item);
  if (Array.isArray(value) && value.every(isPath)) return value;
  throw new PolicyJsonError(`${name} has to be a list of absolute paths`);
}
