export const PLANS = [
  "free",
  "go",
  "plus",
  "pro",
  "team",
  "business",
  "enterprise",
  "edu",
] as const;

/** What an account pays for, as far as we know it. */
export type Plan = typeof PLANS[number] | "unknown";

/** The plan that a token names, matched as it is spelt; `null` = it names none. */
export function planOf(planType: string | null): Plan | null {
  return planType === null ? null : PLANS.find((plan) => plan === planType) ?? "unknown";
}

/** Whether people share the account, so that somebody else has a say in it. */
export function isWorkspacePlan(plan: Plan | null): boolean {
  return plan === "team" || plan === "business" || plan === "enterprise" || plan === "edu";
}
