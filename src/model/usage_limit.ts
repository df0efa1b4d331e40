/** What the server told when the allowance of a plan was used up. */
export interface UsageLimitFacts {
  /** Such as `plus`; `null` = not told. */
  readonly planType: string | null;
  /** Unix seconds; `null` = not told. */
  readonly resetsAt: number | null;
  /** Name of a limit that covers one model only. */
  readonly limitName: string | null;
  /** Sentence of the server that stands in for our advice. */
  readonly promotion: string | null;
}

const USAGE_PAGE = "https://chatgpt.com/codex/settings/usage";
const UPGRADE_PRO = "https://chatgpt.com/explore/pro";
const UPGRADE_PLUS = "https://chatgpt.com/explore/plus";

/** What a person reads: what happened, what they can do, and when it works again. `now` in milliseconds. */
export function usageLimitMessage(facts: UsageLimitFacts, now: number): string {
  const retry = `It works again ${retryTime(facts.resetsAt, now)}.`;
  if (facts.limitName !== null && facts.limitName.toLowerCase() !== "codex") {
    return `The usage limit for ${facts.limitName} is used up. Another model can be used meanwhile. ${retry}`;
  }
  const advice = facts.promotion ?? adviceFor(facts.planType);
  return ["The usage limit of this plan is used up.", advice, retry].filter(Boolean).join(" ");
}

/** Said when the login's plan does not cover this program. */
export function usageNotIncludedMessage(): string {
  return `This ChatGPT plan does not include Codex. Plans that do: ${UPGRADE_PLUS}`;
}

function adviceFor(planType: string | null): string | null {
  switch (planType?.toLowerCase()) {
    case "plus":
      return `Pro has a higher limit (${UPGRADE_PRO}), and credits are sold at ${USAGE_PAGE}.`;
    case "team":
    case "business":
      return "An administrator of the workspace can grant more.";
    case "free":
    case "go":
      return `Plus has a higher limit (${UPGRADE_PLUS}).`;
    case "pro":
      return `Credits are sold at ${USAGE_PAGE}.`;
    default:
      return null;
  }
}

function retryTime(resetsAt: number | null, now: number): string {
  if (resetsAt === null) return "later";
  const reset = new Date(resetsAt * 1000);
  const time = `${reset.getHours() % 12 || 12}:${String(reset.getMinutes()).padStart(2, "0")} ${
    reset.getHours() < 12 ? "AM" : "PM"
  }`;
  if (reset.toDateString() === new Date(now).toDateString()) return `at ${time}`;
  const month = reset.toLocaleDateString("en-US", { month: "short" });
  const day = reset.getDate();
  return `on ${month} ${day}${ordinalSuffix(day)}, ${reset.getFullYear()} ${time}`;
}

function ordinalSuffix(day: number): string {
  if (day >= 11 && day <= 13) return "th";
  return ["th", "st", "nd", "rd"][day % 10] ?? "th";
}
