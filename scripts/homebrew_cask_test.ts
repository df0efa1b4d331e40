import assert from "node:assert/strict";
import { caskText, parseChecksums } from "./homebrew_cask.ts";

const SUMS = [
  `${"a".repeat(64)}  codex-x86_64-unknown-linux-gnu.tar.gz`,
  `${"b".repeat(64)}  codex-aarch64-unknown-linux-gnu.tar.gz`,
  `${"c".repeat(64)} *codex-x86_64-apple-darwin.tar.gz`,
  `${"d".repeat(64)}  codex-aarch64-apple-darwin.tar.gz`,
].join("\n");

Deno.test("cask: each machine gets its own checksum", () => {
  const text = caskText("1.2.3", "someone/codex", parseChecksums(SUMS));
  assert.match(text, /version "1\.2\.3"/);
  const macos = text.slice(text.indexOf("on_macos"), text.indexOf("on_linux"));
  assert.match(macos, /arm: {3}"d{64}",\n\s+intel: "c{64}"/);
  const linux = text.slice(text.indexOf("on_linux"));
  assert.match(linux, /arm: {3}"b{64}",\n\s+intel: "a{64}"/);
  assert.match(
    text,
    /github\.com\/someone\/codex\/releases\/download\/v#\{version\}\/codex-#\{arch\}/,
  );
});

Deno.test("cask: a missing checksum stops the release", () => {
  const sums = parseChecksums(SUMS.split("\n").slice(1).join("\n"));
  assert.throws(() => caskText("1.2.3", "someone/codex", sums), Error);
});
