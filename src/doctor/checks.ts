import { CONFIG_CHECKS } from "./checks/config.ts";
import { INSTALL_CHECKS } from "./checks/install.ts";
import type { Check } from "./run_checks.ts";

/** Everything that is looked at, in the order in which it is told. */
export const CHECKS: readonly Check[] = [...INSTALL_CHECKS, ...CONFIG_CHECKS];
