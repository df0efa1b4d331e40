import { addressOf, environmentBlock, wideString } from "./memory.ts";
import { decodeStruct, encodeStruct } from "./struct_layout.ts";
import { PROCESS_INFORMATION, SECURITY_CAPABILITIES, STARTUPINFOEXW } from "./structs.ts";
import { checkBool, type Handle, sidList, type Win32 } from "./win32.ts";

/** A process to be started with the standard handles of this one and no other. */
export interface StartOptions {
  readonly program: string;
  readonly commandLine: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly token: Handle;
  readonly job: Handle;
  /** `null` = not in an AppContainer. */
  readonly container: {
    readonly sid: Uint8Array<ArrayBuffer>;
    readonly capabilities: readonly Uint8Array<ArrayBuffer>[];
  } | null;
}

const STD_HANDLES = [0xfffffff6, 0xfffffff5, 0xfffffff4];
const INVALID_HANDLE = 0xffffffffffffffffn;
const HANDLE_FLAG_INHERIT = 1;
const STARTF_USESTDHANDLES = 0x100;
const CREATE_SUSPENDED = 0x4;
const CREATE_UNICODE_ENVIRONMENT = 0x400;
const EXTENDED_STARTUPINFO_PRESENT = 0x80000;
const ATTRIBUTE_HANDLE_LIST = 0x20002n;
const ATTRIBUTE_SECURITY_CAPABILITIES = 0x20009n;
const SE_GROUP_ENABLED = 4;
const INFINITE = 0xffffffff;
const KILLED = 1;

/** Starts a process in its job and returns its exit code when it has ended. */
export async function runInJob(win32: Win32, options: StartOptions): Promise<number> {
  const process = start(win32, options);
  const { kernel32 } = win32;
  try {
    await kernel32.WaitForSingleObject(process, INFINITE);
    const code = new Uint32Array(1);
    checkBool(
      win32,
      "GetExitCodeProcess",
      kernel32.GetExitCodeProcess(process, new Uint8Array(code.buffer)),
    );
    return code[0] ?? 0;
  } finally {
    kernel32.CloseHandle(process);
  }
}

function start(win32: Win32, options: StartOptions): Handle {
  const { kernel32, advapi32 } = win32;
  const handles = STD_HANDLES.map((which) => kernel32.GetStdHandle(which));
  const [hStdInput = 0n, hStdOutput = 0n, hStdError = 0n] = handles;
  const inherited = [...new Set(handles)].filter((handle) =>
    handle !== 0n && handle !== INVALID_HANDLE
  );
  for (const handle of inherited) {
    kernel32.SetHandleInformation(handle, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT);
  }
  using attributes = attributeList(win32, inherited, options.container);
  const startup = encodeStruct(STARTUPINFOEXW, {
    StartupInfo: {
      cb: STARTUPINFOEXW.size,
      dwFlags: STARTF_USESTDHANDLES,
      hStdInput,
      hStdOutput,
      hStdError,
    },
    lpAttributeList: addressOf(attributes.list),
  });
  const started = new Uint8Array(PROCESS_INFORMATION.size);
  const done = advapi32.CreateProcessAsUserW(
    options.token,
    wideString(options.program),
    wideString(options.commandLine),
    0n,
    0n,
    inherited.length > 0 ? 1 : 0,
    CREATE_SUSPENDED | CREATE_UNICODE_ENVIRONMENT | EXTENDED_STARTUPINFO_PRESENT,
    environmentBlock(options.env),
    wideString(options.cwd),
    startup,
    started,
  );
  checkBool(win32, "CreateProcessAsUserW", done);
  const { hProcess, hThread } = decodeStruct(PROCESS_INFORMATION, started);
  const process = BigInt(hProcess as bigint);
  const thread = BigInt(hThread as bigint);
  try {
    // It has not run yet: nothing it starts can be outside of the job.
    checkBool(
      win32,
      "AssignProcessToJobObject",
      kernel32.AssignProcessToJobObject(options.job, process),
    );
    kernel32.ResumeThread(thread);
    return process;
  } catch (error) {
    kernel32.TerminateProcess(process, KILLED);
    kernel32.CloseHandle(process);
    throw error;
  } finally {
    kernel32.CloseHandle(thread);
  }
}

interface AttributeList extends Disposable {
  readonly list: Uint8Array<ArrayBuffer>;
}

/** What the new process inherits, and the container it runs in. */
function attributeList(
  win32: Win32,
  inherited: readonly Handle[],
  container: StartOptions["container"],
): AttributeList {
  const { kernel32 } = win32;
  const values: (readonly [bigint, Uint8Array<ArrayBuffer>])[] = [];
  if (inherited.length > 0) {
    const list = new Uint8Array(BigUint64Array.from(inherited).buffer);
    values.push([ATTRIBUTE_HANDLE_LIST, list]);
  }
  const capabilities = sidList(container?.capabilities ?? [], SE_GROUP_ENABLED);
  if (container !== null) {
    values.push([
      ATTRIBUTE_SECURITY_CAPABILITIES,
      encodeStruct(SECURITY_CAPABILITIES, {
        AppContainerSid: addressOf(container.sid),
        Capabilities: container.capabilities.length === 0 ? 0n : addressOf(capabilities),
        CapabilityCount: container.capabilities.length,
      }),
    ]);
  }
  const size = new BigUint64Array(1);
  const sizeBytes = new Uint8Array(size.buffer);
  // The first call fails, and says how much is needed.
  kernel32.InitializeProcThreadAttributeList(null, values.length, 0, sizeBytes);
  const list = new Uint8Array(new ArrayBuffer(Number(size[0])));
  checkBool(
    win32,
    "InitializeProcThreadAttributeList",
    kernel32.InitializeProcThreadAttributeList(list, values.length, 0, sizeBytes),
  );
  for (const [attribute, value] of values) {
    const length = BigInt(value.length);
    checkBool(
      win32,
      "UpdateProcThreadAttribute",
      kernel32.UpdateProcThreadAttribute(list, 0, attribute, value, length, 0n, 0n),
    );
  }
  return {
    list,
    [Symbol.dispose]() {
      // Only addresses of these are in the list.
      if (values.length + capabilities.length >= 0) kernel32.DeleteProcThreadAttributeList(list);
    },
  };
}
