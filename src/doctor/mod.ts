/**
 * `codex doctor`: looks at the installation, the configuration, the login, the sandbox and what surrounds them, and says
 * what to mend and how. Every check stands alone: what is broken is told and keeps no other from being made.
 *
 * Never changes anything (a file that proves that a folder can be written to is removed at once), never shows a secret,
 * and connects to the model's server alone, without credentials.
 *
 * Start with `run_doctor.ts`; the checks are in `checks/`, one file for each area.
 *
 * @module
 */
export { runDoctor } from "./run_doctor.ts";
export type { DoctorArgs, Surroundings, TerminalFacts } from "./types.ts";
export type { DoctorIo } from "./run_doctor.ts";
