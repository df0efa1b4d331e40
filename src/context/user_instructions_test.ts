import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import type { Logger } from "../telemetry/mod.ts";
import { SILENT_LOGGER } from "../telemetry/mod.ts";
import { readUserInstructions, type UserInstructionsOptions } from "./user_instructions.ts";

interface Case {
  readonly name: string;
  /** Path → content; a content of `->x` makes a link to `x`. */
  readonly files: Readonly<Record<string, string | Uint8Array>>;
  readonly cwd: string;
  readonly options?: Partial<UserInstructionsOptions>;
  readonly expected: string | null;
  readonly log?: "warn" | "error";
}

// What the reference program was seen to send for the same folders.
const CASES: readonly Case[] = [
  {
    name: "global, then project from the root down, each part as it stands",
    files: {
      "home/AGENTS.md": " G \n\n",
      "r/.git": "",
      "r/AGENTS.md": "# R\n",
      "r/a/b/AGENTS.md": "B\n\n",
    },
    cwd: "r/a/b",
    expected: "G\n\n--- project-doc ---\n\n# R\n\n\nB\n\n",
  },
  { name: "nothing anywhere", files: { "r/.git": "" }, cwd: "r", expected: null },
  {
    name: "a global override hides the global file unless it is blank",
    files: { "home/AGENTS.override.md": "O", "home/AGENTS.md": "G" },
    cwd: "r",
    expected: "O",
  },
  {
    name: "a blank global override hides nothing",
    files: { "home/AGENTS.override.md": " \n", "home/AGENTS.md": "G" },
    cwd: "r",
    expected: "G",
  },
  {
    name: "an empty project override hides the file beside it",
    files: {
      "r/.git": "",
      "r/AGENTS.override.md": "",
      "r/AGENTS.md": "R",
      "r/s/AGENTS.md": "S",
    },
    cwd: "r/s",
    expected: "S",
  },
  {
    name: "outside a repository only the working folder counts",
    files: { "r/AGENTS.md": "R", "r/s/AGENTS.md": "S" },
    cwd: "r/s",
    expected: "S",
  },
  {
    name: "blank files are passed over and cost nothing",
    files: { "r/.git": "", "r/AGENTS.md": "        ", "r/s/AGENTS.md": "SSSSSSSSSSSS" },
    cwd: "r/s",
    options: { maxBytes: 10 },
    expected: "SSSSSSSSSS",
    log: "warn",
  },
  {
    name: "the budget is shared and cuts bytes, not characters",
    files: { "r/.git": "", "r/AGENTS.md": "ab", "r/s/AGENTS.md": "éééé", "r/s/t/AGENTS.md": "T" },
    cwd: "r/s/t",
    options: { maxBytes: 5 },
    expected: "ab\n\né\ufffd",
    log: "warn",
  },
  {
    name: "a budget that is just used up is not exceeded",
    files: { "r/.git": "", "r/AGENTS.md": "12345", "r/s/AGENTS.md": "S" },
    cwd: "r/s",
    options: { maxBytes: 5 },
    expected: "12345",
  },
  {
    name: "a budget of nothing leaves the global part",
    files: { "home/AGENTS.md": "G", "r/.git": "", "r/AGENTS.md": "R" },
    cwd: "r",
    options: { maxBytes: 0 },
    expected: "G",
  },
  {
    name: "other names come after the own one, blank names never",
    files: { "r/.git": "", "r/CLAUDE.md": "C", "r/s/AGENTS.md": "S", "r/s/CLAUDE.md": "CS" },
    cwd: "r/s",
    options: { fallbackFilenames: ["", "CLAUDE.md"] },
    expected: "C\n\nS",
  },
  {
    name: "a folder of that name is no document",
    files: { "r/.git": "", "r/AGENTS.md/x": "", "r/C.md": "C" },
    cwd: "r",
    options: { fallbackFilenames: ["C.md"] },
    expected: "C",
  },
  {
    name: "a link is followed; one that leads nowhere gives nothing and hides the rest",
    files: {
      "r/.git": "",
      "r/AGENTS.md": "->real",
      "r/real": "R",
      "r/s/AGENTS.override.md": "->nowhere",
      "r/s/AGENTS.md": "S",
    },
    cwd: "r/s",
    expected: "R",
  },
  {
    name: "a device gives nothing, and hides the rest",
    files: { "r/.git": "", "r/AGENTS.md": "R", "r/s/AGENTS.md": "->/dev/null", "r/s/C.md": "C" },
    cwd: "r/s",
    options: { fallbackFilenames: ["C.md"] },
    expected: "R",
  },
  {
    name: "a file that cannot be read drops the project part alone",
    files: {
      "home/AGENTS.md": "G",
      "r/.git": "",
      "r/AGENTS.md": "R",
      "r/s/AGENTS.md": "->.",
    },
    cwd: "r/s",
    expected: "G",
    log: "error",
  },
  {
    name: "bytes that are no UTF-8 are replaced",
    files: { "r/.git": "", "r/AGENTS.md": new Uint8Array([0x61, 0xff, 0x62]) },
    cwd: "r",
    expected: "a\ufffdb",
  },
  {
    name: "other markers make another root, and none makes the working folder the root",
    files: { "r/hg": "", "r/AGENTS.md": "R", "r/s/.git": "", "r/s/AGENTS.md": "S" },
    cwd: "r/s",
    options: { rootMarkers: ["hg"] },
    expected: "R\n\nS",
  },
  {
    name: "no markers",
    files: { "r/.git": "", "r/AGENTS.md": "R", "r/s/AGENTS.md": "S" },
    cwd: "r/s",
    options: { rootMarkers: [] },
    expected: "S",
  },
];

for (const each of CASES) {
  Deno.test(`standing instructions: ${each.name}`, async () => {
    const top = await Deno.realPath(await Deno.makeTempDir({ prefix: "agents-" }));
    try {
      for (const folder of ["home", each.cwd]) {
        await Deno.mkdir(join(top, folder), { recursive: true });
      }
      for (const [path, content] of Object.entries(each.files)) {
        const full = join(top, path);
        await Deno.mkdir(dirname(full), { recursive: true });
        if (typeof content !== "string") await Deno.writeFile(full, content);
        else if (content.startsWith("->")) await Deno.symlink(content.slice(2), full);
        else await Deno.writeTextFile(full, content);
      }
      const logged: string[] = [];
      const logger: Logger = {
        ...SILENT_LOGGER,
        warn: () => void logged.push("warn"),
        error: () => void logged.push("error"),
      };
      const text = await readUserInstructions({
        codexHome: join(top, "home"),
        cwd: join(top, each.cwd),
        maxBytes: 32_768,
        fallbackFilenames: [],
        rootMarkers: [".git"],
        logger,
        ...each.options,
      });
      assert.equal(text, each.expected);
      assert.deepEqual(logged, each.log === undefined ? [] : [each.log]);
    } finally {
      await Deno.remove(top, { recursive: true });
    }
  });
}

Deno.test({
  name: "standing instructions: nobody is waited for at a pipe",
  ignore: Deno.build.os === "windows",
  async fn() {
    const top = await Deno.realPath(await Deno.makeTempDir({ prefix: "agents-" }));
    try {
      for (const folder of ["home", "r", "r/s"]) await Deno.mkdir(join(top, folder));
      const pipe = join(top, "pipe");
      assert.ok((await new Deno.Command("mkfifo", { args: [pipe] }).output()).success);
      // Held open with something in it, so that who reads it all the same shows it.
      using writer = await Deno.open(pipe, { read: true, write: true });
      await writer.write(new TextEncoder().encode("PIPE"));
      await Deno.mkdir(join(top, "r/.git"));
      await Deno.symlink(pipe, join(top, "r/AGENTS.md"));
      await Deno.writeTextFile(join(top, "r/s/AGENTS.md"), "S");
      const text = await readUserInstructions({
        codexHome: join(top, "home"),
        cwd: join(top, "r/s"),
        maxBytes: 32_768,
        fallbackFilenames: [],
        rootMarkers: [".git"],
        logger: SILENT_LOGGER,
      });
      assert.equal(text, "S");
    } finally {
      await Deno.remove(top, { recursive: true });
    }
  },
});
