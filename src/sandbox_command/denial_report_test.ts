import assert from "node:assert/strict";
import { denialReport, watchDenials } from "./denial_report.ts";

const denial = (name: string, pid: number, capability: string) => ({ name, pid, capability });

Deno.test("denials: those of the command, each once, under a heading", () => {
  const seen = [
    denial("touch", 2, "file-write-create /etc/x"),
    denial("other", 9, "file-write-create /etc/y"),
    denial("touch", 3, "file-write-create /etc/x"),
    denial("curl", 3, "network-outbound"),
  ];
  assert.equal(
    denialReport(seen, new Set([1, 2, 3])),
    "\n=== Sandbox denials ===\n(touch) file-write-create /etc/x\n(curl) network-outbound\n",
  );
  assert.equal(denialReport(seen, new Set([1])), "\n=== Sandbox denials ===\nNone found.\n");
});

const entry = (name: string, pid: number | string, capability: string) =>
  JSON.stringify({ eventMessage: `Sandbox: ${name}(${pid}) deny(1) ${capability}` });

/** Runs a watch over a log that this script prints; `$PID` is a process to follow. */
async function watched(script: string): Promise<string> {
  let said = "";
  const out = { write: (text: string) => Promise.resolve((said += text) !== "") };
  const sleeper = new Deno.Command("/bin/sh", { args: ["-c", "exec sleep 1000"] }).spawn();
  try {
    const argv = ["/bin/sh", "-c", script.replaceAll("$PID", String(sleeper.pid))];
    await using watch = await watchDenials(out, argv);
    watch.follow(sleeper.pid);
  } finally {
    sleeper.kill("SIGKILL");
    await sleeper.status;
  }
  return said;
}

const unix = (name: string, fn: () => Promise<void>) =>
  Deno.test({ name, ignore: Deno.build.os === "windows", fn });

unix(
  "denials: what the log tells while the command runs is told of its processes alone",
  async () => {
    const mine = entry("touch", "$PID", "file-write-create /private/etc/x");
    const other = entry("mds", 1, "file-read-data /y");
    const log = `echo Filtering; printf '%s\\n' '${mine}' '${other}' '${mine}'; exec sleep 1000`;
    assert.equal(
      await watched(log),
      "\n=== Sandbox denials ===\n(touch) file-write-create /private/etc/x\n",
    );
  },
);

unix(
  "denials: a log that cannot be read is told, and the command's end is not lost over it",
  async () => {
    assert.equal(
      await watched("exit 64"),
      "codex: /bin/sh failed with exit code 64, so refusals may be missing\n" +
        "\n=== Sandbox denials ===\nNone found.\n",
    );
  },
);
