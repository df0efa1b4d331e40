# For bash and zsh. Runs the scripts of file $1, each of which ends in NUL, with nothing to find on the PATH: every
# command, builtins too, becomes a line of the file $RECORD instead, behind the number of the script. `beta` and
# `false` fail, the others succeed.
exec 8< "$1"
line_end='
'
mark=$'\x01'
record() {
  builtin local line
  # One write a line, whatever the words hold: others write at the same time.
  builtin printf -v line '%s\x1f' "$n" "$@"
  builtin printf '%s\n' "${line//$line_end/$mark}" >> "$RECORD"
  [[ $1 != beta && $1 != false ]]
}
command_not_found_handle() { record "$@"; }
command_not_found_handler() { record "$@"; }
if [[ -n $ZSH_VERSION ]]; then
  zmodload zsh/parameter
  eval 'names=(${(k)builtins})'
else
  names=($(compgen -b))
fi
for name in "${names[@]}"; do
  case $name in
    builtin | '[' | -) ;;
    *) builtin eval "function $name { record $name \"\$@\"; }" ;;
  esac
done
PATH=/nowhere
n=0
while IFS= builtin read -r -d '' script <&8; do
  (builtin eval -- "$script") < /dev/null > /dev/null 2>&1 8<&-
  n=$((n + 1))
done
builtin printf 'end\n' >> "$RECORD"
