import assert from "node:assert/strict";
import { join } from "node:path";
import { parse } from "smol-toml";
import { configJsonSchema } from "../scripts/config_json_schema.ts";
import { ConfigError, loadConfig } from "../src/config/mod.ts";
import { ROOT } from "./guard/source_tree.ts";
import { offences } from "./support/json_schema.ts";

/**
 * Each line of these files is a whole config.toml that sets one key; release 0.104 of the reference was seen to take the
 * ones and to refuse the others, for all keys and values of all types.
 */
async function documents(name: string): Promise<string[]> {
  const text = await Deno.readTextFile(join(ROOT, "tests", "fixtures", name));
  return text.trimEnd().split("\n");
}

/** Where we differ on purpose; docs/differences.md has the reasons. */
const WE_REFUSE = [
  // Keys that the release does not know, and passes over whatever they hold.
  /^"zsh_path"/,
  /^"js_repl_node_module_dirs"/,
  /^"sandbox_workspace_write" = \{"git_writable"/,
  // A list of fields without their names.
  /^"(?:sandbox_workspace_write|skills|tools|tui)" = \[\]$/,
  /"otlp-grpc"=\["x"\]/,
  // Nothing sensible can be meant.
  /^"model_(?:context_window|auto_compact_token_limit)" = (?:-1|0)$/,
];
const WE_TAKE = [/"wire_api"="chat"/];

async function withLoader(
  use: (refusal: (text: string) => Promise<string | null>) => Promise<void>,
): Promise<void> {
  const home = await Deno.makeTempDir({ prefix: "codex-config-types-" });
  try {
    await use(async (text) => {
      await Deno.writeTextFile(join(home, "config.toml"), text);
      try {
        await loadConfig({
          codexHome: home,
          processCwd: home,
          env: {},
          home,
          cliOverrides: [],
          overrides: {},
          systemDir: join(home, "nowhere"),
        });
        return null;
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error;
        return `${error.code}: ${error.message}`;
      }
    });
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

/** Holds an outcome to what was seen; of the differences each has to be there. */
async function compare(
  name: string,
  fewest: number,
  known: readonly RegExp[],
  fits: (refusal: string | null) => boolean,
): Promise<void> {
  const texts = await documents(name);
  assert.ok(texts.length > fewest, `only ${texts.length}`);
  const needed = new Set<RegExp>();
  await withLoader(async (refusal) => {
    for (const text of texts) {
      const said = await refusal(text);
      if (fits(said)) continue;
      const difference = known.find((pattern) => pattern.test(text));
      assert.ok(difference, `${text}\n${said ?? "is taken"}`);
      needed.add(difference);
    }
  });
  assert.deepEqual(known.filter((pattern) => !needed.has(pattern)), []);
}

Deno.test("config types: what the reference takes is taken", async () => {
  await compare("config_accepted.txt", 450, WE_REFUSE, (said) => said === null);
});

Deno.test("config types: what the reference refuses is refused", async () => {
  await compare("config_refused.txt", 2_000, WE_TAKE, (said) => said !== null);
});

Deno.test("config types: the JSON schema says the same of every value", async () => {
  const schema = configJsonSchema();
  const texts = [
    ...await documents("config_accepted.txt"),
    ...await documents("config_refused.txt"),
  ];
  let compared = 0;
  await withLoader(async (refusal) => {
    for (const text of texts) {
      // A date is text to the program, and no value of JSON.
      if (text.includes("1979-05-27")) continue;
      const said = await refusal(text);
      // Names of profiles, providers and files are for the program alone.
      if (said !== null && !/^(?:invalid|missing)_value:/.test(said)) continue;
      // The schema takes no key that nobody knows; the program warns.
      if (said === null && /\{zzz=/.test(text)) continue;
      assert.equal(offences(schema, parse(text)).length === 0, said === null, `${text}\n${said}`);
      compared++;
    }
  });
  assert.ok(compared > 2_500, `only ${compared} compared`);
});
