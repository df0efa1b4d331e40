import { addressOf, addressSlot, bytesAt, wideString } from "./memory.ts";
import { decodeStruct, encodeStruct } from "./struct_layout.ts";
import {
  JOBOBJECT_BASIC_UI_RESTRICTIONS,
  JOBOBJECT_EXTENDED_LIMIT_INFORMATION,
  SID_AND_ATTRIBUTES,
  TOKEN_DEFAULT_DACL,
  TOKEN_GROUPS_OF_ONE,
} from "./structs.ts";
import { ADVAPI32, KERNEL32, USERENV } from "./symbols.ts";

/** A handle of the system. To be closed once. */
export type Handle = bigint;

/** A call that the system refused. `code` is its error number, or the HRESULT. */
export class Win32Error extends Error {
  override readonly name = "Win32Error";
  constructor(readonly call: string, readonly code: number) {
    super(`${call} failed with ${code < 0 ? `0x${(code >>> 0).toString(16)}` : code}`);
  }
}

/** The libraries of Windows that confinement needs. */
export interface Win32 extends Disposable {
  readonly kernel32: Deno.DynamicLibrary<typeof KERNEL32>["symbols"];
  readonly advapi32: Deno.DynamicLibrary<typeof ADVAPI32>["symbols"];
  readonly userenv: Deno.DynamicLibrary<typeof USERENV>["symbols"];
}

/** Throws what `Deno.dlopen` throws elsewhere. */
export function openWin32(): Win32 {
  const stack = new DisposableStack();
  const open = <S extends Deno.ForeignLibraryInterface>(name: string, symbols: S) => {
    const library = Deno.dlopen(name, symbols);
    stack.defer(() => library.close());
    return library.symbols;
  };
  try {
    return {
      kernel32: open("kernel32.dll", KERNEL32),
      advapi32: open("advapi32.dll", ADVAPI32),
      userenv: open("userenv.dll", USERENV),
      [Symbol.dispose]: () => stack.dispose(),
    };
  } catch (error) {
    stack.dispose();
    throw error;
  }
}

/** Throws when a function returned zero. */
export function checkBool(win32: Win32, call: string, result: number | bigint): void {
  if (BigInt(result) === 0n) throw new Win32Error(call, win32.kernel32.GetLastError());
}

function checkError(call: string, code: number): void {
  if (code !== 0) throw new Win32Error(call, code);
}

const HRESULT_ALREADY_EXISTS = 0x800700b7 | 0;

/** Registers an AppContainer for this user. One that is there already will do. */
export function createAppContainer(win32: Win32, name: string): void {
  const text = wideString(name);
  const sid = addressSlot();
  const result = win32.userenv.CreateAppContainerProfile(text, text, text, 0n, 0, sid.bytes);
  if (result === HRESULT_ALREADY_EXISTS) return;
  if (result < 0) throw new Win32Error("CreateAppContainerProfile", result);
  // What FreeSid would do: these few bytes are given back with the process.
}

/** Removes it again, with the folder that belongs to it. One that is gone is fine. */
export function deleteAppContainer(win32: Win32, name: string): void {
  win32.userenv.DeleteAppContainerProfile(wideString(name));
}

const SE_FILE_OBJECT = 1;
const DACL_SECURITY_INFORMATION = 4;
const ACL_HEADER_BYTES = 8;

/** The access list of a file or folder as it is stored; `null` = it has none, and everybody may do anything. */
export function readDacl(win32: Win32, path: string): Uint8Array<ArrayBuffer> | null {
  const dacl = addressSlot();
  const descriptor = addressSlot();
  const code = win32.advapi32.GetNamedSecurityInfoW(
    wideString(path),
    SE_FILE_OBJECT,
    DACL_SECURITY_INFORMATION,
    0n,
    0n,
    dacl.bytes,
    0n,
    descriptor.bytes,
  );
  checkError("GetNamedSecurityInfoW", code);
  try {
    if (dacl.read() === 0n) return null;
    const header = bytesAt(dacl.read(), ACL_HEADER_BYTES);
    return bytesAt(dacl.read(), new DataView(header.buffer).getUint16(2, true));
  } finally {
    win32.kernel32.LocalFree(Deno.UnsafePointer.create(descriptor.read()));
  }
}

/** Replaces the access list; what is inherited goes on to everything below. */
export function writeDacl(win32: Win32, path: string, acl: Uint8Array<ArrayBuffer>): void {
  const code = win32.advapi32.SetNamedSecurityInfoW(
    wideString(path),
    SE_FILE_OBJECT,
    DACL_SECURITY_INFORMATION,
    0n,
    0n,
    acl,
    0n,
  );
  checkError("SetNamedSecurityInfoW", code);
}

const TOKEN_ALL_ACCESS = 0xf01ff;
const TOKEN_LOGON_SID = 28;
const TOKEN_DEFAULT_DACL_CLASS = 6;
const MAX_SID_BYTES = 68;

/** The token of this process. */
export function openOwnToken(win32: Win32): Handle {
  const token = addressSlot();
  const own = win32.kernel32.GetCurrentProcess();
  checkBool(
    win32,
    "OpenProcessToken",
    win32.advapi32.OpenProcessToken(own, TOKEN_ALL_ACCESS, token.bytes),
  );
  return token.read();
}

/** The identity of this login session; `null` for services without one. */
export function logonSid(win32: Win32, token: Handle): Uint8Array<ArrayBuffer> | null {
  const bytes = new Uint8Array(256);
  const needed = new Uint8Array(4);
  const { GetTokenInformation } = win32.advapi32;
  if (GetTokenInformation(token, TOKEN_LOGON_SID, bytes, bytes.length, needed) === 0) return null;
  const { GroupCount, Group } = decodeStruct(TOKEN_GROUPS_OF_ONE, bytes);
  if (GroupCount === 0 || typeof Group !== "object") return null;
  const { Sid } = Group;
  if (typeof Sid !== "bigint" || Sid === 0n) return null;
  // Its second byte counts the numbers of four bytes behind the first eight.
  const count = bytesAt(Sid, 2)[1] ?? 0;
  return bytesAt(Sid, Math.min(8 + 4 * count, MAX_SID_BYTES));
}

/** A weaker token of the same user. `restricting` = identities that must be allowed to write as well. */
export function restrictToken(
  win32: Win32,
  token: Handle,
  flags: number,
  restricting: readonly Uint8Array<ArrayBuffer>[],
): Handle {
  const result = addressSlot();
  const list = sidList(restricting, 0);
  const done = win32.advapi32.CreateRestrictedToken(
    token,
    flags,
    0,
    0n,
    0,
    0n,
    restricting.length,
    list,
    result.bytes,
  );
  checkBool(win32, "CreateRestrictedToken", done);
  return result.read();
}

/** An array of SID_AND_ATTRIBUTES. The SIDs must stay referenced as long as it is in use. */
export function sidList(
  sids: readonly Uint8Array<ArrayBuffer>[],
  attributes: number,
): Uint8Array<ArrayBuffer> {
  const list = new Uint8Array(new ArrayBuffer(Math.max(1, sids.length) * SID_AND_ATTRIBUTES.size));
  sids.forEach((sid, index) => {
    const entry = { Sid: addressOf(sid), Attributes: attributes };
    list.set(encodeStruct(SID_AND_ATTRIBUTES, entry), index * SID_AND_ATTRIBUTES.size);
  });
  return list;
}

/** Who may use what a process with this token makes: pipes, events and the like. */
export function setDefaultDacl(win32: Win32, token: Handle, acl: Uint8Array<ArrayBuffer>): void {
  const value = encodeStruct(TOKEN_DEFAULT_DACL, { DefaultDacl: addressOf(acl) });
  const done = win32.advapi32.SetTokenInformation(
    token,
    TOKEN_DEFAULT_DACL_CLASS,
    value,
    value.length,
  );
  checkBool(win32, "SetTokenInformation", done);
}

const JOB_EXTENDED_LIMITS = 9;
const JOB_UI_RESTRICTIONS = 4;
const KILL_ON_JOB_CLOSE = 0x2000;
/** No windows, desktops, settings, atoms or clipboard of others, no logging off. */
const ALL_UI_RESTRICTIONS = 0xff;

/** A job whose processes end when its handle is closed, also by the end of this process. */
export function createJob(win32: Win32): Handle {
  const { CreateJobObjectW, SetInformationJobObject } = win32.kernel32;
  const job = CreateJobObjectW(0n, 0n);
  checkBool(win32, "CreateJobObjectW", job);
  const limits = encodeStruct(JOBOBJECT_EXTENDED_LIMIT_INFORMATION, {
    BasicLimitInformation: { LimitFlags: KILL_ON_JOB_CLOSE },
  });
  const windows = encodeStruct(JOBOBJECT_BASIC_UI_RESTRICTIONS, {
    UIRestrictionsClass: ALL_UI_RESTRICTIONS,
  });
  for (
    const [kind, value] of [[JOB_EXTENDED_LIMITS, limits], [JOB_UI_RESTRICTIONS, windows]] as const
  ) {
    const done = SetInformationJobObject(job, kind, value, value.length);
    checkBool(win32, "SetInformationJobObject", done);
  }
  return job;
}
