/**
 * The machines that releases are built for.
 *
 * @module
 */

export interface Target {
  /** The name that `deno compile --target` and release files use. */
  readonly triple: string;
  readonly os: "linux" | "darwin" | "windows";
  readonly arch: "x86_64" | "aarch64";
}

export const TARGETS: readonly Target[] = [
  { triple: "x86_64-unknown-linux-gnu", os: "linux", arch: "x86_64" },
  { triple: "aarch64-unknown-linux-gnu", os: "linux", arch: "aarch64" },
  { triple: "x86_64-apple-darwin", os: "darwin", arch: "x86_64" },
  { triple: "aarch64-apple-darwin", os: "darwin", arch: "aarch64" },
  { triple: "x86_64-pc-windows-msvc", os: "windows", arch: "x86_64" },
  { triple: "aarch64-pc-windows-msvc", os: "windows", arch: "aarch64" },
];

/** This machine's target; null on a machine that releases are not built for. */
export function hostTarget(): Target | null {
  const { os, arch } = Deno.build;
  return TARGETS.find((target) => target.os === os && target.arch === arch) ?? null;
}

export function findTarget(triple: string): Target | null {
  return TARGETS.find((target) => target.triple === triple) ?? null;
}

/** `codex`, or `codex.exe`. */
export function executableName(target: Target): string {
  return target.os === "windows" ? "codex.exe" : "codex";
}

/** The name of a release file: `codex-x86_64-unknown-linux-gnu`. */
export function releaseName(target: Target): string {
  return `codex-${target.triple}${target.os === "windows" ? ".exe" : ""}`;
}
