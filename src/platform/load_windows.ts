/** Functions of Windows. Other systems never load the files behind it. */
export function loadWindows(): Promise<typeof import("./windows/api.ts")> {
  return import("./windows/api.ts");
}

export type { Handle as WindowsHandle, Win32 } from "./windows/win32.ts";
