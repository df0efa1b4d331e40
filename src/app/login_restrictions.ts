import { loginFlows } from "../auth/mod.ts";
import type { Config } from "../config/mod.ts";

/**
 * Looks whether the login is one that the configuration allows (`forced_login_method`,
 * `forced_chatgpt_workspace_id`), and removes a stored one that is not. For front ends, before they open the program.
 *
 * @returns what to tell the person instead of starting; `null` = go on
 */
export async function refusedLogin(
  config: Config,
  env: Readonly<Record<string, string>>,
  { allowApiKeyEnv }: { readonly allowApiKeyEnv: boolean },
): Promise<string | null> {
  const restrictions = {
    method: config.forcedLoginMethod,
    workspaceId: config.forcedChatgptWorkspaceId,
  };
  if (restrictions.method === null && restrictions.workspaceId === null) return null;
  const { enforceRestrictions } = await loginFlows();
  return await enforceRestrictions({
    place: { codexHome: config.codexHome, store: config.credentialsStore },
    restrictions,
    envApiKey: allowApiKeyEnv ? env["CODEX_API_KEY"]?.trim() ?? "" : "",
  });
}
