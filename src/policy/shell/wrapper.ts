/** A shell that is handed a script. */
export interface ShellScript {
  readonly shell: string;
  readonly flag: "-c" | "-lc";
  readonly script: string;
}

const SHELL_NAMES = new Set(["bash", "zsh", "sh"]);

/** The last part of a path, in either style. */
export function baseName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
}

/** Whether `program` is bash, zsh or sh: by name, or by the stem of a path. */
export function isPosixShell(program: string): boolean {
  const base = baseName(program);
  const dot = base.lastIndexOf(".");
  return SHELL_NAMES.has(dot > 0 ? base.slice(0, dot) : base);
}

/** The script of `[shell, "-c" | "-lc", script]`; any other form is not a script to us. */
export function shellScript(argv: readonly string[]): ShellScript | null {
  const [shell, flag, script] = argv;
  if (argv.length !== 3 || shell === undefined || script === undefined) return null;
  if ((flag !== "-c" && flag !== "-lc") || !isPosixShell(shell)) return null;
  return { shell, flag, script };
}
