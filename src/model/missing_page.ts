import type { RefusedAnswer } from "./status_error.ts";
import type { ModelProvider } from "../protocol/mod.ts";

/**
 * What is probably wrong with the configuration where a server has no page at the address of a request: a sentence for
 * a person; `null` = nothing is known. A server that has the page may not have the model, and says so.
 */
export function missingPageHint(answer: RefusedAnswer, provider: ModelProvider): string | null {
  if (answer.status !== 404 && answer.status !== 405) return null;
  if (provider.requiresOpenaiAuth || /\bmodel\b/iu.test(answer.body)) return null;
  if (/^\/(responses|chat\/completions)$/u.test(URL.parse(answer.url)?.pathname ?? "")) {
    return `The address of the provider ${provider.id} probably lacks /v1 at its end.`;
  }
  if (provider.wireApi === "chat") return null;
  return 'A server that speaks Chat Completions alone needs wire_api = "chat" below ' +
    `[model_providers.${provider.id}] in config.toml.`;
}
