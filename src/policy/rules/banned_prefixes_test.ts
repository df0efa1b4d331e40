import assert from "node:assert/strict";
import { isBannedPrefix } from "./banned_prefixes.ts";

/** One a line, `|` between the forms of a line. */
const BANNED = `
python3 | python3 - | python3 -c | python | python - | python -c | py | py -3 | pythonw | pyw | pypy | pypy3
git | bash | bash -lc | sh | sh -c | sh -lc | zsh | zsh -lc
/bin/zsh | /bin/zsh -lc | /bin/bash | /bin/bash -lc
pwsh | pwsh -Command | pwsh -c | powershell | powershell -Command | powershell -c
powershell.exe | powershell.exe -Command | powershell.exe -c
env | sudo | node | node -e | perl | perl -e | ruby | ruby -e | php | php -r | lua | lua -e | osascript
bash -c | zsh -c | /bin/sh -c | /usr/bin/python3 -c | /usr/bin/env | dash -c | xargs | eval | command | exec
node --eval | python3 -m | nohup | doas
`;

const FINE = `
python3 x.py | python -c print(1) | git status | bash -lc ls | sh -c ls | env A=1 | sudo ls | node x.js
python3 -m pytest | npm | npm run | cargo test | echo | ls | xargs ls | mybash | Python
`;

const forms = (text: string): string[][] =>
  text.split(/[|\n]/).map((form) => form.trim()).filter(Boolean).map((form) => form.split(" "));

for (const prefix of forms(BANNED)) {
  Deno.test(`a prefix that allows everything: ${prefix.join(" ")}`, () => {
    assert.ok(isBannedPrefix(prefix));
    assert.ok(!isBannedPrefix([...prefix, "more"]), "compared as a whole");
  });
}
for (const prefix of [[], ...forms(FINE)]) {
  Deno.test(`a prefix that allows what it says: ${prefix.join(" ")}`, () => {
    assert.ok(!isBannedPrefix(prefix));
  });
}
