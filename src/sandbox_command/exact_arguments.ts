import { lastArgumentBytes } from "../platform/mod.ts";

/** A command of which every byte is as it was typed. */
export interface ExactCommand {
  readonly argv: readonly string[];
  /** What to look for on the search path; `null` when that is not text. */
  readonly program: string | null;
}

/** What the runtime puts in the place of bytes that are not UTF-8. */
const REPLACEMENT = "\uFFFD";

/**
 * The last arguments of this process as a command. The runtime's strings have lost every byte that is not UTF-8, and it
 * can start programs with strings alone; so where that matters, a shell makes the words from their bytes.
 */
export function exactCommand(command: readonly string[]): ExactCommand {
  const plain = { argv: command, program: command[0] ?? null };
  if (Deno.build.os !== "linux" || !command.some((word) => word.includes(REPLACEMENT))) {
    return plain;
  }
  const bytes = lastArgumentBytes(command.length);
  const isText = bytes.map(isUtf8);
  if (isText.every(Boolean)) return plain;
  return {
    argv: ["/bin/sh", "-c", wordsScript(bytes)],
    program: isText[0] ? plain.program : null,
  };
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** A script that becomes the command made of these words. The dot keeps line ends, which `$()` would drop. */
export function wordsScript(words: readonly Uint8Array[]): string {
  const lines = words.map((word) => {
    const octal = Array.from(word, (byte) => `\\${byte.toString(8).padStart(3, "0")}`).join("");
    return `w=$(printf '${octal}.'); set -- "$@" "\${w%.}"`;
  });
  return `${lines.join("\n")}\nexec "$@"`;
}
