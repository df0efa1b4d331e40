import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { ConfigError } from "./error.ts";
import { type ConfigView, readConfigView } from "./config_view.ts";
import { loadConfig } from "./load.ts";
import { loadLayers } from "./load_layers.ts";
import type { Config, ConfigOverrides, LoadConfigOptions } from "./types.ts";

/** How a test runs the loading: `-c` values, environment, working directory under the root, dedicated flags. */
export type MachineRun = {
  readonly c?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly strict?: boolean;
} & Omit<ConfigOverrides, "cwd">;

/** A machine with its own system folder, home, `CODEX_HOME` and project. */
export class Machine implements AsyncDisposable {
  /** Managed preferences as text, by key. */
  readonly preferences: Record<string, string> = {};
  /** The requirements that the vendor's service has. */
  cloud: string | null = null;

  private constructor(readonly root: string) {}

  static async create(): Promise<Machine> {
    const machine = new Machine(await Deno.realPath(await Deno.makeTempDir()));
    for (const name of ["etc", "home/.codex", "project"]) {
      await Deno.mkdir(join(machine.root, name), { recursive: true });
    }
    return machine;
  }

  path(name: string): string {
    return join(this.root, name);
  }

  async write(name: string, text: string): Promise<void> {
    await Deno.mkdir(dirname(this.path(name)), { recursive: true });
    await Deno.writeTextFile(this.path(name), text);
  }

  user(text: string): Promise<void> {
    return this.write("home/.codex/config.toml", text);
  }

  load(run: MachineRun = {}): Promise<Config> {
    return loadConfig(this.#options(run));
  }

  async view(run: MachineRun & { readonly withoutProject?: boolean } = {}): Promise<ConfigView> {
    const { withoutProject = false, ...others } = run;
    const layers = await loadLayers({ ...this.#options(others), withoutProject });
    return await readConfigView(layers, { includeLayers: true });
  }

  #options(run: MachineRun): LoadConfigOptions {
    const { c = [], env = {}, cwd = "project", strict = false, ...overrides } = run;
    return {
      codexHome: this.path("home/.codex"),
      processCwd: this.path(cwd),
      env,
      home: this.path("home"),
      cliOverrides: c,
      overrides,
      strict,
      systemDir: this.path("etc"),
      cloudRequirements: this.cloud,
      managedPreference: (key) => {
        const text = this.preferences[key];
        return Promise.resolve(text === undefined ? null : btoa(text));
      },
    };
  }

  async fails(run: MachineRun = {}): Promise<ConfigError> {
    const outcome = await this.load(run).then(() => null, (error: unknown) => error);
    assert.ok(outcome instanceof ConfigError, String(outcome));
    return outcome;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.root, { recursive: true });
  }
}
