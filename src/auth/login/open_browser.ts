/** Where the program runs, as far as it decides how a browser is opened. */
export interface BrowserSurroundings {
  readonly os: typeof Deno.build.os;
  readonly env: Readonly<Record<string, string>>;
}

/** Commands that open an address, the best one first. The address is the last argument. */
export function browserCommands({ os, env }: BrowserSurroundings): readonly (readonly string[])[] {
  switch (os) {
    case "darwin":
      return [["open"]];
    case "windows":
      return [["rundll32", "url.dll,FileProtocolHandler"]];
    default: {
      const isWsl = Boolean(env["WSL_DISTRO_NAME"] || env["WSL_INTEROP"]);
      const linux = [["xdg-open"]];
      return isWsl ? [["wslview"], ...linux] : linux;
    }
  }
}

/**
 * Opens a page in the person's browser. The browser is theirs: it is not waited for and outlives us.
 *
 * @returns whether something was started; a login goes on without, since the address is also printed
 */
export function openBrowser(url: string, surroundings: BrowserSurroundings): boolean {
  for (const [program = "", ...before] of browserCommands(surroundings)) {
    try {
      new Deno.Command(program, {
        args: [...before, url],
        env: { ...surroundings.env },
        clearEnv: true,
        stdin: "null",
        stdout: "null",
        stderr: "null",
      }).spawn().unref();
      return true;
    } catch {
      // Not installed here: the next one.
    }
  }
  return false;
}
