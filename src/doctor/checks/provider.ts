import { readStoredLogin } from "../../auth/mod.ts";
import type { Config } from "../../config/mod.ts";
import { ok, problem, skipped } from "../finding.ts";
import type { Check } from "../run_checks.ts";
import type { Scene } from "../scene.ts";
import { shownUrl } from "../secrets.ts";

/** Where requests go. The vendor's own address depends on the kind of login, as in the model's client. */
export async function addressOf({ around }: Scene, config: Config): Promise<string> {
  if (config.provider.baseUrl !== null) return config.provider.baseUrl;
  const place = { codexHome: config.codexHome, store: config.credentialsStore };
  const key = around.env["CODEX_API_KEY"]?.trim();
  const login = key ? null : await readStoredLogin(place).catch(() => null);
  return login !== null && login.mode !== "apikey"
    ? "https://chatgpt.com/backend-api/codex"
    : "https://api.openai.com/v1";
}

/** Where a person sets the address. */
export function addressSetting({ id }: Config["provider"]): string {
  switch (id) {
    case "openai":
      return "OPENAI_BASE_URL";
    case "ollama":
    case "lmstudio":
      return "CODEX_OSS_BASE_URL";
    default:
      return `base_url below [model_providers.${id}]`;
  }
}

const address: Check = {
  id: "provider.address",
  area: "provider",
  async run(scene) {
    const loaded = await scene.config();
    if (!loaded.ok) return skipped("the configuration does not load");
    const { provider } = loaded.value;
    const base = await addressOf(scene, loaded.value);
    const url = URL.parse(base);
    const details = [
      `name: ${provider.name}`,
      `protocol: ${provider.wireApi}`,
      `retries: ${provider.requestMaxRetries} for requests, ${provider.streamMaxRetries} for streams`,
    ];
    if (url === null || (url.protocol !== "http:" && url.protocol !== "https:")) {
      return problem(
        `the address of the provider ${provider.id} is not an http address`,
        `Set ${addressSetting(provider)} to an address that begins with https://` +
          (provider.id === "openai" ? ", or unset it." : "."),
        details,
      );
    }
    return ok(`${provider.id} at ${shownUrl(base)}`, details);
  },
};

const variables: Check = {
  id: "provider.variables",
  area: "provider",
  async run({ around, config }) {
    const loaded = await config();
    if (!loaded.ok) return skipped("the configuration does not load");
    const { provider } = loaded.value;
    const set = (name: string) => (around.env[name]?.trim() ?? "") !== "";
    const headers = Object.entries(provider.envHttpHeaders).map(([header, name]) =>
      `header ${header} from ${name}: ${set(name) ? "set" : "not set, so it is not sent"}`
    );
    if (provider.envKey === null) return ok("the provider names no variable with a key", headers);
    if (set(provider.envKey)) return ok(`${provider.envKey} is set`, headers);
    return problem(
      `${provider.envKey}, which holds the key for the provider ${provider.id}, is not set`,
      provider.envKeyInstructions ??
        `Set ${provider.envKey}, in your shell or in .env of CODEX_HOME.`,
      headers,
    );
  },
};

export const PROVIDER_CHECKS: readonly Check[] = [address, variables];
