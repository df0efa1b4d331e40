import { structLayout } from "./struct_layout.ts";

export const SID_AND_ATTRIBUTES = structLayout({ Sid: "pointer", Attributes: "u32" });

export const TOKEN_GROUPS_OF_ONE = structLayout({
  GroupCount: "u32",
  Group: SID_AND_ATTRIBUTES,
});

export const TOKEN_DEFAULT_DACL = structLayout({ DefaultDacl: "pointer" });

export const SECURITY_CAPABILITIES = structLayout({
  AppContainerSid: "pointer",
  Capabilities: "pointer",
  CapabilityCount: "u32",
  Reserved: "u32",
});

export const STARTUPINFOW = structLayout({
  cb: "u32",
  lpReserved: "pointer",
  lpDesktop: "pointer",
  lpTitle: "pointer",
  dwX: "u32",
  dwY: "u32",
  dwXSize: "u32",
  dwYSize: "u32",
  dwXCountChars: "u32",
  dwYCountChars: "u32",
  dwFillAttribute: "u32",
  dwFlags: "u32",
  wShowWindow: "u16",
  cbReserved2: "u16",
  lpReserved2: "pointer",
  hStdInput: "pointer",
  hStdOutput: "pointer",
  hStdError: "pointer",
});

export const STARTUPINFOEXW = structLayout({
  StartupInfo: STARTUPINFOW,
  lpAttributeList: "pointer",
});

export const PROCESS_INFORMATION = structLayout({
  hProcess: "pointer",
  hThread: "pointer",
  dwProcessId: "u32",
  dwThreadId: "u32",
});

const IO_COUNTERS = structLayout({
  ReadOperationCount: "u64",
  WriteOperationCount: "u64",
  OtherOperationCount: "u64",
  ReadTransferCount: "u64",
  WriteTransferCount: "u64",
  OtherTransferCount: "u64",
});

const JOBOBJECT_BASIC_LIMIT_INFORMATION = structLayout({
  PerProcessUserTimeLimit: "u64",
  PerJobUserTimeLimit: "u64",
  LimitFlags: "u32",
  MinimumWorkingSetSize: "u64",
  MaximumWorkingSetSize: "u64",
  ActiveProcessLimit: "u32",
  Affinity: "u64",
  PriorityClass: "u32",
  SchedulingClass: "u32",
});

export const JOBOBJECT_EXTENDED_LIMIT_INFORMATION = structLayout({
  BasicLimitInformation: JOBOBJECT_BASIC_LIMIT_INFORMATION,
  IoInfo: IO_COUNTERS,
  ProcessMemoryLimit: "u64",
  JobMemoryLimit: "u64",
  PeakProcessMemoryUsed: "u64",
  PeakJobMemoryUsed: "u64",
});

export const JOBOBJECT_BASIC_UI_RESTRICTIONS = structLayout({ UIRestrictionsClass: "u32" });
