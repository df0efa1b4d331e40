import { join } from "node:path";
import { lockFile } from "../../files/mod.ts";
import { loadWindows, type Win32, type WindowsHandle } from "../../platform/mod.ts";
import type { AbsolutePath } from "../../protocol/mod.ts";
import { INHERIT, RIGHTS, withEntries, withoutSid } from "./acl.ts";
import { commandLine, findProgram } from "./command_line.ts";
import { type GrantRecord, holdRecord, undoStale } from "./grant_record.ts";
import { type Grant, planGrants } from "./grants.ts";
import {
  appContainerSid,
  decodeSid,
  encodeSid,
  EVERYONE,
  NETWORK_CAPABILITIES,
  randomSid,
  type Sid,
} from "./sid.ts";
import { parseWindowsPlan, type WindowsPlan } from "./windows_plan.ts";

const EXIT_SETUP_FAILED = 125;
const EXIT_NOT_EXECUTABLE = 126;
const EXIT_NOT_FOUND = 127;

/** Flags of CreateRestrictedToken. */
const DISABLE_MAX_PRIVILEGE = 0x1;
const LUA_TOKEN = 0x4;
const WRITE_RESTRICTED = 0x8;

export interface HelperOutcome {
  readonly exitCode: number;
  /** Why there was no command to report for; `null` = there was. */
  readonly message: string | null;
}

type WindowsApi = Awaited<ReturnType<typeof loadWindows>>;

/**
 * Runs a command confined and waits for it: `<plan as JSON> -- COMMAND…`, what follows `--codex-run-windows-sandbox`.
 * Grants access for the time of the command and takes it back. Everything that the command started ends with it, and
 * with this process.
 */
export async function runWindowsHelper(
  args: readonly string[],
  { env, cwd }: { readonly env: Readonly<Record<string, string>>; readonly cwd: AbsolutePath },
): Promise<HelperOutcome> {
  const [json = "", separator, ...command] = args;
  const plan = parseWindowsPlan(json);
  const [name] = command;
  if (plan === null || separator !== "--" || name === undefined) {
    return failed(EXIT_SETUP_FAILED, "expected a plan, -- and a command");
  }
  const found = findProgram(name, { cwd, env, isFile });
  switch (found.kind) {
    case "not_found":
      return failed(EXIT_NOT_FOUND, `${name}: not found`);
    case "batch":
      return failed(EXIT_NOT_EXECUTABLE, `${name}: a batch file, to be started by cmd /c`);
    case "found":
      break;
  }
  // Ctrl-C is for the command: it reaches every process of the console. For good, because one that this process
  // learns of after the command's end would otherwise change the exit code.
  Deno.addSignalListener("SIGINT", () => {});
  try {
    const api = await loadWindows();
    using win32 = api.openWin32();
    const exitCode = await runConfined(api, win32, plan, {
      program: found.path,
      commandLine: commandLine(command),
      cwd,
      env: without(env, plan.unset),
    });
    return { exitCode, message: null };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return failed(EXIT_SETUP_FAILED, `sandbox set-up failed: ${reason}`);
  }
}

interface Command {
  readonly program: string;
  readonly commandLine: string;
  readonly cwd: AbsolutePath;
  readonly env: Readonly<Record<string, string>>;
}

async function runConfined(
  api: WindowsApi,
  win32: Win32,
  plan: WindowsPlan,
  command: Command,
): Promise<number> {
  const id = crypto.randomUUID();
  const container = plan.mode === "app_container" ? `codex.${id}` : null;
  const sid = container === null ? randomSid() : await appContainerSid(container);
  const undo = (record: GrantRecord) => takeBack(api, win32, record);
  await using stack = new AsyncDisposableStack();
  {
    await using _one = await onlyOne(plan.stateDir);
    await undoStale(plan.stateDir, undo);
    const made = plan.writable.flatMap(({ readOnly }) => readOnly).filter(isMissing);
    const grants = planGrants(plan, sid);
    const record = { sid, container, paths: grants.map(({ path }) => path), made };
    const held = stack.use(await holdRecord(plan.stateDir, id, record));
    stack.defer(async () => {
      await using _again = await onlyOne(plan.stateDir);
      undo(record);
      await held.remove();
    });
    for (const path of made) Deno.mkdirSync(path);
    if (container !== null) api.createAppContainer(win32, container);
    for (const grant of grants) give(api, win32, grant);
  }
  const own = owned(stack, win32, api.openOwnToken(win32));
  const token = owned(stack, win32, weakToken(api, win32, own, plan.mode, sid));
  const job = owned(stack, win32, api.createJob(win32));
  const capabilities = plan.network ? NETWORK_CAPABILITIES.map(encodeSid) : [];
  return await api.runInJob(win32, {
    ...command,
    token,
    job,
    container: container === null ? null : { sid: encodeSid(sid), capabilities },
  });
}

/** Closes the handle when the command is over; the job's handle takes what is left of the command along. */
function owned(stack: AsyncDisposableStack, win32: Win32, handle: WindowsHandle): WindowsHandle {
  stack.defer(() => void win32.kernel32.CloseHandle(handle));
  return handle;
}

/** No privileges and no rights of administrators; without a container, also no writing that is not granted. */
function weakToken(
  api: WindowsApi,
  win32: Win32,
  own: WindowsHandle,
  mode: WindowsPlan["mode"],
  sid: Sid,
): WindowsHandle {
  const flags = DISABLE_MAX_PRIVILEGE | LUA_TOKEN;
  if (mode === "app_container") return api.restrictToken(win32, own, flags, []);
  const logon = api.logonSid(win32, own);
  const identities = [sid, ...(logon === null ? [] : [decodeSid(logon)]), EVERYONE];
  const token = api.restrictToken(
    win32,
    own,
    flags | WRITE_RESTRICTED,
    identities.map(encodeSid),
  );
  // Pipes and events of the command's own, which PowerShell for one cannot do without.
  const everything = identities.map((each) => ({
    verdict: "allow" as const,
    sid: each,
    mask: RIGHTS.all,
    flags: INHERIT.none,
  }));
  api.setDefaultDacl(win32, token, withEntries(null, everything));
  return token;
}

function give(api: WindowsApi, win32: Win32, { path, entries }: Grant): void {
  const acl = api.readDacl(win32, path);
  // Without a list everybody may do anything; adding to it would take that away from all others.
  if (acl === null) throw new Error(`${path} has no access list`);
  api.writeDacl(win32, path, withEntries(acl, entries));
}

/** What is gone needs no undoing. */
function takeBack(api: WindowsApi, win32: Win32, record: GrantRecord): void {
  for (const path of record.paths) {
    if (isMissing(path)) continue;
    const acl = api.readDacl(win32, path);
    if (acl !== null) api.writeDacl(win32, path, withoutSid(acl, record.sid));
  }
  for (const path of record.made) removeIfEmpty(path);
  if (record.container !== null) api.deleteAppContainer(win32, record.container);
}

function removeIfEmpty(path: AbsolutePath): void {
  try {
    Deno.removeSync(path);
  } catch {
    // Somebody outside of the sandbox uses it by now.
  }
}

/** Lists are read, changed and written: two at a time would lose one change. */
async function onlyOne(stateDir: AbsolutePath): Promise<AsyncDisposable> {
  await Deno.mkdir(stateDir, { recursive: true });
  return await lockFile(join(stateDir, "windows-grants.lock"));
}

function isMissing(path: AbsolutePath): boolean {
  try {
    Deno.lstatSync(path);
    return false;
  } catch (error) {
    return error instanceof Deno.errors.NotFound;
  }
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

function without(
  env: Readonly<Record<string, string>>,
  names: readonly string[],
): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !names.includes(name)));
}

function failed(exitCode: number, message: string): HelperOutcome {
  return { exitCode, message };
}
