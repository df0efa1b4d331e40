import { type CompletionCommand, type CompletionValue, everyCommand } from "./completion_tree.ts";

/** Completion for elvish. */
export function elvishCompletion(root: CompletionCommand): string {
  const all = everyCommand(root);
  return `# Completion of ${root.name} for elvish.

set edit:completion:arg-completer[${root.name}] = {|@words|
    fn offer {|word doc|
        edit:complex-candidate $word &display=$word' - '$doc
    }
    var next = [
${all.flatMap(transitions).join("\n")}
    ]
    var values = [
${all.flatMap(valueLines).join("\n")}
    ]
    var offers = [
${all.map(offerLines).join("\n")}
    ]
    var command = ${quoted(root.path)}
    var pending = ''
    var ended = $false
    for word $words[1..-1] {
        if (or $ended (not-eq $pending '')) {
            set pending = ''
        } elif (eq $word --) {
            set ended = $true
        } elif (has-key $values $command':'$word) {
            set pending = $command':'$word
        } elif (has-key $next $command':'$word) {
            set command = $next[$command':'$word]
        }
    }
    if (not-eq $pending '') {
        $values[$pending]
    } elif (not $ended) {
        $offers[$command]
    }
}
`;
}

function transitions({ path, commands }: CompletionCommand): string[] {
  return commands.flatMap((each) =>
    [each.name, ...each.aliases].map((name) =>
      `        &${quoted(`${path}:${name}`)}=${quoted(each.path)}`
    )
  );
}

function valueLines({ path, flags }: CompletionCommand): string[] {
  return flags.flatMap(({ names, value }) =>
    value === null
      ? []
      : names.map((name) => `        &${quoted(`${path}:${name}`)}={ ${offer(value)} }`)
  );
}

function offerLines({ path, flags, commands, argument }: CompletionCommand): string {
  const lines = [
    ...commands.map(({ name, doc }) => `offer ${quoted(name)} ${quoted(doc)}`),
    ...flags.flatMap(({ names, doc }) => names.map((name) => `offer ${name} ${quoted(doc)}`)),
    ...(argument === null ? [] : [offer(argument)]),
  ];
  return `        &${quoted(path)}={\n${
    lines.map((line) => `            ${line}`).join("\n")
  }\n        }`;
}

function offer({ choices, hint }: CompletionValue): string {
  if (choices.length > 0) return `put ${choices.map(quoted).join(" ")}`;
  switch (hint) {
    case "file":
    case "folder":
      return "edit:complete-filename $words[-1]";
    case "command":
      return "edit:complete-sudo sudo $words[-1]";
    case null:
      return "nop";
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
