/**
 * Writes what people and editors read about `config.toml`, from the program's own table of keys:
 * `deno task config-docs`, or with `--check` tells whether both files are current.
 *
 * @module
 */
import { join } from "node:path";
import { configJsonSchema } from "./config_json_schema.ts";
import { configPage } from "./config_page.ts";
import { ROOT } from "./project.ts";

/** What is generated, by path from the repository's root. */
export async function generatedFiles(): Promise<Readonly<Record<string, string>>> {
  return {
    "docs/config.md": await formatted(configPage(), "md"),
    "docs/config.schema.json": await formatted(
      JSON.stringify(configJsonSchema(), null, 2),
      "json",
    ),
  };
}

/** Paths of the files that differ from what is generated. */
export async function outdatedFiles(): Promise<string[]> {
  const outdated: string[] = [];
  for (const [path, text] of Object.entries(await generatedFiles())) {
    const present = await Deno.readTextFile(join(ROOT, path)).catch(() => null);
    if (present !== text) outdated.push(path);
  }
  return outdated;
}

/** As `deno fmt` leaves it, so that it never has a reason to change the file. */
async function formatted(text: string, extension: "md" | "json"): Promise<string> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--quiet", "--config", join(ROOT, "deno.json"), "--ext", extension, "-"],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const output = child.output();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(text));
  await writer.close();
  const { success, stdout } = await output;
  if (!success) throw new Error(`deno fmt refuses the generated ${extension}`);
  return new TextDecoder().decode(stdout);
}

if (import.meta.main) {
  if (Deno.args.includes("--check")) {
    const outdated = await outdatedFiles();
    if (outdated.length > 0) {
      console.error(`not current: ${outdated.join(", ")}; run \`deno task config-docs\``);
      Deno.exit(1);
    }
  } else {
    for (const [path, text] of Object.entries(await generatedFiles())) {
      await Deno.writeTextFile(join(ROOT, path), text);
    }
  }
}
