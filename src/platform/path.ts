/**
 * What `node:path` means in this program: `deno.json` leads it here. The runtime's own brings all of Node's layer with it,
 * which costs a start eight milliseconds, and most starts need nothing else of that layer.
 *
 * @module
 */
import { type PathRules, POSIX_PATH } from "./posix_path.ts";

// Drives, shares and devices are worth what the layer costs.
const HOST: PathRules = Deno.build.os === "windows" ? await import("node:path/win32") : POSIX_PATH;

export const {
  basename,
  delimiter,
  dirname,
  extname,
  isAbsolute,
  join,
  normalize,
  relative,
  resolve,
  sep,
} = HOST;
