import type { ApprovalPolicy, SandboxMode, WebSearchMode } from "../../protocol/mod.ts";
import type { StartupNotice } from "../types.ts";
import type { Constraint } from "./constraint.ts";
import type { Requirements } from "./types.ts";

/** A value, and whether somebody chose it: nobody is told that a mere default was replaced. */
export interface Wish<T> {
  readonly value: T;
  readonly explicit: boolean;
}

/** What flags, files and defaults say about the settings that can be required. */
export interface Wishes {
  readonly approvalPolicy: Wish<ApprovalPolicy>;
  readonly sandboxMode: Wish<SandboxMode>;
  readonly webSearchMode: Wish<WebSearchMode>;
}

/** The wishes as far as they are allowed. */
export interface Granted {
  readonly approvalPolicy: ApprovalPolicy;
  readonly sandboxMode: SandboxMode;
  readonly webSearchMode: WebSearchMode;
  readonly notices: readonly StartupNotice[];
}

/** Puts what is required in the place of what is not allowed, and says so where somebody had chosen otherwise. */
export function applyRequirements(wishes: Wishes, requirements: Requirements): Granted {
  const notices: StartupNotice[] = [];
  const grant = <T extends string>(
    setting: string,
    { value, explicit }: Wish<T>,
    constraint: Constraint<T>,
  ): T => {
    const refusal = constraint.refuses(value);
    if (refusal === null) return value;
    const fallback = constraint.fallbackFor(value);
    if (explicit) {
      notices.push({
        type: "warning",
        // Programs look for the beginning.
        message:
          `Configured value for \`${setting}\` is disallowed by requirements; falling back to ` +
          `required value "${fallback}": ${refusal}.`,
      });
    }
    return fallback;
  };
  return {
    approvalPolicy: grant("approval_policy", wishes.approvalPolicy, requirements.approvalPolicy),
    // Only a policy of a program can be external; a mode never falls back to it.
    sandboxMode: grant<string>(
      "sandbox_mode",
      wishes.sandboxMode,
      requirements.sandboxMode as Constraint<string>,
    ) as SandboxMode,
    webSearchMode: grant("web_search", wishes.webSearchMode, requirements.webSearchMode),
    notices,
  };
}
