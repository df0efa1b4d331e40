import { baseName } from "../shell/wrapper.ts";

/** Program, and the first arguments that make it run anything at all; `[]` = the program alone. */
const INTERPRETERS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  python3: [[], ["-"], ["-c"]],
  python: [[], ["-"], ["-c"]],
  py: [[], ["-3"]],
  pythonw: [[]],
  pyw: [[]],
  pypy: [[]],
  pypy3: [[]],
  git: [[]],
  bash: [[], ["-lc"]],
  "/bin/bash": [[], ["-lc"]],
  sh: [[], ["-c"], ["-lc"]],
  zsh: [[], ["-lc"]],
  "/bin/zsh": [[], ["-lc"]],
  pwsh: [[], ["-Command"], ["-c"]],
  powershell: [[], ["-Command"], ["-c"]],
  "powershell.exe": [[], ["-Command"], ["-c"]],
  env: [[]],
  sudo: [[]],
  node: [[], ["-e"]],
  perl: [[], ["-e"]],
  ruby: [[], ["-e"]],
  php: [[], ["-r"]],
  lua: [[], ["-e"]],
  osascript: [[]],
};

/** What runs whatever stands behind it, in ways that those above leave open; whatever folder it lies in. */
const RUNNERS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  bash: [["-c"]],
  zsh: [["-c"]],
  dash: [[], ["-c"]],
  ksh: [[], ["-c"]],
  fish: [[], ["-c"]],
  python: [["-m"]],
  python3: [["-m"]],
  node: [["--eval"], ["-p"], ["--print"]],
  perl: [["-E"]],
  command: [[]],
  eval: [[]],
  exec: [[]],
  nohup: [[]],
  doas: [[]],
  xargs: [[]],
};

/**
 * Whether to allow the prefix would allow everything. Compared as a whole: the same words with an argument behind
 * them are fine.
 */
export function isBannedPrefix(prefix: readonly string[]): boolean {
  const [program, ...rest] = prefix;
  if (program === undefined) return false;
  const name = baseName(program);
  return [INTERPRETERS, RUNNERS].some((list) =>
    [program, name].some((each) =>
      Object.hasOwn(list, each) &&
      list[each]!.some((args) =>
        args.length === rest.length && args.every((arg, index) => arg === rest[index])
      )
    )
  );
}
