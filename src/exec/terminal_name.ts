type Env = Readonly<Record<string, string>>;

function withVersion(name: string, version: string | undefined): string {
  return version === undefined || version === "" ? name : `${name}/${version}`;
}

/** Variables that a terminal sets for its children, most telling first. */
const MARKERS: readonly (readonly [string, (value: string) => string])[] = [
  ["WEZTERM_VERSION", (version) => withVersion("WezTerm", version)],
  ["ITERM_SESSION_ID", () => "iTerm.app"],
  ["ITERM_PROFILE", () => "iTerm.app"],
  ["ITERM_PROFILE_NAME", () => "iTerm.app"],
  ["TERM_SESSION_ID", () => "Apple_Terminal"],
  ["KITTY_WINDOW_ID", () => "kitty"],
  ["ALACRITTY_SOCKET", () => "Alacritty"],
  ["KONSOLE_VERSION", (version) => withVersion("Konsole", version)],
  ["GNOME_TERMINAL_SCREEN", () => "gnome-terminal"],
  ["VTE_VERSION", (version) => withVersion("VTE", version)],
  ["WT_SESSION", () => "WindowsTerminal"],
  ["TERM", (name) => name],
];

function firstName(env: Env): string {
  const program = env["TERM_PROGRAM"] ?? "";
  if (program.trim() !== "") return withVersion(program, env["TERM_PROGRAM_VERSION"]);
  for (const [variable, name] of MARKERS) {
    const value = env[variable] ?? "";
    if (value.trim() !== "") return name(value);
  }
  return "unknown";
}

/** The terminal as the user agent names it: `NAME` or `NAME/VERSION`, fit for an HTTP header. */
export function terminalName(env: Env): string {
  return firstName(env).replaceAll(/[^A-Za-z0-9\-_./]/g, "_");
}
