import {
  type CompletionCommand,
  type CompletionFlag,
  type CompletionValue,
  everyCommand,
} from "./completion_tree.ts";

/** Completion for fish, 3 and later. */
export function fishCompletion(root: CompletionCommand): string {
  const all = everyCommand(root);
  const lines = all.flatMap((command) => [
    ...command.commands.map((each) =>
      `${start(command)} -f -a ${quoted(each.name)} -d ${quoted(each.doc)}`
    ),
    ...argumentLines(command),
    ...command.flags.map((flag) => flagLine(command, flag)),
  ]);
  return `# Completion of ${root.name} for fish.

# Prints the command that the words before the cursor name.
function __${root.name}_command
    set -l command ${quoted(root.path)}
    set -l skip no
    set -l words (commandline -opc)
    for word in $words[2..-1]
        if test $skip = yes
            set skip no
            continue
        end
        if test "$word" = --
            set command "$command --"
            break
        end
        switch "$command:$word"
${all.flatMap(transitions).join("\n")}
${all.flatMap(valueFlags).join("\n")}
        end
    end
    echo $command
end

function __${root.name}_is
    test "$argv" = (__${root.name}_command)
end

complete -c ${root.name} -f
${lines.join("\n")}
`;
}

function start({ path }: CompletionCommand): string {
  return `complete -c codex -n ${quoted(`__codex_is ${path}`)}`;
}

function transitions({ path, commands }: CompletionCommand): string[] {
  return commands.map((each) => {
    const names = [each.name, ...each.aliases].map((name) => quoted(`${path}:${name}`));
    return `            case ${names.join(" ")}\n                set command ${quoted(each.path)}`;
  });
}

/** Flags whose value is the next word. */
function valueFlags({ path, flags }: CompletionCommand): string[] {
  const names = flags.filter(({ value }) => value !== null)
    .flatMap((flag) => flag.names.map((name) => quoted(`${path}:${name}`)));
  return names.length === 0
    ? []
    : [`            case ${names.join(" ")}\n                set skip yes`];
}

function flagLine(command: CompletionCommand, { names, doc, value }: CompletionFlag): string {
  const spelled = names.map((name) =>
    name.startsWith("--") ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`
  );
  const parts = [start(command), ...spelled, `-d ${quoted(doc)}`];
  return [...parts, ...valueOptions(value, command)].join(" ");
}

function valueOptions(value: CompletionValue | null, { path }: CompletionCommand): string[] {
  if (value === null) return [];
  if (value.choices.length > 0) return ["-x", `-a ${quoted(value.choices.join(" "))}`];
  switch (value.hint) {
    case "file":
      return ["-r", "-F"];
    case "folder":
      return ["-x", "-a '(__fish_complete_directories)'"];
    case "command":
      return ["-x", `-a '(__fish_complete_subcommand --fcs-skip=${path.split(" ").length})'`];
    case null:
      return ["-x"];
  }
}

function argumentLines(command: CompletionCommand): string[] {
  const { argument } = command;
  if (argument === null) return [];
  const options = valueOptions(argument, command).filter((option) =>
    option !== "-x" && option !== "-r"
  );
  // Behind -- there are neither commands nor flags, but what a command takes is still there.
  const ended = { ...command, path: `${command.path} --` };
  return [command, ended].map((each) => `${start(each)} ${options.join(" ")}`);
}

/** A word of fish: in single quotes only these two need a backslash. */
function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, "\\$&")}'`;
}
