# Runs the scripts of file $1, each of which ends in NUL, with nothing to find on the PATH: every command, builtins
# too, becomes a line of the file $RECORD instead. `beta` and `false` fail, the others succeed.
exec 8< "$1"
record() {
  builtin local line
  # One write a line, whatever the words hold: others write at the same time.
  builtin printf -v line '%s\x1f' "$@"
  builtin printf '%s\n' "${line//$'\n'/$'\x01'}" >> "$RECORD"
  [[ $1 != beta && $1 != false ]]
}
command_not_found_handle() { record "$@"; }
for name in $(compgen -b); do
  case $name in
    builtin | '[') ;;
    *) builtin eval "function $name { record $name \"\$@\"; }" ;;
  esac
done
PATH=/nowhere
n=0
while IFS= builtin read -r -d '' script <&8; do
  builtin printf 'script %s\n' "$n" >> "$RECORD"
  (builtin eval -- "$script") < /dev/null > /dev/null 2>&1 8<&-
  n=$((n + 1))
done
