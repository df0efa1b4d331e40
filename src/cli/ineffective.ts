import { mergeFlags } from "./merged_flags.ts";
import { EVERYWHERE, LOCAL_PROVIDER, OSS } from "./shared_flags.ts";
import { type CommandSpec, type Invocation, type Level, valueOf } from "./spec.ts";

/**
 * What stands in front of a command's name and does nothing for this command, for a person. The command runs all the
 * same, as scripts expect, but nobody shall believe in a flag that is not there.
 */
export function ineffectiveParts({ levels }: Invocation): string[] {
  const [root, ...inner] = levels;
  const command = inner.at(-1)?.command;
  if (root === undefined || command === undefined || command.load === undefined) return [];
  const name = inner.map((level) => level.command.name).join(" ");
  const known = [...command.takes ?? [], ...EVERYWHERE.map(({ long }) => long)];
  const ineffective = [...root.switches, ...root.values.keys()]
    .filter((long) => !known.includes(long))
    .map((long) => ({ long, because: command.noEffect?.[long] }))
    .filter(({ long, because }) =>
      because?.unless === undefined || valueOf(root, long) !== because.unless
    )
    .map(({ long, because }) =>
      because === undefined
        ? `--${long} has no effect on "${name}"`
        : `--${long} has no effect: ${because.reason}`
    );
  const [prompt] = root.positionals;
  return [
    ...(prompt === undefined ? [] : [`"${prompt}" in front of "${name}" is ignored`]),
    ...ineffective,
    ...withoutPartner(levels, command),
  ];
}

/** A flag that only says more about another one. */
function withoutPartner(levels: readonly Level[], { takes = [] }: CommandSpec): string[] {
  const flags = mergeFlags(levels);
  const isAlone = flags.value(LOCAL_PROVIDER.long) !== null && !flags.has(OSS.long);
  return isAlone && takes.includes(LOCAL_PROVIDER.long)
    ? [`--${LOCAL_PROVIDER.long} has no effect without --${OSS.long}`]
    : [];
}
