/** What finds, builds and explains the ways to confine: see `sandboxBackends` in `mod.ts`. */
export { createSandbox } from "./create_sandbox.ts";
export { explainBackend } from "./explain.ts";
export { probeSandbox } from "./probe.ts";
