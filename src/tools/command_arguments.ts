import { normalizePath } from "../files/mod.ts";
import type { AbsolutePath } from "../protocol/mod.ts";
import type { Arguments } from "./arguments.ts";
import type { SandboxPermissions } from "../policy/mod.ts";
import { list, number, type ParameterSchema, text } from "./schema.ts";

/** The three fields with which a model asks for more than the sandbox gives. */
export interface EscalationFields {
  readonly permissions: SandboxPermissions;
  readonly justification: string | null;
  readonly prefixRule: readonly string[] | null;
}

export function readEscalation(args: Arguments): EscalationFields {
  return {
    permissions: args.optionalOneOf("sandbox_permissions", ["use_default", "require_escalated"]) ??
      "use_default",
    justification: args.optionalString("justification"),
    prefixRule: args.optionalStrings("prefix_rule"),
  };
}

export const ESCALATION_SCHEMA: Readonly<Record<string, ParameterSchema>> = {
  sandbox_permissions: text(
    'Leave out, or "use_default", to stay in the sandbox. "require_escalated" asks the user to let this command run outside it.',
  ),
  justification: text(
    'Only with "require_escalated": one short question to the user that says what the command is for.',
  ),
  prefix_rule: list(
    text(),
    'Only with "require_escalated": the leading words of the command that the user could allow from now on, for example ["npm", "install"].',
  ),
};

export const TIMEOUT_SCHEMA: ParameterSchema = number(
  "Milliseconds after which the command is stopped.",
);

/** `workdir` of a call, seen from the turn's folder. Blank counts as absent. */
export function commandCwd(workdir: string | null, turnCwd: AbsolutePath): AbsolutePath {
  return workdir === null || workdir === "" ? turnCwd : normalizePath(workdir, turnCwd);
}
