/**
 * What confinement on Windows needs of the system. Loaded on that system alone.
 *
 * @module
 */
export { runInJob, type StartOptions } from "./start_process.ts";
export {
  createAppContainer,
  createJob,
  deleteAppContainer,
  type Handle,
  logonSid,
  openOwnToken,
  openWin32,
  readDacl,
  restrictToken,
  setDefaultDacl,
  type Win32,
  Win32Error,
  writeDacl,
} from "./win32.ts";
