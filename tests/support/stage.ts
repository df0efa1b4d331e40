import { dirname, join } from "node:path";

export interface StageOptions {
  /** Files of the workspace: path → content. */
  readonly files?: Readonly<Record<string, string | Uint8Array<ArrayBuffer>>>;
  /** Files of `CODEX_HOME`. */
  readonly homeFiles?: Readonly<Record<string, string>>;
  /** The workspace is a git repository; true unless told otherwise. */
  readonly git?: boolean;
  /** Where the folders are made; the system's temporary folder unless told otherwise. */
  readonly parent?: string;
}

/** Folders of one test. Disposing removes them. */
export interface Stage extends AsyncDisposable {
  readonly root: string;
  readonly workspace: string;
  readonly codexHome: string;
  /** `HOME` of the program under test: empty, so that no shell profile speaks up. */
  readonly home: string;
}

async function writeFiles(
  folder: string,
  files: Readonly<Record<string, string | Uint8Array<ArrayBuffer>>>,
): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    const target = join(folder, path);
    await Deno.mkdir(dirname(target), { recursive: true });
    await Deno.writeFile(
      target,
      typeof content === "string" ? new TextEncoder().encode(content) : content,
    );
  }
}

export async function openStage(options: StageOptions = {}): Promise<Stage> {
  const made = await Deno.makeTempDir({ prefix: "codex-test-", dir: options.parent });
  const root = await Deno.realPath(made);
  const stage: Stage = {
    root,
    workspace: join(root, "workspace"),
    codexHome: join(root, "codex-home"),
    home: join(root, "home"),
    async [Symbol.asyncDispose]() {
      await Deno.remove(root, { recursive: true });
    },
  };
  for (const folder of [stage.workspace, stage.codexHome, stage.home]) await Deno.mkdir(folder);
  await writeFiles(stage.workspace, options.files ?? {});
  await writeFiles(stage.codexHome, options.homeFiles ?? {});
  if (options.git ?? true) {
    const init = new Deno.Command("git", { args: ["init", "-q"], cwd: stage.workspace });
    if (!(await init.output()).success) throw new Error("git init failed");
  }
  return stage;
}
