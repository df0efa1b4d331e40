import { ok, warning } from "../finding.ts";
import type { Check } from "../run_checks.ts";
import type { Surroundings } from "../types.ts";

const terminal: Check = {
  id: "terminal.facts",
  area: "terminal",
  run({ around }) {
    const { env, terminal } = around;
    const { stdin, stdout, stderr, size } = terminal;
    const yes = (is: boolean) => is ? "a terminal" : "no terminal";
    const name = env["TERM_PROGRAM"] ?? env["TERM"] ?? "";
    const details = [
      `input: ${yes(stdin)}, output: ${yes(stdout)}, errors: ${yes(stderr)}`,
      `TERM: ${env["TERM"] ?? "not set"}, TERM_PROGRAM: ${env["TERM_PROGRAM"] ?? "not set"}`,
      `size: ${size === null ? "not known" : `${size.columns} x ${size.rows}`}`,
      `colours: ${coloursOf(around)}`,
      `multiplexer: ${multiplexerOf(env) ?? "none"}`,
    ];
    if (stdout && (env["TERM"] === undefined || env["TERM"] === "dumb")) {
      return Promise.resolve(warning(
        `the output is a terminal that can do nothing (TERM ${env["TERM"] ?? "not set"})`,
        "Set TERM to what your terminal is, for example xterm-256color.",
        details,
      ));
    }
    return Promise.resolve(
      ok(stdout ? `a terminal: ${name}` : "not a terminal: output has no colours", details),
    );
  },
};

function coloursOf({ env, terminal }: Surroundings): string {
  if (env["NO_COLOR"]) return "off, by NO_COLOR";
  if (!terminal.stdout) return "off, the output is no terminal";
  if (/^(?:truecolor|24bit)$/.test(env["COLORTERM"] ?? "")) return "16 million";
  return /256/.test(env["TERM"] ?? "") ? "256" : "16";
}

function multiplexerOf(env: Readonly<Record<string, string>>): string | null {
  if (env["ZELLIJ"] !== undefined || env["ZELLIJ_SESSION_NAME"] !== undefined) return "zellij";
  if (env["TMUX"] !== undefined || env["TMUX_PANE"] !== undefined) return "tmux";
  return env["STY"] === undefined ? null : "screen";
}

export const TERMINAL_CHECKS: readonly Check[] = [terminal];
