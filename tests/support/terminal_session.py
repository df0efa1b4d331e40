"""Plays a person at a terminal: argv[1] is JSON with the command, its environment and the steps, each a
text to wait for and what to type then. Prints JSON: exit code and everything that was seen."""
import json
import os
import pty
import signal
import sys

order = json.loads(sys.argv[1])
pid, master = pty.fork()
if pid == 0:
    os.chdir(order["cwd"])
    os.execvpe(order["argv"][0], order["argv"], order["env"])


def give_up(*_):
    os.kill(pid, signal.SIGKILL)
    print(json.dumps({"code": -1, "seen": seen.decode(errors="replace"), "left": len(steps)}))
    sys.stdout.flush()
    os._exit(0)


seen, start = b"", 0
steps = [(wait.encode(), keys.encode()) for wait, keys in order["steps"]]
signal.signal(signal.SIGALRM, give_up)
signal.alarm(60)
while True:
    try:
        data = os.read(master, 4096)
    except OSError:
        break
    if not data:
        break
    seen += data
    while steps and (at := seen.find(steps[0][0], start)) >= 0:
        wait, keys = steps.pop(0)
        start = at + len(wait)
        os.write(master, keys)
code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
print(json.dumps({"code": code, "seen": seen.decode(errors="replace"), "left": len(steps)}))
