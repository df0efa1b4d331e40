import type { HookDefinition } from "./definitions.ts";

/** Names one hook in `[hooks.state]`: its file, the event, its places. Later versions use the same key. */
export function hookKey(file: string, { event, group, index }: HookDefinition): string {
  return `${file}:${snakeCase(event)}:${group}:${index}`;
}

/**
 * What a person agreed to when they reviewed a hook: when it runs, what it runs, and how long. Same as in later versions,
 * so that a review counts there and here: SHA-256 over JSON without blanks, keys in alphabetical order.
 */
export async function hookHash(hook: HookDefinition): Promise<string> {
  const { event, matcher, command, timeoutSeconds, statusMessage } = hook;
  const identity = JSON.stringify({
    event_name: snakeCase(event),
    hooks: [{
      async: false,
      command,
      ...(statusMessage === null ? {} : { statusMessage }),
      timeout: timeoutSeconds,
      type: "command",
    }],
    ...(matcher === null ? {} : { matcher }),
  });
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(identity));
  return `sha256:${new Uint8Array(digest).toHex()}`;
}

function snakeCase(event: string): string {
  return event.replace(/(?!^)[A-Z]/g, "_$&").toLowerCase();
}
