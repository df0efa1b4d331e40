import { baseName } from "../shell/wrapper.ts";

/** Where programs lie that nobody but the system's owner puts there. */
const FOLDERS: readonly string[] = [
  "/bin/",
  "/usr/bin/",
  "/usr/local/bin/",
  "/opt/homebrew/bin/",
  "/opt/local/bin/",
  "/run/current-system/sw/bin/",
];

/** Whether a program is looked up by its name, or lies where the system keeps its programs. */
export function isTrustedPlace(program: string): boolean {
  const name = baseName(program);
  return name === program || FOLDERS.includes(program.slice(0, program.length - name.length));
}

/** The name a program goes by, without the `.exe` of Windows. */
export function programName(program: string, os: typeof Deno.build.os): string {
  const name = baseName(program);
  return os === "windows" ? name.toLowerCase().replace(/\.exe$/, "") : name;
}
