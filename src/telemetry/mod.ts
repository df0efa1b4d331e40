/**
 * Logging (and later OpenTelemetry). Open to all rooms; owns no other idea. A logger is a value that the
 * composition root makes and hands down: there is no global one.
 *
 * Start with `logger.ts`.
 *
 * @module
 */
export { createLogger, type LoggerOptions } from "./filter.ts";
export { type LogFields, type Logger, type LogLevel, SILENT_LOGGER } from "./logger.ts";
