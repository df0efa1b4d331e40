import { join } from "node:path";

/** A shell that can be asked what it offers at the end of a command line. */
export interface CompletingShell {
  readonly name: "bash" | "zsh" | "fish" | "elvish";
  /** Programs that have to be there. */
  readonly programs: readonly string[];
  /** Runs of the shell for these lines: each answers some of them, a line of output `LINE\tWORD` an offer. */
  runs(options: AskOptions): readonly ShellRun[];
}

interface AskOptions {
  /** The completion script. */
  readonly script: string;
  /** A folder for further files. */
  readonly folder: string;
  readonly lines: readonly string[];
}

interface ShellRun {
  readonly argv: readonly string[];
  /** Further files, by name. */
  readonly files: Readonly<Record<string, string>>;
}

/** A word of a shell; none of ours needs more. */
function quoted(text: string): string {
  return `'${text}'`;
}

/** Words of a line; an empty one at its end when it ends with a blank. */
function words(line: string): string[] {
  return line.split(" ");
}

const BASH: CompletingShell = {
  name: "bash",
  programs: ["bash"],
  runs({ script, folder, lines }) {
    const calls = lines.map((line) => {
      // The shell itself takes "=" for a word of its own.
      const split = words(line).flatMap((word) => word.split(/(=)/));
      const given = split.filter((word, index) => word !== "" || index === split.length - 1);
      return `try ${quoted(line)} ${given.map(quoted).join(" ")}`;
    });
    const file = join(folder, "ask.bash");
    return [{
      argv: ["bash", "--norc", file],
      files: {
        "ask.bash": `source ${quoted(script)}
try() {
  local line=$1; shift
  COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
  _codex
  for word in "\${COMPREPLY[@]}"; do printf '%s\\t%s\\n' "$line" "$word"; done
}
${calls.join("\n")}
`,
      },
    }];
  },
};

const FISH: CompletingShell = {
  name: "fish",
  programs: ["fish"],
  runs({ script, folder, lines }) {
    const calls = lines.map((line) =>
      `for offer in (complete -C ${quoted(line)})\n` +
      `  printf '%s\\t%s\\n' ${quoted(line)} (string split -f1 \\t -- $offer)\nend`
    );
    return [{
      argv: ["fish", "--no-config", join(folder, "ask.fish")],
      files: { "ask.fish": `source ${quoted(script)}\n${calls.join("\n")}\n` },
    }];
  },
};

/** The line editor of zsh works at a terminal only, so zsh gives it one. */
const ZSH_PROBE = `
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell "PROMPT= ; fpath=($1 \\$fpath); autoload -Uz compinit; compinit -u -D; unsetopt beep"
zpty -w shell 'compadd() { if [[ \${@[1,(i)(-|--)]} == *-(O|A|D)\\ * ]]; then builtin compadd "$@"; return $?; fi; local -a found; builtin compadd -A found "$@"; print -rl -- "MATCH:"$^found > /dev/tty; builtin compadd "$@" }'
zpty -w shell 'zle -C probe list-choices _probe; _probe() { _main_complete; compstate[list]=; compstate[insert]=; print -r -- PROBED > /dev/tty }; bindkey "^T" probe; print READY'
while zpty -r shell line; do [[ $line == *READY* && $line != *print* ]] && break; done
zpty -w -n shell "$2"$'\\C-t'
while zpty -r shell line; do
  line=\${line//$'\\r'/}; line=\${line%$'\\n'}
  [[ $line == *PROBED* ]] && break
  [[ $line == *MATCH:?* ]] && print -r -- "$2"$'\\t'\${line#*MATCH:}
done
zpty -d shell
`;

const ZSH: CompletingShell = {
  name: "zsh",
  programs: ["zsh"],
  runs: ({ folder, script, lines }) =>
    lines.map((line) => ({
      argv: ["zsh", "-f", join(folder, "ask.zsh"), folder, line],
      files: { "ask.zsh": ZSH_PROBE, "_codex": Deno.readTextFileSync(script) },
    })),
};

/** Completion of elvish exists in an interactive shell only, so it runs at a terminal. */
const ELVISH: CompletingShell = {
  name: "elvish",
  programs: ["elvish", "script"],
  runs({ script, folder, lines }) {
    const calls = lines.map((line) => `show ${quoted(line)} ${words(line).map(quoted).join(" ")}`);
    const file = join(folder, "rc.elv");
    return [{
      argv: ["script", "-qec", `elvish -rc ${file}`, "/dev/null"],
      files: {
        "rc.elv": `eval (slurp < ${quoted(script)})
fn show {|line @words|
  for found [($edit:completion:arg-completer[codex] $@words)] {
    if (not-eq (kind-of $found) string) { set found = $found[stem] }
    print $line"\\t"$found"\\n"
  }
}
${calls.join("\n")}
exit
`,
      },
    }];
  },
};

export const SHELLS: readonly CompletingShell[] = [BASH, ZSH, FISH, ELVISH];

/** The program that is not on this machine; `null` = all are. */
export function missingProgram({ programs }: CompletingShell): string | null {
  const folders = (Deno.env.get("PATH") ?? "").split(":");
  const isThere = (program: string) =>
    folders.some((folder) => {
      try {
        return Deno.statSync(join(folder, program)).isFile;
      } catch {
        return false;
      }
    });
  return programs.find((program) => !isThere(program)) ?? null;
}

/** What the shell offers at the end of each line. */
export async function askShell(
  shell: CompletingShell,
  options: AskOptions & { readonly cwd: string },
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const offers = new Map(options.lines.map((line) => [line, new Set<string>()]));
  for (const { argv: [program = "", ...args], files } of shell.runs(options)) {
    for (const [name, text] of Object.entries(files)) {
      await Deno.writeTextFile(join(options.folder, name), text);
    }
    const { stdout, stderr } = await new Deno.Command(program, {
      args,
      cwd: options.cwd,
      clearEnv: true,
      env: {
        PATH: Deno.env.get("PATH") ?? "",
        HOME: options.folder,
        TERM: "xterm",
        LANG: "C.UTF-8",
      },
      stdin: "null",
    }).output();
    const decoder = new TextDecoder();
    for (const line of decoder.decode(stdout).split(/\r?\n/)) {
      const [asked = "", word] = line.split("\t");
      if (word !== undefined) offers.get(asked)?.add(word);
    }
    const complaints = decoder.decode(stderr);
    if (complaints !== "") throw new Error(`${shell.name}: ${complaints}`);
  }
  return offers;
}
