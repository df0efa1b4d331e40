import { AUTH_CHECKS } from "./checks/auth.ts";
import { CONFIG_CHECKS } from "./checks/config.ts";
import { DISK_CHECKS } from "./checks/disk.ts";
import { GIT_CHECKS } from "./checks/git.ts";
import { INSTALL_CHECKS } from "./checks/install.ts";
import { LOCALE_CHECKS } from "./checks/locale.ts";
import { NETWORK_CHECKS } from "./checks/network.ts";
import { PROVIDER_CHECKS } from "./checks/provider.ts";
import { SANDBOX_CHECKS } from "./checks/sandbox.ts";
import { SHELL_CHECKS } from "./checks/shell.ts";
import { TERMINAL_CHECKS } from "./checks/terminal.ts";
import type { Check } from "./run_checks.ts";

/** Everything that is looked at, in the order in which it is told. */
export const CHECKS: readonly Check[] = [
  ...INSTALL_CHECKS,
  ...CONFIG_CHECKS,
  ...AUTH_CHECKS,
  ...PROVIDER_CHECKS,
  ...SANDBOX_CHECKS,
  ...NETWORK_CHECKS,
  ...TERMINAL_CHECKS,
  ...GIT_CHECKS,
  ...SHELL_CHECKS,
  ...DISK_CHECKS,
  ...LOCALE_CHECKS,
];
