import type { ChatQuirks } from "../../src/scripted/mod.ts";
import { FEW_RETRIES } from "../scenarios/answers.ts";
import type { Expected, Scenario } from "./scenario.ts";

const CHAT = ["-c", 'model_providers.scripted.wire_api="chat"'] as const;

/** A provider of our own with the usual retries. */
const PROVIDER: readonly string[] = FEW_RETRIES
  .filter((flag) => flag !== "-c" && !flag.includes("_max_retries"))
  .flatMap((setting) => ["-c", setting]);

/** The same scenario, played with a server that speaks Chat Completions and has these quirks. */
export function overChat(scenario: Scenario, quirks: ChatQuirks = {}): Scenario {
  return {
    ...scenario,
    server: { ...scenario.server, chat: quirks },
    runs: scenario.runs.map((run) => {
      const [command = "", ...rest] = run.args;
      const provider = rest.includes(FEW_RETRIES[1] ?? "") ? [] : PROVIDER;
      return {
        ...run,
        args: [command, ...provider, ...CHAT, ...rest],
        ...(run.lines === undefined ? {} : { lines: run.lines.map(atChatAddress) }),
      };
    }),
  };
}

/** What names the address of the request names another one. */
function atChatAddress(expected: Expected): Expected {
  if (expected instanceof RegExp) {
    const source = expected.source.replaceAll("\\/responses", "\\/chat\\/completions");
    return new RegExp(source, expected.flags);
  }
  if (Array.isArray(expected)) return expected.map(atChatAddress);
  if (typeof expected !== "object" || expected === null) return expected;
  return Object.fromEntries(
    Object.entries(expected).map(([key, value]) => [key, atChatAddress(value)]),
  );
}
