import { EVERYWHERE } from "./shared_flags.ts";
import type { CommandSpec } from "./spec.ts";

/** Shells that there are scripts for. */
export const SHELLS = ["bash", "elvish", "fish", "powershell", "zsh"] as const;

/** `codex completion`. */
export const COMPLETION: CommandSpec = {
  name: "completion",
  summary: "Print a script with which a shell completes command lines",
  details: 'For bash: put eval "$(codex completion bash)" into ~/.bashrc. For zsh: write the ' +
    "output of codex completion zsh to a file _codex in a folder of $fpath. For fish: write it to " +
    "~/.config/fish/completions/codex.fish. For PowerShell: put codex completion powershell | " +
    "Out-String | Invoke-Expression into $PROFILE. For elvish: put eval (codex completion elvish | " +
    "slurp) into rc.elv.",
  positionals: [{ name: "SHELL", doc: "Shell to print it for", choices: SHELLS, default: "bash" }],
  flags: EVERYWHERE,
  needs: [],
  load: () => import("./completion_command.ts"),
};
