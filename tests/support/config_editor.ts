/**
 * A process that edits `config.toml` as parts of the program do, for tests with many of them: `many HOME NAME COUNT`
 * writes its own trust entries, servers and notices; `toggle HOME` switches one feature on and off until it is killed.
 */
import { configEdits } from "../../src/config/mod.ts";

const [what = "", codexHome = "", name = "", count = "0"] = Deno.args;
const { setFeature, setMcpServer, setModelMigration, setTrust, removeMcpServer } =
  await configEdits();
const home = { codexHome };

if (what === "many") {
  for (let round = 0; round < Number(count); round++) {
    await setTrust(home, `/w/${name}/${round}`, "trusted");
    await setModelMigration(home, `${name}.${round}`, "new");
    const transport = { type: "stdio", command: name, env: { ROUND: `${round}` } } as const;
    await setMcpServer(home, `${name}-${round}`, { transport });
    if (round > 0) await removeMcpServer(home, `${name}-${round - 1}`);
  }
} else if (what === "toggle") {
  console.log("ready");
  for (let isOn = true;; isOn = !isOn) await setFeature(home, "apps", isOn);
} else {
  throw new Error(`unknown: ${what}`);
}
