import { canRun } from "./can_run.ts";

/** Told on stdout, as a line of its own, when the keyring is open. */
const READY = "keyring-open:";

/**
 * A message bus of its own, with a keyring that is empty and open, for as long as nobody disposes of it. Its files are
 * below `home`. Needs `dbus-run-session` and `gnome-keyring-daemon`.
 */
export interface KeyringSession extends AsyncDisposable {
  /** What programs need in their environment to find it. */
  readonly env: Readonly<Record<string, string>>;
}

export async function hasKeyring(): Promise<boolean> {
  if (Deno.build.os !== "linux") return false;
  return await canRun("dbus-run-session", ["--version"]) &&
    await canRun("gnome-keyring-daemon", ["--version"]);
}

export async function openKeyringSession(home: string): Promise<KeyringSession> {
  const script = 'printf "\\n" | gnome-keyring-daemon --unlock --components=secrets >/dev/null; ' +
    `echo "${READY}$DBUS_SESSION_BUS_ADDRESS"; read -r _`;
  const child = new Deno.Command("dbus-run-session", {
    args: ["--", "sh", "-c", script],
    clearEnv: true,
    env: { PATH: Deno.env.get("PATH") ?? "/usr/bin:/bin", HOME: home, XDG_RUNTIME_DIR: home },
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let said = "";
  let address: string | undefined;
  while (address === undefined) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`the keyring did not start: ${said}`);
    said += value;
    address = new RegExp(`${READY}(.*)\n`).exec(said)?.[1];
  }
  return {
    env: { DBUS_SESSION_BUS_ADDRESS: address },
    async [Symbol.asyncDispose]() {
      await child.stdin.close();
      await reader.cancel();
      await child.status;
    },
  };
}
