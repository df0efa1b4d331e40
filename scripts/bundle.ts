/**
 * The program as a few JavaScript files: what the npm package holds, and what the executable is compiled from. Loading
 * them instead of hundreds takes a third off the time to the first request.
 *
 * @module
 */
import { copyFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { ROOT } from "./project.ts";

/** Packages that read files of their own, native code or WebAssembly: they stay packages, beside the bundle. */
export const UNBUNDLED: readonly string[] = [
  "@lydell/node-pty",
  "@napi-rs/keyring",
  "@silvia-odwyer/photon-node",
  "web-tree-sitter",
];

/** Files that modules read from beside themselves, and so have to lie beside the bundle. */
export const BESIDE_BUNDLE: readonly string[] = ["src/policy/shell/bash_grammar.bin"];

/**
 * Writes the program to `output`, with the files it needs beside it: what is imported lazily lies in files of its own, so
 * that a command loads no more than it uses. The folder is made anew.
 */
export async function bundle(output: string): Promise<void> {
  const folder = dirname(output);
  await Deno.remove(folder, { recursive: true }).catch(() => {});
  await Deno.mkdir(folder, { recursive: true });
  const external = UNBUNDLED.map((name) => `--external=${name}`);
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: [
      "bundle",
      "--quiet",
      "--platform=deno",
      "--minify",
      ...external,
      "--code-splitting",
      `--outdir=${folder}`,
      "main.ts",
    ],
    cwd: ROOT,
    stdout: "inherit",
    stderr: "inherit",
  }).output();
  if (!success) throw new Error("deno bundle failed");
  await Deno.rename(join(folder, "main.js"), output);
  for (const path of BESIDE_BUNDLE) {
    await copyFile(join(ROOT, path), join(folder, basename(path)));
  }
}
