import type { RateLimitSnapshot, RateLimitWindow } from "../protocol/mod.ts";

const FAMILY = /^x-(.+)-primary-used-percent$/u;

/**
 * Limits that a response reports in its headers, one snapshot for each family of limits, the ordinary family first.
 * A response without such headers says nothing: it yields no snapshot, so that earlier values stay.
 */
export function rateLimitsFromHeaders(headers: Headers): RateLimitSnapshot[] {
  const families = new Set(["codex"]);
  for (const name of headers.keys()) {
    const family = FAMILY.exec(name.toLowerCase())?.[1];
    if (family !== undefined) families.add(family);
  }
  return [...families].flatMap((family) => {
    const snapshot = familySnapshot(headers, family);
    return snapshot === null ? [] : [snapshot];
  });
}

/** Limits of the family that refused the request, or of the ordinary one. */
export function activeRateLimits(headers: Headers): RateLimitSnapshot | null {
  const active = headers.get("x-codex-active-limit")?.trim().toLowerCase().replaceAll("_", "-");
  return familySnapshot(headers, active || "codex") ?? familySnapshot(headers, "codex");
}

function familySnapshot(headers: Headers, family: string): RateLimitSnapshot | null {
  const primary = window(headers, `x-${family}-primary`);
  const secondary = window(headers, `x-${family}-secondary`);
  const credits = creditsOf(headers);
  const limitName = headers.get(`x-${family}-limit-name`)?.trim() || null;
  const hasCredits = family === "codex" && credits !== null;
  if (primary === null && secondary === null && !hasCredits) return null;
  return {
    limitId: family.replaceAll("-", "_"),
    limitName,
    primary,
    secondary,
    credits,
    planType: null,
  };
}

function window(headers: Headers, prefix: string): RateLimitWindow | null {
  const usedPercent = numberIn(headers, `${prefix}-used-percent`);
  if (usedPercent === null) return null;
  const windowMinutes = integerIn(headers, `${prefix}-window-minutes`);
  const resetsAt = integerIn(headers, `${prefix}-reset-at`);
  if (usedPercent === 0 && !windowMinutes && !resetsAt) return null;
  return { usedPercent, windowMinutes, resetsAt };
}

function creditsOf(headers: Headers): RateLimitSnapshot["credits"] {
  const hasCredits = flagIn(headers, "x-codex-credits-has-credits");
  const unlimited = flagIn(headers, "x-codex-credits-unlimited");
  if (hasCredits === null || unlimited === null) return null;
  return {
    hasCredits,
    unlimited,
    balance: headers.get("x-codex-credits-balance")?.trim() || null,
  };
}

function numberIn(headers: Headers, name: string): number | null {
  const text = headers.get(name)?.trim();
  if (!text) return null;
  const value = Number(text);
  return Number.isFinite(value) ? value : null;
}

function integerIn(headers: Headers, name: string): number | null {
  const value = numberIn(headers, name);
  return value !== null && Number.isInteger(value) ? value : null;
}

function flagIn(headers: Headers, name: string): boolean | null {
  switch (headers.get(name)?.trim().toLowerCase()) {
    case "true":
    case "1":
      return true;
    case "false":
    case "0":
      return false;
    default:
      return null;
  }
}
