import { EVERYWHERE } from "./shared_flags.ts";
import type { CommandSpec } from "./spec.ts";

/** `codex stdio-to-uds`, for programs that start a server as a child and find it at a socket. */
export const STDIO_TO_UDS: CommandSpec = {
  name: "stdio-to-uds",
  summary: "Connect stdin and stdout with a Unix socket",
  hidden: true,
  positionals: [{
    name: "SOCKET_PATH",
    doc: "The socket to connect to",
    required: true,
    hint: "file",
  }],
  flags: EVERYWHERE,
  needs: ["read", "write", "net"],
  load: () => import("./stdio_to_uds_command.ts"),
};

/** `codex responses-api-proxy`, for programs that shall ask the model and not know the key. */
export const RESPONSES_API_PROXY: CommandSpec = {
  name: "responses-api-proxy",
  summary: "Forward POST /v1/responses with an API key that is read from stdin",
  details: "Listens on 127.0.0.1 only. Whoever reaches the port can ask the model in your name.",
  hidden: true,
  positionals: [],
  flags: [
    {
      long: "port",
      value: "PORT",
      range: [0, 65_535],
      doc: "Port to listen on; one that is free unless given",
    },
    {
      long: "server-info",
      value: "FILE",
      nonEmpty: true,
      hint: "file",
      doc: 'Write {"port":N,"pid":N} to this file when it listens',
    },
    { long: "http-shutdown", doc: "GET /shutdown ends the program" },
    {
      long: "upstream-url",
      value: "URL",
      default: "https://api.openai.com/v1/responses",
      doc: "Where requests go",
    },
    ...EVERYWHERE,
  ],
  needs: ["read", "write", "net", "env", "sys", "ffi"],
  load: () => import("./responses_proxy_command.ts"),
};
