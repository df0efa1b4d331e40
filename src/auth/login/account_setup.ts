import { jwtPayload, readClaims } from "../jwt.ts";
import { type Issuer, platformUrl } from "./issuer.ts";
import type { GrantedTokens } from "./token_exchange.ts";

/** What is left to do at the issuer's platform after a login. */
export interface AccountSetup {
  /** The owner of an organization has not set it up yet. */
  readonly needed: boolean;
  readonly organizationId: string;
  readonly projectId: string;
  readonly planType: string;
  readonly platformUrl: string;
}

const AUTH_CLAIM = "https://api.openai.com/auth";

export function accountSetup(issuer: Issuer, tokens: GrantedTokens): AccountSetup {
  const claim = jwtPayload(tokens.idToken)?.[AUTH_CLAIM];
  const auth = typeof claim === "object" && claim !== null ? { ...claim } : {};
  const value = (name: string): unknown => Object.entries(auth).find(([key]) => key === name)?.[1];
  const text = (name: string): string => {
    const found = value(name);
    return typeof found === "string" ? found : "";
  };
  const isOwner = value("is_org_owner") === true;
  const isSetUp = value("completed_platform_onboarding") === true;
  return {
    needed: isOwner && !isSetUp,
    organizationId: text("organization_id"),
    projectId: text("project_id"),
    planType: readClaims(tokens.accessToken).planType ?? "",
    platformUrl: platformUrl(issuer),
  };
}

/** What the address of our own last page says; nothing in it is secret. */
export function successPath(setup: AccountSetup): string {
  const query = new URLSearchParams({
    needs_setup: String(setup.needed),
    org_id: setup.organizationId,
    project_id: setup.projectId,
    plan_type: setup.planType,
    platform_url: setup.platformUrl,
  });
  return `/success?${query}`;
}

/** Where the platform takes over; it knows the person by the id token. */
export function setupUrl(setup: AccountSetup, idToken: string): string {
  const query = new URLSearchParams({
    p: setup.planType,
    t: idToken,
    with_org: setup.organizationId,
    project_id: setup.projectId,
  });
  return `${setup.platformUrl}/org-setup?${query}`;
}
