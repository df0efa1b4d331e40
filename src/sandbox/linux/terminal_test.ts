import assert from "node:assert/strict";
import { openSandboxRig, probeBoth } from "../../../tests/support/sandbox_rig.ts";

const probed = Deno.build.os === "linux" ? (await probeBoth()).bubblewrap : null;
const python = await Deno.stat("/usr/bin/python3").then(() => true, () => false);
const reason = python ? probed?.reason ?? " (ignored: not Linux)" : " (ignored: no python3)";
const ignore = probed === null || probed.ignore || !python;

/** Starts argv on a new terminal, presses Ctrl-C once it says READY, and tells how it ended. */
const ON_TERMINAL = `
import os, pty, signal, sys, subprocess
own_session, argv = sys.argv[1] == "controlling", sys.argv[2:]
signal.alarm(60)
if own_session:
    pid, master = pty.fork()
    if pid == 0:
        os.execvp(argv[0], argv)
    wait = lambda: os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
else:
    master, slave = pty.openpty()
    child = subprocess.Popen(argv, stdin=slave, stdout=slave, stderr=slave, start_new_session=True)
    os.close(slave)
    wait = child.wait
seen, pressed = b"", False
while True:
    try:
        data = os.read(master, 4096)
    except OSError:
        break
    if not data:
        break
    seen += data
    if b"READY" in seen and not pressed:
        pressed = True
        os.write(master, b"\\x03")
print(wait())
print(seen.decode())
`;

for (const session of ["controlling", "none"] as const) {
  Deno.test({
    name: `bubblewrap: Ctrl-C reaches the command, terminal of the session: ${session}${reason}`,
    ignore,
    fn: async () => {
      await using rig = await openSandboxRig(probed?.backend ?? assert.fail());
      const command = (script: string) => rig.confine(["/bin/sh", "-c", script], { tty: true });
      const onTerminal = async (script: string): Promise<string[]> => {
        await using confined = await command(script);
        const output = await new Deno.Command("/usr/bin/python3", {
          args: ["-c", ON_TERMINAL, session, ...confined.argv],
          env: { ...confined.env },
          stdin: "null",
        }).output();
        return new TextDecoder().decode(output.stdout).split(/\s+/);
      };
      const trapped = await onTerminal(
        "trap 'echo TRAPPED; exit 7' INT; echo OPEN > /dev/tty; echo READY; sleep 1000 & wait",
      );
      assert.equal(trapped[0], "7");
      for (const word of ["OPEN", "READY", "^CTRAPPED"]) assert.ok(trapped.includes(word), word);
      // A command without a trap ends, as anywhere else.
      assert.equal((await onTerminal("echo READY; exec sleep 1000"))[0], "130");
    },
  });
}
