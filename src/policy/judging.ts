/**
 * All that judging and describing commands takes, in one place to load: a session may well end before the model has
 * asked for a command.
 *
 * @module
 */
export { canonicalCommand } from "./canonical.ts";
export { decide } from "./decide.ts";
export { parseCommand } from "./display/parse_command.ts";
export { isKnownSafe, isTrustedShell } from "./safe/known_safe.ts";
export { shellScript } from "./shell/wrapper.ts";
