import type { Issuer } from "./issuer.ts";

export interface AuthorizeRequest {
  readonly issuer: Issuer;
  readonly redirectUri: string;
  readonly challenge: string;
  readonly state: string;
  /** Names the front end towards the issuer. */
  readonly originator: string;
  /** The only workspace that may be chosen; `null` = any. */
  readonly workspaceId: string | null;
}

/** The page at which a person says yes. Parameters in the order in which the reference sends them. */
export function authorizeUrl(request: AuthorizeRequest): string {
  const parameters: [string, string][] = [
    ["response_type", "code"],
    ["client_id", request.issuer.clientId],
    ["redirect_uri", request.redirectUri],
    ["scope", "openid profile email offline_access"],
    ["code_challenge", request.challenge],
    ["code_challenge_method", "S256"],
    ["id_token_add_organizations", "true"],
    ["codex_cli_simplified_flow", "true"],
    ["state", request.state],
    ["originator", request.originator],
  ];
  if (request.workspaceId !== null) parameters.push(["allowed_workspace_id", request.workspaceId]);
  const query = parameters.map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  return `${request.issuer.url}/oauth/authorize?${query.join("&")}`;
}
