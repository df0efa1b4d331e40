import {
  type CompletionCommand,
  type CompletionFlag,
  type CompletionValue,
  everyCommand,
} from "./completion_tree.ts";

/** Completion for zsh: one function a command, each an `_arguments` call. */
export function zshCompletion(root: CompletionCommand): string {
  return `#compdef ${root.name}
# Completion of ${root.name} for zsh.

${everyCommand(root).map(commandFunction).join("\n")}
if [ "$funcstack[1]" = "_${root.name}" ]; then
    _${root.name} "$@"
else
    compdef _${root.name} ${root.name}
fi
`;
}

function functionName({ path }: CompletionCommand): string {
  return `_${path.replaceAll(/[ -]/g, "_")}`;
}

function commandFunction(command: CompletionCommand): string {
  const name = functionName(command);
  const { commands, flags, argument } = command;
  const specs = [
    ...flags.flatMap(flagSpecs),
    ...(commands.length > 0 ? ["'1: :->first'", "'*::: :->rest'"] : argument === null
      ? []
      // The words of another command are completed as if nothing stood in front of it.
      : [
        quoted(`*${argument.hint === "command" ? "::" : ":"}${argument.name}:${action(argument)}`),
      ]),
  ];
  const call = `_arguments -s -S -C ${["", ...specs].join(" \\\n        ").trimStart()}`;
  if (commands.length === 0) return `${name}() {\n    ${call}\n}\n`;
  const described = commands.map((each) => `            ${quoted(`${each.name}:${each.doc}`)}`);
  const inner = commands.map((each) =>
    `                ${[each.name, ...each.aliases].join(" | ")}) ${functionName(each)} && ret=0 ;;`
  );
  return `${name}() {
    local curcontext="$curcontext" context state state_descr line ret=1
    typeset -A opt_args
    ${call} && ret=0
    case $state in
        first)
            # Behind -- there are no commands.
            (( \${words[(i)--]} < CURRENT )) && return ret
            local -a commands
            commands=(
${described.join("\n")}
            )
            _describe -t commands command commands && ret=0
            ;;
        rest)
            words=("$line[1]" "\${words[@]}")
            (( CURRENT += 1 ))
            case $line[1] in
${inner.join("\n")}
            esac
            ;;
    esac
    return ret
}
`;
}

/** One spec for each spelling. */
function flagSpecs({ names, doc, value, repeats }: CompletionFlag): string[] {
  const description = doc.replaceAll(/[\][\\:]/g, "\\$&");
  const exclusion = repeats ? "*" : names.length > 1 ? `(${names.join(" ")})` : "";
  const tail = value === null ? "" : `:${value.name}:${action(value)}`;
  return names.map((name) => {
    const spelled = value === null ? name : name.startsWith("--") ? `${name}=` : `${name}+`;
    return quoted(`${exclusion}${spelled}[${description}]${tail}`);
  });
}

function action({ choices, hint }: CompletionValue): string {
  if (choices.length > 0) return `(${choices.join(" ")})`;
  switch (hint) {
    case "file":
      return "_files";
    case "folder":
      return "_files -/";
    case "command":
      return "_normal";
    case null:
      return " ";
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
