import { customToolCall, functionCall, localShellCall } from "../../src/scripted/mod.ts";
import type { Scenario } from "../support/scenario.ts";
import { answer, exec, execCommand, finalAnswer } from "./answers.ts";
import { commandEnded, commandStarted, completedItem, done, message, run } from "./expected.ts";

/** Goes on with the process whose id the model was told as output of the first call. */
function typeInto(callId: string, chars: string): Scenario["model"] {
  return (request, index) => {
    if (index === 0) {
      return answer(execCommand("c1", "read x; echo got $x", { tty: true, yield_time_ms: 300 }));
    }
    if (index > 1) return finalAnswer();
    const output = request.body.input.find((item) => item.type === "function_call_output")
      ?.["output"];
    const id = /session ID (\d+)/.exec(String(output))?.[1];
    return answer(
      functionCall(callId, "write_stdin", { session_id: Number(id), chars, yield_time_ms: 30_000 }),
    );
  };
}

export const COMMANDS: readonly Scenario[] = [
  {
    name: "a command that succeeds",
    model: [answer(execCommand("c1", "echo hi; echo oh >&2")), finalAnswer()],
    runs: [{
      args: exec("go"),
      exit: 0,
      lines: run(
        commandStarted(0, "{shell} 'echo hi; echo oh >&2'"),
        commandEnded(0, "{shell} 'echo hi; echo oh >&2'", 0, "hi\noh\n"),
        message(1, "done"),
        done(2),
      ),
    }],
    requests: 2,
    outputs: {
      c1: /^Chunk ID: .*\nWall time: .*\nProcess exited with code 0\n(?:.*\n)*?hi\noh\n$/,
    },
  },
  {
    name: "a command that fails does not fail the run",
    model: [answer(execCommand("c1", "echo no; exit 3")), finalAnswer()],
    runs: [{
      args: exec("go"),
      exit: 0,
      lines: run(
        commandStarted(0, "{shell} 'echo no; exit 3'"),
        commandEnded(0, "{shell} 'echo no; exit 3'", 3, "no\n"),
        message(1, "done"),
        done(2),
      ),
    }],
    outputs: { c1: /Process exited with code 3\n/ },
  },
  {
    name: "a command that is not there",
    model: [answer(execCommand("c1", "no-such-program-here")), finalAnswer()],
    runs: [{
      args: exec("go"),
      exit: 0,
      lines: run(
        commandStarted(0, "{shell} no-such-program-here"),
        commandEnded(0, "{shell} no-such-program-here", 127, /not found/),
        message(1, "done"),
        done(2),
      ),
    }],
    outputs: { c1: /Process exited with code 127\n/ },
  },
  {
    name: "a flood of 30 MB keeps its head and tail",
    model: [
      answer(
        execCommand("c1", "echo head; head -c 30000000 /dev/zero | tr '\\0' x; echo; echo tail", {
          yield_time_ms: 30_000,
        }),
      ),
      finalAnswer(),
    ],
    runs: [{
      args: exec("go"),
      exit: 0,
      lines: run(
        commandStarted(0, /tr/),
        commandEnded(0, /tr/, 0, /head\nx{1000}[^]{0,1100000}x{1000}\ntail\n$/),
        message(1, "done"),
        done(2),
      ),
    }],
    outputs: { c1: /head\nx{1000}[^]{0,60000}x{1000}\ntail\n$/ },
  },
  {
    name: "a command that outlives the turn is closed honestly and then ended",
    differs: "it calls such a command completed",
    model: [
      answer(execCommand("c1", "echo up; exec sleep 600", { yield_time_ms: 2000 })),
      finalAnswer(),
    ],
    runs: [{
      args: exec("go"),
      exit: 0,
      lines: run(
        commandStarted(0, "{shell} 'echo up; exec sleep 600'"),
        message(1, "done"),
        completedItem(0, {
          type: "command_execution",
          command: "{shell} 'echo up; exec sleep 600'",
          aggregated_output: "",
          exit_code: null,
          status: "in_progress",
        }),
        done(2),
      ),
    }],
    outputs: { c1: /Process running with session ID \d+\n[^]*up\n$/ },
  },
  {
    name: "bytes that are not UTF-8",
    model: [answer(execCommand("c1", "printf 'a\\377b\\303\\n'")), finalAnswer()],
    runs: [{
      args: exec("go"),
      exit: 0,
      lines: run(
        commandStarted(0, /printf/),
        commandEnded(0, /printf/, 0, "a\ufffdb\ufffd\n"),
        message(1, "done"),
        done(2),
      ),
    }],
    outputs: { c1: /a\ufffdb\ufffd\n$/ },
  },
  {
    name: "a command reads no stdin",
    model: [answer(execCommand("c1", "cat; echo end")), finalAnswer()],
    runs: [{ args: exec("go"), stdin: "not for the command", exit: 0 }],
    outputs: { c1: /Process exited with code 0\n(?:.*\n)*?end\n$/ },
  },
  {
    name: "a folder of its own",
    files: { "sub/file.txt": "inside" },
    model: [answer(execCommand("c1", "cat file.txt", { workdir: "sub" })), finalAnswer()],
    runs: [{ args: exec("go"), exit: 0 }],
    outputs: { c1: /\ninside$/ },
  },
  {
    name: "commands beside each other",
    model: [
      answer(
        execCommand("c1", "echo one"),
        execCommand("c2", "echo two >&2; exit 1"),
        execCommand("c3", "echo three"),
      ),
      finalAnswer(),
    ],
    runs: [{ args: exec("go"), exit: 0 }],
    requests: 2,
    outputs: { c1: /one\n$/, c2: /code 1\n[^]*two\n$/, c3: /three\n$/ },
  },
  {
    name: "a terminal that is typed into",
    model: typeInto("c2", "hello\n"),
    runs: [{
      args: exec("go"),
      exit: 0,
      lines: run(
        commandStarted(0, "{shell} 'read x; echo got $x'"),
        commandEnded(0, "{shell} 'read x; echo got $x'", 0, "hello\r\ngot hello\r\n"),
        message(1, "done"),
        done(3),
      ),
    }],
    outputs: { c1: /Process running with session ID \d+/, c2: /exited with code 0\n[^]*got hello/ },
  },
  {
    name: "input for a process that is not there",
    model: [
      answer(functionCall("c1", "write_stdin", { session_id: 12345, chars: "x" })),
      finalAnswer(),
    ],
    runs: [{ args: exec("go"), exit: 0, lines: run(message(0, "done"), done(2)) }],
    outputs: { c1: /12345/ },
  },
  {
    name: "the older shell tool has a time limit",
    model: [
      answer(
        functionCall("c1", "shell_command", { command: "echo up; sleep 600", timeout_ms: 2000 }),
      ),
      finalAnswer(),
    ],
    runs: [{
      args: exec("go", "-c", "features.unified_exec=false"),
      exit: 0,
      lines: run(
        commandStarted(0, "{shell} 'echo up; sleep 600'"),
        commandEnded(0, "{shell} 'echo up; sleep 600'", 124, /up\n/),
        message(1, "done"),
        done(2),
      ),
    }],
    outputs: { c1: /command timed out after \d+ milliseconds/ },
  },
  {
    name: "a destructive command is refused",
    differs: "it shows nothing of a command that was not started",
    model: [answer(execCommand("c1", "rm -rf /no/such/folder")), finalAnswer()],
    runs: [{
      args: exec("go"),
      exit: 0,
      lines: run(
        commandStarted(0, "{shell} 'rm -rf /no/such/folder'"),
        commandEnded(0, "{shell} 'rm -rf /no/such/folder'", -1, /rejected: blocked by policy$/),
        message(1, "done"),
        done(2),
      ),
    }],
    outputs: { c1: /rejected: blocked by policy/ },
  },
  {
    name: "nothing is written under a read-only sandbox",
    model: [answer(execCommand("c1", "echo x > new.txt")), finalAnswer()],
    runs: [{ args: ["exec", "--json", "go"], exit: 0 }],
    requests: 2,
    after: { "new.txt": null },
  },
  {
    name: "a workspace-write sandbox writes inside and nowhere else",
    files: { "deep/keep": "" },
    model: [
      answer(
        execCommand("c1", "echo x > new.txt; echo y > deep/n.txt; echo z > $HOME/n; cat new.txt"),
      ),
      finalAnswer(),
    ],
    runs: [{
      args: [
        "exec",
        "--json",
        "--full-auto",
        "-c",
        "sandbox_workspace_write.exclude_slash_tmp=true",
        "go",
      ],
      exit: 0,
    }],
    after: { "new.txt": "x\n", "deep/n.txt": "y\n", "../home/n": null },
  },
  {
    name: "a local shell call",
    model: [answer(localShellCall("c1", ["sh", "-c", "echo local"])), finalAnswer()],
    runs: [{ args: exec("go"), exit: 0 }],
    outputs: { c1: /local/ },
  },
  {
    name: "commands do not see the key",
    differs: "its shell snapshot brings back what the environment policy took out",
    model: [answer(execCommand("c1", "echo [$CODEX_API_KEY] [$MY_SECRET_THING]")), finalAnswer()],
    runs: [{
      args: exec("go", "-c", "shell_environment_policy.ignore_default_excludes=false"),
      env: { MY_SECRET_THING: "hidden" },
      exit: 0,
    }],
    outputs: { c1: /\[\] \[\]\n$/ },
  },
  {
    name: "a custom tool that is none",
    model: [answer(customToolCall("c1", "no_such_tool", "x")), finalAnswer()],
    runs: [{ args: exec("go"), exit: 0, lines: run(message(0, "done"), done(2)) }],
    outputs: { c1: /no_such_tool/ },
  },
];
