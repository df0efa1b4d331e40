import assert from "node:assert/strict";
import { runCommandLine } from "./command_line.ts";
import { ROOT } from "./commands.ts";
import { parseCommandLine, type Parsed } from "./parse.ts";
import type { Level } from "./spec.ts";
import type { TextSink, World } from "./world.ts";

/**
 * Command lines and what they mean, as the reference understands them too, but for what docs/differences.md lists.
 * Blanks separate words, `''` is an empty word, `~` a blank inside one.
 *
 * Help and version exit with 0 and write to stdout; a group without its command prints help to stderr and exits with
 * 2; everything else runs: what is given to each level, outside first.
 */
const MEANINGS = parseTable(`
--version => version: codex-cli
-V => version: codex-cli
-Vx => version: codex-cli
-hx => help: codex
-h => help: codex
--help => help: codex
help => help: codex
help exec => help: codex exec
help exec resume => help: codex exec resume
help e => help: codex exec
help help => help: codex help
help exec help => help: codex exec help
help sandbox linux => help: codex sandbox linux
help sandbox landlock => help: codex sandbox linux
help debug => help: codex debug
help execpolicy => help: codex execpolicy
help execpolicy check => help: codex execpolicy check
-h=x => help: codex
-V=1 => version: codex-cli
--version exec => version: codex-cli
exec --version => version: codex-cli-exec
e -V => version: codex-cli-exec
exec -V hi => version: codex-cli-exec
exec hi -V => version: codex-cli-exec
--help --nope => help: codex
-h exec --nope => help: codex
exec => codex > exec
exec --experimental-json hi => codex > exec json ["hi"]
exec -m - hi => codex > exec model=- ["hi"]
exec -m= hi => codex > exec model= ["hi"]
exec -m=x hi => codex > exec model=x ["hi"]
exec -mx hi => codex > exec model=x ["hi"]
exec --model= hi => codex > exec model= ["hi"]
exec --model '' hi => codex > exec model= ["hi"]
exec -m '' hi => codex > exec model= ["hi"]
exec --profile= hi => codex > exec profile= ["hi"]
exec -p '' hi => codex > exec profile= ["hi"]
exec -s read-only hi => codex > exec sandbox=read-only ["hi"]
exec -sread-only hi => codex > exec sandbox=read-only ["hi"]
exec -s=read-only hi => codex > exec sandbox=read-only ["hi"]
exec --color=never hi => codex > exec color=never ["hi"]
exec -c=a=b hi => codex > exec config=a=b ["hi"]
exec -c a=b hi => codex > exec config=a=b ["hi"]
exec -ca=b hi => codex > exec config=a=b ["hi"]
exec --config=a=b hi => codex > exec config=a=b ["hi"]
exec -c '' hi => codex > exec config= ["hi"]
exec -c = hi => codex > exec config== ["hi"]
exec --config hi => codex > exec config=hi
exec -C . hi => codex > exec cd=. ["hi"]
exec -i a hi => codex > exec image=a|hi
exec -i a,b -- hi => codex > exec image=a,b ["hi"]
exec -i=a hi => codex > exec image=a ["hi"]
exec -ia,b hi => codex > exec image=a,b ["hi"]
exec -i a --json hi => codex > exec json image=a ["hi"]
exec -i a -i b -- hi => codex > exec image=a|b ["hi"]
exec hi -i a b c => codex > exec image=a|b|c ["hi"]
exec -i a resume => codex > exec image=a|resume
exec -i a resume x => codex > exec image=a|resume|x
exec -i a -- resume => codex > exec image=a ["resume"]
exec -i - hi => codex > exec image=-|hi
exec -i=a resume x => codex > exec image=a > resume ["x"]
exec -- --json => codex > exec ["--json"]
exec --json -- hi => codex > exec json ["hi"]
exec hi -- => codex > exec ["hi"]
exec - => codex > exec ["-"]
exec '' => codex > exec [""]
exec exec => codex > exec ["exec"]
exec help => help: codex exec
exec help resume => help: codex exec resume
exec hi help => help: codex exec
exec hi help resume => help: codex exec resume
exec hi resume x => codex > exec ["hi"] > resume ["x"]
exec --yolo hi => codex > exec dangerously-bypass-approvals-and-sandbox ["hi"]
exec --add-dir a --add-dir b hi => codex > exec add-dir=a|b ["hi"]
exec --enable nope hi => codex > exec enable=nope ["hi"]
exec --disable nope hi => codex > exec disable=nope ["hi"]
exec --enable nope --disable nope hi => codex > exec enable=nope disable=nope ["hi"]
exec --enable undo --enable undo hi => codex > exec enable=undo|undo ["hi"]
exec --enable '' hi => codex > exec enable= ["hi"]
exec --enable=undo hi => codex > exec enable=undo ["hi"]
exec -hV => help: codex exec
exec -Vh => version: codex-cli-exec
exec -mV => codex > exec model=V
exec -cnoeq hi => codex > exec config=noeq ["hi"]
exec -c=noeq hi => codex > exec config=noeq ["hi"]
exec -c =x hi => codex > exec config==x ["hi"]
exec -c ~=x hi => codex > exec config= =x ["hi"]
exec -hc => help: codex exec
exec -ch=1 hi => codex > exec config=h=1 ["hi"]
exec resume --last => codex > exec > resume last
exec resume --last text => codex > exec > resume last ["text"]
exec resume --last text more => codex > exec > resume last ["text","more"]
exec resume a b => codex > exec > resume ["a","b"]
exec resume -i a,b x => codex > exec > resume image=a,b ["x"]
exec resume -i a b x => codex > exec > resume image=a ["b","x"]
exec resume -i a b c => codex > exec > resume image=a ["b","c"]
exec resume -i a -i b x => codex > exec > resume image=a|b ["x"]
exec resume --image=a x => codex > exec > resume image=a ["x"]
exec resume --all => codex > exec > resume all
exec resume --json x => codex > exec > resume json ["x"]
exec resume -m x y => codex > exec > resume model=x ["y"]
exec resume --ephemeral --skip-git-repo-check x => codex > exec > resume ephemeral skip-git-repo-check ["x"]
exec resume help => codex > exec > resume ["help"]
exec resume -h => help: codex exec resume
exec resume --help => help: codex exec resume
exec resume x -- y => codex > exec > resume ["x","y"]
exec resume -- x y => codex > exec > resume ["x","y"]
exec resume -- --last => codex > exec > resume ["--last"]
exec resume resume => codex > exec > resume ["resume"]
exec resume '' '' => codex > exec > resume ["",""]
exec --json resume --json x => codex > exec json > resume json ["x"]
exec -m a resume -m b x => codex > exec model=a > resume model=b ["x"]
exec --yolo resume --yolo x => codex > exec dangerously-bypass-approvals-and-sandbox > resume dangerously-bypass-approvals-and-sandbox ["x"]
exec -s read-only resume x => codex > exec sandbox=read-only > resume ["x"]
exec --color never resume x => codex > exec color=never > resume ["x"]
exec --json resume => codex > exec json > resume
exec p resume x => codex > exec ["p"] > resume ["x"]
exec p resume x y => codex > exec ["p"] > resume ["x","y"]
exec p resume --help => help: codex exec resume
exec --help --nope => help: codex exec
exec a -h b c => help: codex exec
exec --help -s nope => help: codex exec
--full-auto -a never => codex full-auto ask-for-approval=never
-m a exec hi => codex model=a > exec ["hi"]
-m a exec -m b hi => codex model=a > exec model=b ["hi"]
-s read-only exec hi => codex sandbox=read-only > exec ["hi"]
-C . exec hi => codex cd=. > exec ["hi"]
-p prof exec hi => codex profile=prof > exec ["hi"]
-i a exec hi => codex image=a|exec|hi
-i a -- exec => codex image=a ["exec"]
-i a,b exec => codex image=a,b|exec
-i=a exec hi => codex image=a > exec ["hi"]
--search exec hi => codex search > exec ["hi"]
--no-alt-screen exec hi => codex no-alt-screen > exec ["hi"]
--oss exec hi => codex oss > exec ["hi"]
-a never exec hi => codex ask-for-approval=never > exec ["hi"]
-a on-failure exec hi => codex ask-for-approval=on-failure > exec ["hi"]
--add-dir x exec hi => codex add-dir=x > exec ["hi"]
hi exec yo => codex ["hi"] > exec ["yo"]
hi => codex ["hi"]
hi --help => help: codex
hi -m x => codex model=x ["hi"]
-- exec => codex ["exec"]
-- --help => codex ["--help"]
-- => codex
'' => codex [""]
'' exec hi => codex [""] > exec ["hi"]
- => codex ["-"]
- exec hi => codex ["-"] > exec ["hi"]
-c a=1 exec -c b=2 hi => codex config=a=1 > exec config=b=2 ["hi"]
-c noeq exec hi => codex config=noeq > exec ["hi"]
-c noeq exec -c a=b hi => codex config=noeq > exec config=a=b ["hi"]
-c a=b -c c=d exec hi => codex config=a=b|c=d > exec ["hi"]
--enable undo exec --disable undo hi => codex enable=undo > exec disable=undo ["hi"]
--enable nope exec hi => codex enable=nope > exec ["hi"]
-c a=1 -- hi => codex config=a=1 ["hi"]
login status => codex > login > status
login --help => help: codex login
login -h => help: codex login
login help => help: codex login
login help status => help: codex login status
login status --help => help: codex login status
login --with-api-key status => codex > login with-api-key > status
-m x login status => codex model=x > login > status
-C nope login status => codex cd=nope > login > status
hi login status => codex ["hi"] > login > status
logout --help => help: codex logout
logout => codex > logout
logout -c a=b => codex > logout config=a=b
sandbox => codex > sandbox
sandbox help => help: codex sandbox
sandbox help linux => help: codex sandbox linux
sandbox --help => help: codex sandbox
sandbox -c a=b => codex > sandbox config=a=b
sandbox linux --help => help: codex sandbox linux
sandbox linux -h => help: codex sandbox linux
sandbox linux help => codex > sandbox > linux ["help"]
sandbox macos true => codex > sandbox > macos ["true"]
sandbox windows true => codex > sandbox > windows ["true"]
sandbox seatbelt --log-denials true => codex > sandbox > macos log-denials ["true"]
sandbox landlock --help => help: codex sandbox linux
sandbox linux -- sh -c exit~7 => codex > sandbox > linux ["sh","-c","exit 7"]
sandbox linux sh -c exit~7 => codex > sandbox > linux ["sh","-c","exit 7"]
sandbox linux sh -c kill~-9~$$ => codex > sandbox > linux ["sh","-c","kill -9 $$"]
sandbox linux true --nope => codex > sandbox > linux ["true","--nope"]
sandbox linux --full-auto true => codex > sandbox > linux full-auto ["true"]
sandbox linux true --help => codex > sandbox > linux ["true","--help"]
sandbox linux -- --help => codex > sandbox > linux ["--help"]
sandbox linux -c noeq true => codex > sandbox > linux config=noeq ["true"]
sandbox linux true -c noeq => codex > sandbox > linux ["true","-c","noeq"]
sandbox -c noeq linux true => codex > sandbox config=noeq > linux ["true"]
-c noeq sandbox linux true => codex config=noeq > sandbox > linux ["true"]
-m x sandbox linux true => codex model=x > sandbox > linux ["true"]
--yolo sandbox linux true => codex dangerously-bypass-approvals-and-sandbox > sandbox > linux ["true"]
sandbox linux -- true => codex > sandbox > linux ["true"]
debug => codex > debug
debug help => help: codex debug
debug --help => help: codex debug
debug help seatbelt => help: codex debug seatbelt
debug landlock true => codex > debug > landlock ["true"]
debug landlock --help => help: codex debug landlock
debug seatbelt true => codex > debug > seatbelt ["true"]
execpolicy => codex > execpolicy
execpolicy help => help: codex execpolicy
execpolicy help check => help: codex execpolicy check
execpolicy --help => help: codex execpolicy
execpolicy check --help => help: codex execpolicy check
execpolicy check -r /dev/null ls => codex > execpolicy > check rules=/dev/null ["ls"]
execpolicy check --rules /dev/null --rules /dev/null ls -l => codex > execpolicy > check rules=/dev/null|/dev/null ["ls","-l"]
execpolicy check -r /nonexistent ls => codex > execpolicy > check rules=/nonexistent ["ls"]
execpolicy check -r /dev/null -- ls -l => codex > execpolicy > check rules=/dev/null ["ls","-l"]
execpolicy check -r=/dev/null ls => codex > execpolicy > check rules=/dev/null ["ls"]
features => codex > features
features help => help: codex features
features help list => help: codex features list
features list => codex > features > list
features enable nope => codex > features > enable ["nope"]
features disable nope => codex > features > disable ["nope"]
features list --help => help: codex features list
features enable --help => help: codex features enable
--enable nope features list => codex enable=nope > features > list
-c noeq features list => codex config=noeq > features > list
features -c noeq list => codex > features config=noeq > list
features list -c noeq => codex > features > list config=noeq
-p nope features list => codex profile=nope > features > list
completion => codex > completion
completion bash => codex > completion ["bash"]
completion zsh => codex > completion ["zsh"]
completion fish => codex > completion ["fish"]
completion powershell => codex > completion ["powershell"]
completion elvish => codex > completion ["elvish"]
completion --help => help: codex completion
completion -h => help: codex completion
completion -c noeq => codex > completion config=noeq
completion bash -c noeq => codex > completion config=noeq ["bash"]
-c noeq completion => codex config=noeq > completion
completion -- bash => codex > completion ["bash"]
help completion => help: codex completion
help features => help: codex features
help features list => help: codex features list
help login status => help: codex login status
stdio-to-uds /nonexistent/sock => codex > stdio-to-uds ["/nonexistent/sock"]
stdio-to-uds --help => help: codex stdio-to-uds
responses-api-proxy --help => help: codex responses-api-proxy
responses-api-proxy --upstream-url nope => codex > responses-api-proxy upstream-url=nope
responses-api-proxy => codex > responses-api-proxy
help stdio-to-uds => help: codex stdio-to-uds
help responses-api-proxy => help: codex responses-api-proxy
`);

/** Mistakes exit with 2 and write to stderr. */
const MISTAKES = `
help nope ; help exec nope ; help --help ; help -h ; help --nope ; help exec --help ; --help=x
--version=1 ; exec resume -V ; exec resume --version ; login --version ; login -V ; logout --version
sandbox --version ; sandbox linux --version ; execpolicy --version ; debug --version
features --version ; --nope ; -x ; -xh ; --nope --help ; exec --nope ; exec --jso hi
exec --JSON hi ; exec --json=true hi ; exec --json= hi ; exec --json --json hi
exec --json --experimental-json hi ; exec -m a -m b hi ; exec -m a --model=b hi ; exec -m
exec -m -x ; exec -m -- hi ; exec -s nope hi ; exec -s READ-ONLY hi ; exec -s ; exec -s '' hi
exec --color ; exec --color Never hi ; exec --color '' hi ; exec -c ; exec -c -x hi
exec -c --json hi ; exec --add-dir= hi ; exec --add-dir '' hi ; exec -C '' hi ; exec --cd= hi
exec --output-schema= hi ; exec -o '' hi ; exec -i '' hi ; exec -i ; exec hi -i ; exec -i a,,b
exec -i , hi ; exec -i --json hi ; exec -i -- hi ; exec a b ; exec a b c ; exec -- resume x
exec -- hi there ; exec -- -c noeq ; exec hi -- there ; exec - - ; exec '' '' ; exec e hi
exec help review ; exec help nope ; exec help resume nope ; exec help -h ; exec -a never hi
exec --ask-for-approval never hi ; exec --search hi ; exec --no-alt-screen hi
exec --yolo --full-auto hi ; exec --full-auto --yolo hi ; exec --yolo --yolo hi
exec --yolo --dangerously-bypass-approvals-and-sandbox hi ; exec --full-auto --full-auto hi
exec --oss --oss hi ; exec --oss=1 hi ; exec --local-provider x --local-provider y hi
exec -C a -C b hi ; exec -o a -o b hi ; exec -p a -p b hi ; exec -s read-only -s read-only hi
exec --color auto --color auto hi ; exec --ephemeral --ephemeral hi
exec --skip-git-repo-check --skip-git-repo-check hi ; exec --enable ; exec -jh
exec resume -s read-only x ; exec resume -C . x ; exec resume --last --last
exec resume --last a b c ; exec resume a b c ; exec resume -i a b c d ; exec resume -i '' x
exec resume --yolo --full-auto x ; exec resume --all --all ; exec resume -m x -m y z
exec resume --color never x ; exec resume --oss x ; exec resume -p x y ; exec resume -o x y
exec resume --output-schema x y ; exec resume --add-dir x y ; exec --yolo resume --full-auto x
exec --full-auto resume --yolo x ; exec p q resume ; exec --nope resume ; exec --nope --help
exec resume --nope --help ; exec a b -h ; exec -s nope --help ; --yolo -a never ; --yolo --full-auto
--yolo --full-auto exec hi ; --yolo -a never exec hi ; --full-auto exec --yolo hi ; -a nope
-a nope exec hi ; -s nope ; -s nope exec hi ; -m ; -m a -m b ; --color always exec ; --json exec hi
--skip-git-repo-check exec hi ; hi there ; hi --nope ; hi -- there ; -- exec hi ; -- hi there
'' '' ; - - ; loginn ; loginn status ; login nope ; login status nope ; login status --nope
login --with-api-key --with-api-key ; login --device-auth --device-auth ; login help nope
login --api-key ; login --experimental_issuer ; login -- status ; login status -m x ; login -m x
login status -c ; --yolo --full-auto login status ; logout nope ; logout --nope ; logout help
-s nope logout ; sandbox nope ; sandbox --nope ; sandbox linux --nope
sandbox linux --full-auto --full-auto true ; sandbox linux --log-denials true
sandbox linux -m x true ; debug nope ; execpolicy nope ; execpolicy check ; execpolicy check ls
execpolicy check -r ; execpolicy check -r /dev/null
execpolicy check --pretty --pretty -r /dev/null ls ; execpolicy check ls -r /dev/null
execpolicy check --nope -r /dev/null ls ; execpolicy check -r '' ls ; features nope
features list more ; features list --json ; features list -m x ; features enable
features enable a b ; features disable ; features list --version ; completion nope
completion bash zsh ; completion BASH ; completion '' ; completion --nope ; completion --version
completion help ; stdio-to-uds ; stdio-to-uds a b ; stdio-to-uds --nope ; stdio-to-uds --version
responses-api-proxy --nope ; responses-api-proxy x ; responses-api-proxy --port
responses-api-proxy --port x ; responses-api-proxy --port 99999 ; responses-api-proxy --port -1
responses-api-proxy --port 1 --port 2 ; responses-api-proxy --server-info
responses-api-proxy --http-shutdown=1 ; responses-api-proxy --version
`.trim().split(/ ; |\n/);

function parseTable(table: string): (readonly [line: string, meaning: string])[] {
  return table.trim().split("\n").map((row) => {
    const [line = "", meaning = ""] = row.split(" => ");
    return [line, meaning];
  });
}

function wordsOf(line: string): string[] {
  return line.split(" ").map((word) => word === "''" ? "" : word.replaceAll("~", " "));
}

function describeLevel({ command, switches, values, positionals }: Level): string {
  const given = [...values].map(([long, uses]) =>
    `${long}=${uses.flatMap(({ words }) => words).join("|")}`
  );
  const words = positionals.length === 0 ? [] : [JSON.stringify(positionals)];
  return [command.name, ...switches, ...given, ...words].join(" ");
}

function outcomeOf(parsed: Parsed): string {
  switch (parsed.kind) {
    case "help":
      return `help: ${parsed.path.map(({ name }) => name).join(" ")}`;
    case "version":
      return `version: ${parsed.name}`;
    case "error":
      return "mistake";
    case "run":
      return parsed.invocation.levels.map(describeLevel).join(" > ");
  }
}

/** Collects what is written. */
function sink(): TextSink & { readonly texts: unknown[] } {
  const texts: unknown[] = [];
  return {
    texts,
    isTerminal: false,
    write: (text) => Promise.resolve(texts.push(text) > 0),
  };
}

/** What the program does where it runs no command: nothing but the streams is touched. */
async function answer(args: readonly string[]): Promise<readonly [number, boolean, boolean]> {
  const [stdout, stderr] = [sink(), sink()];
  const none = () => {
    throw new Error("not needed to understand a command line");
  };
  const world: World = {
    args,
    argv0: none,
    env: {},
    cwd: none,
    home: none,
    self: { argv: [], env: {} },
    launcher: null,
    isCompiled: false,
    stdin: { isTerminal: false, read: none, stream: none },
    stdout,
    stderr,
    columns: () => null,
    onSignal: none,
    onUncaught: none,
    now: none,
  };
  const code = await runCommandLine(world);
  return [code, stdout.texts.length > 0, stderr.texts.length > 0];
}

const ANSWER = [0, true, false] as const;
const REFUSAL = [2, false, true] as const;

Deno.test("grammar: what each command line means", () => {
  const found = MEANINGS.map(([line]) => [line, outcomeOf(parseCommandLine(ROOT, wordsOf(line)))]);
  assert.deepEqual(found, MEANINGS);
});

Deno.test("grammar: mistakes exit with 2, and nothing goes to stdout", async () => {
  assert.ok(MISTAKES.length > 100);
  for (const line of MISTAKES) {
    assert.equal(parseCommandLine(ROOT, wordsOf(line)).kind, "error", line);
    assert.deepEqual(await answer(wordsOf(line)), REFUSAL, line);
  }
});

Deno.test("grammar: help goes to stdout, but for a group that misses its command", async () => {
  let groups = 0;
  for (const [line] of MEANINGS) {
    const parsed = parseCommandLine(ROOT, wordsOf(line));
    const isGroup = parsed.kind === "run" &&
      parsed.invocation.levels.at(-1)?.command.load === undefined;
    if (isGroup) groups += 1;
    if (parsed.kind === "run" && !isGroup) continue;
    assert.deepEqual(await answer(wordsOf(line)), isGroup ? REFUSAL : ANSWER, line);
  }
  assert.ok(groups >= 3);
});
