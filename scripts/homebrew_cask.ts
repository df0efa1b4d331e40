/**
 * Writes the Homebrew cask of a release:
 * `deno run -A scripts/homebrew_cask.ts --repository OWNER/NAME --checksums FILE --output FILE`.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { readProject } from "./project.ts";
import { type Target, TARGETS } from "./targets.ts";

/** SHA-256 by file name, from the output of `sha256sum`. */
export function parseChecksums(text: string): Map<string, string> {
  const checksums = new Map<string, string>();
  for (const [, sum = "", name = ""] of text.matchAll(/^([0-9a-f]{64}) [ *](.+)$/gm)) {
    checksums.set(name, sum);
  }
  return checksums;
}

function archiveName({ triple }: Target): string {
  return `codex-${triple}.tar.gz`;
}

/** @throws Error if a checksum is missing. */
export function caskText(
  version: string,
  repository: string,
  checksums: ReadonlyMap<string, string>,
): string {
  const sum = (os: Target["os"], arch: Target["arch"]) => {
    const target = TARGETS.find((each) => each.os === os && each.arch === arch);
    const found = target && checksums.get(archiveName(target));
    if (!found) throw new Error(`no checksum for ${os} ${arch}`);
    return found;
  };
  return `cask "codex" do
  version "${version}"

  on_macos do
    arch arm: "aarch64", intel: "x86_64"
    sha256 arm:   "${sum("darwin", "aarch64")}",
           intel: "${sum("darwin", "x86_64")}"
    url "https://github.com/${repository}/releases/download/v#{version}/codex-#{arch}-apple-darwin.tar.gz"
  end

  on_linux do
    arch arm: "aarch64", intel: "x86_64"
    sha256 arm:   "${sum("linux", "aarch64")}",
           intel: "${sum("linux", "x86_64")}"
    url "https://github.com/${repository}/releases/download/v#{version}/codex-#{arch}-unknown-linux-gnu.tar.gz"
  end

  name "codex"
  desc "Coding agent for the terminal"
  homepage "https://github.com/${repository}"

  binary "codex"

  zap trash: "~/.codex"
end
`;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      repository: { type: "string" },
      checksums: { type: "string" },
      output: { type: "string" },
    },
  });
  const { repository, checksums, output } = values;
  if (!repository || !checksums || !output) {
    console.error("homebrew_cask: --repository, --checksums and --output are needed");
    return 2;
  }
  const { version } = await readProject();
  const sums = parseChecksums(await Deno.readTextFile(checksums));
  await Deno.writeTextFile(output, caskText(version, repository, sums));
  return 0;
}

if (import.meta.main) Deno.exit(await main());
