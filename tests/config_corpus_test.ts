import assert from "node:assert/strict";
import { type CorpusCase, type CorpusFacts, ourFacts } from "./support/config_corpus.ts";

const FOLDER = new URL("./config_corpus/", import.meta.url);
const DIFFERENCES = new URL("../docs/differences.md", import.meta.url);

// Roots of drives, backslashes and other places for managed files: the reference was asked on Linux.
const onWindows = Deno.build.os === "windows";

const files = [...Deno.readDirSync(FOLDER)].map(({ name }) => name).sort();

async function readCases(file: string): Promise<CorpusCase[]> {
  const lines = (await Deno.readTextFile(new URL(file, FOLDER))).trim().split("\n");
  return lines.map((line) => JSON.parse(line));
}

for (const file of files) {
  Deno.test({
    name: `configuration as the reference takes it (not on Windows, whose paths differ): ${file}`,
    ignore: onWindows,
    fn: async () => {
      const cases = await readCases(file);
      assert.ok(cases.length > 0);
      for (const corpusCase of cases) {
        const expected: CorpusFacts = { ...corpusCase.reference, ...corpusCase.differs?.ours };
        const ours = await ourFacts(corpusCase, expected);
        assert.deepEqual(ours, expected, `${file}: ${corpusCase.name}`);
      }
    },
  });
}

Deno.test("every difference from the reference in the corpus is listed with its reason", async () => {
  const listed = (await Deno.readTextFile(DIFFERENCES)).split("\n");
  for (const file of files) {
    for (const { name, reference, differs } of await readCases(file)) {
      if (differs === undefined) continue;
      assert.ok(listed.some((line) => line.startsWith(`- ${differs.why}`)), `${file}: ${name}`);
      for (const [part, facts] of Object.entries(differs.ours)) {
        assert.notDeepEqual(facts, reference[part as keyof CorpusFacts], `${file}: ${name}`);
      }
    }
  }
});
