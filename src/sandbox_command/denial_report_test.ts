import assert from "node:assert/strict";
import { denialReport } from "./denial_report.ts";

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
