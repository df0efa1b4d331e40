// CSI, OSC and two-character escape sequences, then every other control character but tab and line feed.
const CONTROLS =
  // deno-lint-ignore no-control-regex
  /\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-~])|\r(?=\n)|[\x00-\x08\x0b-\x1f\x7f-\x9f]/g;

/** Text from a model or a command, made safe for a terminal: nothing in it can move the cursor or set a title. */
export function readable(text: string): string {
  return text.replaceAll(CONTROLS, "");
}

/** The first lines, without the last line end, and how many more there are. Linear in what is shown, not in `text`. */
export function firstLines(text: string, limit: number): { shown: string; more: number } {
  const body = text.endsWith("\n") ? text.slice(0, -1) : text;
  let end = -1;
  for (let line = 0; line < limit; line++) {
    end = body.indexOf("\n", end + 1);
    if (end === -1) return { shown: body, more: 0 };
  }
  let more = 1;
  for (let at = body.indexOf("\n", end + 1); at !== -1; at = body.indexOf("\n", at + 1)) more++;
  return { shown: body.slice(0, end), more };
}

/** `233ms`, `1.50s`, `1m 05s`. */
export function durationText(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)}ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(2)}s`;
  const seconds = Math.floor(ms / 1000);
  return `${Math.floor(seconds / 60)}m ${String(seconds % 60).padStart(2, "0")}s`;
}
