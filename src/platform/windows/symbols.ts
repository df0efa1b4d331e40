/** Functions of kernel32. A HANDLE is a number (`usize`), a BOOL is an `i32` that is zero on failure. */
export const KERNEL32 = {
  AssignProcessToJobObject: { parameters: ["usize", "usize"], result: "i32" },
  CloseHandle: { parameters: ["usize"], result: "i32" },
  CreateJobObjectW: { parameters: ["usize", "usize"], result: "usize" },
  DeleteProcThreadAttributeList: { parameters: ["buffer"], result: "void" },
  GetCurrentProcess: { parameters: [], result: "usize" },
  GetExitCodeProcess: { parameters: ["usize", "buffer"], result: "i32" },
  GetLastError: { parameters: [], result: "u32" },
  GetStdHandle: { parameters: ["u32"], result: "usize" },
  InitializeProcThreadAttributeList: {
    parameters: ["buffer", "u32", "u32", "buffer"],
    result: "i32",
  },
  LocalFree: { parameters: ["pointer"], result: "pointer" },
  ResumeThread: { parameters: ["usize"], result: "u32" },
  SetHandleInformation: { parameters: ["usize", "u32", "u32"], result: "i32" },
  SetInformationJobObject: { parameters: ["usize", "i32", "buffer", "u32"], result: "i32" },
  TerminateProcess: { parameters: ["usize", "u32"], result: "i32" },
  UpdateProcThreadAttribute: {
    parameters: ["buffer", "u32", "usize", "buffer", "usize", "usize", "usize"],
    result: "i32",
  },
  WaitForSingleObject: { parameters: ["usize", "u32"], result: "u32", nonblocking: true },
} as const;

/** Functions of advapi32. Those named `…SecurityInfo…` return an error number, zero on success. */
export const ADVAPI32 = {
  CreateProcessAsUserW: {
    parameters: [
      "usize",
      "buffer",
      "buffer",
      "usize",
      "usize",
      "i32",
      "u32",
      "buffer",
      "buffer",
      "buffer",
      "buffer",
    ],
    result: "i32",
  },
  CreateRestrictedToken: {
    parameters: [
      "usize",
      "u32",
      "u32",
      "usize",
      "u32",
      "usize",
      "u32",
      "buffer",
      "buffer",
    ],
    result: "i32",
  },
  GetNamedSecurityInfoW: {
    parameters: ["buffer", "i32", "u32", "usize", "usize", "buffer", "usize", "buffer"],
    result: "u32",
  },
  GetTokenInformation: {
    parameters: ["usize", "i32", "buffer", "u32", "buffer"],
    result: "i32",
  },
  OpenProcessToken: { parameters: ["usize", "u32", "buffer"], result: "i32" },
  SetNamedSecurityInfoW: {
    parameters: ["buffer", "i32", "u32", "usize", "usize", "buffer", "usize"],
    result: "u32",
  },
  SetTokenInformation: { parameters: ["usize", "i32", "buffer", "u32"], result: "i32" },
} as const;

/** Functions of userenv, from Windows 8 on. They return an HRESULT, negative on failure. */
export const USERENV = {
  CreateAppContainerProfile: {
    parameters: ["buffer", "buffer", "buffer", "usize", "u32", "buffer"],
    result: "i32",
  },
  DeleteAppContainerProfile: { parameters: ["buffer"], result: "i32" },
} as const;
