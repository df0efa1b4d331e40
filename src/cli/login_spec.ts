import { EVERYWHERE } from "./shared_flags.ts";
import type { CommandSpec, Permission } from "./spec.ts";

/** Files of the login, the issuer, a browser, and a keyring, which is a library or a program. */
const A_LOGIN: readonly Permission[] = ["read", "write", "net", "env", "run", "sys", "ffi"];

/** `codex login`. */
export const LOGIN: CommandSpec = {
  name: "login",
  summary: "Log in with a ChatGPT account or an API key",
  details: "Opens the login page in a browser and waits until it is done. Everything is said on " +
    "stderr, but for the code of --device-auth.",
  positionals: [],
  flags: [
    {
      long: "with-api-key",
      doc: "Keep an API key, read from stdin: printenv OPENAI_API_KEY | codex login --with-api-key",
    },
    {
      long: "device-auth",
      doc: "Log in with a code that is typed in on another device; for machines without a browser",
    },
    { long: "no-browser", doc: "Only print the address of the login page" },
    {
      long: "api-key",
      value: "KEY",
      hidden: true,
      doc: "Refused: other users of a machine can read arguments",
    },
    {
      long: "experimental_issuer",
      value: "URL",
      hidden: true,
      doc: "Issuer to use instead of the vendor's",
    },
    {
      long: "experimental_client-id",
      value: "ID",
      hidden: true,
      doc: "Name of this program at that issuer",
    },
    {
      long: "experimental_port",
      value: "PORT",
      hidden: true,
      doc: "Port for the answer of the browser, if that issuer allows others; 0 = any",
    },
    ...EVERYWHERE,
  ],
  commands: [{
    name: "status",
    summary: "Tell whether there is a login; exit code 1 = there is none",
    positionals: [],
    flags: [...EVERYWHERE],
    needs: A_LOGIN,
    load: () => import("./login_status_command.ts"),
  }],
  needs: A_LOGIN,
  load: () => import("./login_command.ts"),
};

/** `codex logout`. */
export const LOGOUT: CommandSpec = {
  name: "logout",
  summary: "Remove the stored login, and revoke it where it came from",
  positionals: [],
  flags: [...EVERYWHERE],
  needs: A_LOGIN,
  load: () => import("./logout_command.ts"),
};
