import type { CompletionCommand, CompletionFlag, CompletionValue } from "./completion_tree.ts";
import { everyCommand } from "./completion_tree.ts";

/** Completion for bash, 3.2 and later. */
export function bashCompletion(root: CompletionCommand): string {
  const all = everyCommand(root);
  return `# Completion of ${root.name} for bash.

# Offers words, as many as fit.
_${root.name}_offer() {
    COMPREPLY=($(compgen -W "$1" -- "$cur"))
}

# Offers files (-f), folders (-d) or programs (-c).
_${root.name}_names() {
    local IFS=$'\\n'
    COMPREPLY=($(compgen "$1" -- "$cur"))
    type compopt &>/dev/null && compopt -o filenames 2>/dev/null
}

_${root.name}() {
    local cur="\${COMP_WORDS[COMP_CWORD]}" prev="" command="${root.path}" word i skip="" ended=""
    COMPREPLY=()

    # "=" is a word of its own: --flag = value.
    if [[ "$cur" == "=" ]]; then
        cur=""
        prev="\${COMP_WORDS[COMP_CWORD-1]}"
    else
        prev="\${COMP_WORDS[COMP_CWORD-1]}"
        [[ "$prev" == "=" && COMP_CWORD -gt 1 ]] && prev="\${COMP_WORDS[COMP_CWORD-2]}"
    fi

    # Which command is it, and has -- ended the flags?
    for ((i = 1; i < COMP_CWORD; i++)); do
        word="\${COMP_WORDS[i]}"
        [[ "$word" == "=" ]] && skip="yes" && continue
        if [[ -n "$skip" ]]; then
            skip=""
            continue
        fi
        if [[ "$word" == "--" ]]; then
            ended="yes"
            prev=""
            break
        fi
        case "$command:$word" in
${transitions(all)}
${valueFlags(all)}
        esac
    done

    if [[ -z "$ended" ]]; then
        case "$command:$prev" in
${values(all)}
        esac
    fi

    case "$command" in
${all.map(words).join("\n")}
    esac
}

complete -F _${root.name} ${root.name}
`;
}

/** `;;` of a case, with its patterns. */
function branch(indent: number, patterns: readonly string[], action: string): string {
  const space = " ".repeat(indent);
  return `${space}${patterns.join(" | ")})\n${space}    ${action}\n${space}    ;;`;
}

function transitions(all: readonly CompletionCommand[]): string {
  return all.flatMap(({ path, commands }) =>
    commands.map((each) =>
      branch(
        12,
        [each.name, ...each.aliases].map((name) => `"${path}:${name}"`),
        `command="${each.path}"`,
      )
    )
  ).join("\n");
}

/** Flags whose value is the next word. */
function valueFlags(all: readonly CompletionCommand[]): string {
  return withValue(all).map(({ path, flags }) =>
    branch(12, flags.flatMap(({ names }) => names.map((name) => `"${path}:${name}"`)), "skip=yes")
  ).join("\n");
}

function values(all: readonly CompletionCommand[]): string {
  return withValue(all).flatMap(({ path, flags }) =>
    flags.map(({ names, value }) =>
      branch(
        12,
        names.map((name) => `"${path}:${name}"`),
        `${offer(value)}\n                return`,
      )
    )
  ).join("\n");
}

function withValue(all: readonly CompletionCommand[]) {
  return all
    .map(({ path, flags }) => ({ path, flags: flags.filter(({ value }) => value !== null) }))
    .filter(({ flags }) => flags.length > 0);
}

function words({ path, flags, commands, argument }: CompletionCommand): string {
  const names = flags.flatMap((flag: CompletionFlag) => flag.names).join(" ");
  const bare = [...commands.map(({ name }) => name), ...argument?.choices ?? []].join(" ");
  const files = argument?.hint ? offer(argument) : null;
  return branch(
    8,
    [`"${path}"`],
    [
      'if [[ "$cur" == -* && -z "$ended" ]]; then',
      `    _codex_offer "${names}"`,
      ...(bare === "" ? [] : ['elif [[ -z "$ended" ]]; then', `    _codex_offer "${bare}"`]),
      ...(files === null ? [] : ["else", `    ${files}`]),
      "fi",
    ].join("\n            "),
  );
}

function offer(value: CompletionValue | null): string {
  if (value === null) return ":";
  if (value.choices.length > 0) return `_codex_offer "${value.choices.join(" ")}"`;
  switch (value.hint) {
    case "file":
      return "_codex_names -f";
    case "folder":
      return "_codex_names -d";
    case "command":
      return "_codex_names -c";
    case null:
      return ":";
  }
}
