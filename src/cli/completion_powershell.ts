import { type CompletionCommand, type CompletionValue, everyCommand } from "./completion_tree.ts";

/** Completion for PowerShell, 5 and later. */
export function powershellCompletion(root: CompletionCommand): string {
  const all = everyCommand(root);
  return `# Completion of ${root.name} for PowerShell.

Register-ArgumentCompleter -Native -CommandName '${root.name}' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    # Keys keep their case: -c and -C are two flags.
    $next = [System.Collections.Hashtable]::new()
${all.flatMap(transitions).join("\n")}
    $values = [System.Collections.Hashtable]::new()
${all.flatMap(valueLines).join("\n")}
    $offers = [System.Collections.Hashtable]::new()
${all.map(offerLines).join("\n")}

    $command = '${root.path}'
    $pending = ''
    foreach ($element in @($commandAst.CommandElements | Select-Object -Skip 1)) {
        if ($element.Extent.EndOffset -ge $cursorPosition -and $wordToComplete -ne '') {
            break
        }
        $key = $command + ':' + $element.Extent.Text
        if ($pending -ne '') {
            $pending = ''
        } elseif ($element.Extent.Text -ceq '--') {
            return
        } elseif ($values.ContainsKey($key)) {
            $pending = $key
        } elseif ($next.ContainsKey($key)) {
            $command = $next[$key]
        }
    }

    # What "if" gives out is unrolled: without the list around it, one pair alone would be two words.
    $found = @(if ($pending -ne '') { $values[$pending] } else { $offers[$command] })
    $found | Where-Object { $null -ne $_ -and $_[0] -clike "$wordToComplete*" } | ForEach-Object {
        [System.Management.Automation.CompletionResult]::new($_[0], $_[0], 'ParameterValue', $_[1])
    }
}
`;
}

function transitions({ path, commands }: CompletionCommand): string[] {
  return commands.flatMap((each) =>
    [each.name, ...each.aliases].map((name) =>
      `    $next[${quoted(`${path}:${name}`)}] = ${quoted(each.path)}`
    )
  );
}

function valueLines({ path, flags }: CompletionCommand): string[] {
  return flags.flatMap(({ names, value }) =>
    value === null
      ? []
      : names.map((name) => `    $values[${quoted(`${path}:${name}`)}] = ${list(choices(value))}`)
  );
}

function offerLines({ path, flags, commands, argument }: CompletionCommand): string {
  const candidates = [
    ...commands.map(({ name, doc }): Candidate => [name, doc]),
    ...flags.flatMap(({ names, doc }) => names.map((name): Candidate => [name, doc])),
    ...choices(argument),
  ];
  return `    $offers[${quoted(path)}] = ${list(candidates)}`;
}

type Candidate = readonly [word: string, doc: string];

function choices(value: CompletionValue | null): Candidate[] {
  return (value?.choices ?? []).map((choice): Candidate => [choice, choice]);
}

/** Pairs of word and description. Without the comma, a list of one pair would be the pair itself. */
function list(candidates: readonly Candidate[]): string {
  const pairs = candidates.map(([word, doc]) => `        @(${quoted(word)}, ${quoted(doc)})`);
  if (pairs.length === 0) return "@()";
  return `@(\n${pairs.length === 1 ? `        ,${pairs[0]?.trim()}` : pairs.join(",\n")}\n    )`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
