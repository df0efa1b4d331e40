import { resolve } from "node:path";
import type { SandboxPolicy } from "../protocol/mod.ts";
import type { SandboxIo } from "./args.ts";
import { relaySignals } from "./forward_signals.ts";
import { NOTHING_REQUIRED } from "./network.ts";
import { parsePolicyJson, PolicyJsonError } from "./policy_json.ts";
import { runUnderRules } from "./run_under_rules.ts";

const USAGE =
  "Usage: codex-linux-sandbox --sandbox-policy-cwd DIR --sandbox-policy JSON -- COMMAND...";
const EXIT_USAGE = 2;

const VALUES = ["--sandbox-policy-cwd", "--sandbox-policy"] as const;
/** Of these only the second changes anything: which sandbox it is, is found out by trying. */
const SWITCHES = [
  "--use-bwrap-sandbox",
  "--allow-network-for-proxy",
  "--no-proc",
  "--apply-seccomp-then-exec",
] as const;

interface HelperArgs {
  readonly policyCwd: string;
  readonly policy: SandboxPolicy;
  readonly forProxy: boolean;
  readonly command: readonly string[];
}

/**
 * The program under the name `codex-linux-sandbox`: runs a command under the policy that its caller hands over, with
 * the environment as it is. Usage errors exit with 2.
 */
export async function runLinuxHelper(args: readonly string[], io: SandboxIo): Promise<number> {
  if (Deno.build.os !== "linux") {
    await io.stderr.write("Error: this sandbox works on Linux only\n");
    return 1;
  }
  const parsed = parseArgs(args);
  if (typeof parsed === "string") {
    await io.stderr.write(`error: ${parsed}.\n\n${USAGE}\n`);
    return EXIT_USAGE;
  }
  await using relay = relaySignals();
  const { policy, command } = parsed;
  const closed = parsed.forProxy ||
    (policy.type === "external-sandbox" && policy.networkAccess === "restricted");
  return await runUnderRules(
    {
      policy,
      policyCwd: resolve(io.cwd, parsed.policyCwd),
      env: io.env,
      explain: false,
      logDenials: false,
      command,
      isManaged: closed,
      openNetwork: () =>
        Promise.resolve(closed ? { ...NOTHING_REQUIRED, bridge: "closed" } : NOTHING_REQUIRED),
    },
    io,
    relay,
  );
}

/** What is wrong, as a text. The first word that is no flag begins the command, with or without `--` before it. */
function parseArgs(args: readonly string[]): HelperArgs | string {
  const values = new Map<string, string>();
  const switches = new Set<string>();
  let at = 0;
  for (; at < args.length; at++) {
    const [word = "", attached] = splitFlag(args[at] ?? "");
    if (includes(VALUES, word)) {
      const value = attached ?? args[++at];
      if (value === undefined) return `${word} needs a value`;
      values.set(word, value);
    } else if (includes(SWITCHES, word)) switches.add(word);
    else if (word.startsWith("-") && word !== "--") return `unknown flag ${word}`;
    else break;
  }
  const command = args.slice(args[at] === "--" ? at + 1 : at);
  for (const name of VALUES) if (!values.has(name)) return `${name} is missing`;
  if (command.length === 0) return "there is no command to run";
  try {
    return {
      policyCwd: values.get("--sandbox-policy-cwd") ?? "",
      policy: parsePolicyJson(values.get("--sandbox-policy") ?? ""),
      forProxy: switches.has("--allow-network-for-proxy"),
      command,
    };
  } catch (error) {
    if (!(error instanceof PolicyJsonError)) throw error;
    return `--sandbox-policy: ${error.message}`;
  }
}

function splitFlag(word: string): [string, string?] {
  const equals = word.indexOf("=");
  return word.startsWith("--") && equals > 0
    ? [word.slice(0, equals), word.slice(equals + 1)]
    : [word];
}

function includes(list: readonly string[], word: string): boolean {
  return list.includes(word);
}
