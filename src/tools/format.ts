import { truncateMiddle, truncateWithLineCount } from "../context/mod.ts";
import type { TruncationPolicy } from "../protocol/mod.ts";

/** What a finished command is told to the model as. Formats: byte for byte what programs have come to expect. */
export interface CommandReport {
  readonly exitCode: number;
  readonly durationMs: number;
  /** Whole captured text. */
  readonly text: string;
  readonly timedOut: boolean;
}

/** Output with one line behind it that this program adds. */
export function withNote(output: string, note: string | null): string {
  if (note === null) return output;
  return `${output}${output === "" || output.endsWith("\n") ? "" : "\n"}${note}\n`;
}

/** Body text, with the line that tells of a timeout. */
function reportText(report: CommandReport): string {
  return report.timedOut
    ? `command timed out after ${Math.round(report.durationMs)} milliseconds\n${report.text}`
    : report.text;
}

function lineCount(text: string): number {
  if (text === "") return 0;
  let lines = 0;
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) lines += 1;
  return text.endsWith("\n") ? lines : lines + 1;
}

/** Seconds with at most one decimal, without a trailing zero. */
function shortSeconds(ms: number): string {
  return String(Math.round(ms / 100) / 10);
}

/** The form of `shell_command`. */
export function commandText(report: CommandReport, policy: TruncationPolicy): string {
  const whole = reportText(report);
  const cut = truncateMiddle(whole, policy);
  const total = lineCount(whole);
  const lines = [
    `Exit code: ${report.exitCode}`,
    `Wall time: ${shortSeconds(report.durationMs)} seconds`,
  ];
  if (total !== lineCount(cut)) lines.push(`Total output lines: ${total}`);
  lines.push("Output:", cut);
  return lines.join("\n");
}

/** The form of `shell`, `local_shell` and `apply_patch`. */
export function commandJson(report: CommandReport, policy: TruncationPolicy): string {
  const seconds = Math.round(report.durationMs / 100) / 10;
  const output = JSON.stringify(truncateWithLineCount(reportText(report), policy));
  // Written by hand because programs have seen the fraction always present.
  const duration = Number.isInteger(seconds) ? `${seconds}.0` : String(seconds);
  return `{"output":${output},"metadata":{"exit_code":${report.exitCode},"duration_seconds":${duration}}}`;
}

/** What events show of a command's output: the same cut that the model sees. */
export function formattedOutput(report: CommandReport, policy: TruncationPolicy): string {
  return truncateWithLineCount(reportText(report), policy);
}

export interface PollReport {
  readonly chunkId: string;
  readonly wallMs: number;
  /** Null when it still runs or no code is known. */
  readonly exitCode: number | null;
  /** Set while it still runs. */
  readonly sessionId: string | null;
  readonly text: string;
  /** Bytes before any cut. */
  readonly totalBytes: number;
  readonly maxTokens: number;
}

/** The form of `exec_command` and `write_stdin`. */
export function pollText(report: PollReport): string {
  const lines = [
    `Chunk ID: ${report.chunkId}`,
    `Wall time: ${(report.wallMs / 1000).toFixed(4)} seconds`,
  ];
  if (report.exitCode !== null) lines.push(`Process exited with code ${report.exitCode}`);
  if (report.sessionId !== null) {
    lines.push(`Process running with session ID ${report.sessionId}`);
  }
  lines.push(
    `Original token count: ${Math.ceil(report.totalBytes / 4)}`,
    "Output:",
    truncateWithLineCount(report.text, { mode: "tokens", limit: report.maxTokens }),
  );
  return lines.join("\n");
}

/** Six lowercase hexadecimal digits, new for each response. */
export function newChunkId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(3));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
