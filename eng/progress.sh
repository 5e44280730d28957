# For scripts that build in front of a person: says how far the build is, and passes on what it complains of.

# Reads the lines of `build` with verbosity=minimal. On a terminal one line is written over and counts the seconds; elsewhere each project is a line.
#   $1: what is being built, for the beginning of each line
show_progress() {
    local title=$1 line='' part='' terminal='' state='restoring packages' begun=$SECONDS
    if [ -t 2 ]; then
        terminal=1
    else
        echo "$title: $state" >&2
    fi
    while true; do
        if IFS= read -r -t 1 part; then
            line=$line$part
            case $line in
                *' -> '*)
                    state="${line%% -> *} is built"
                    state=${state#"${state%%[! ]*}"}
                    [ -n "$terminal" ] || echo "$title: $state" >&2
                    ;;
                '' | *'Determining projects'* | *'Restored '* | *'up-to-date for restore'*) ;;
                *) printf '%s%s\n' "${terminal:+$'\r\e[K'}" "$line" >&2 ;;
            esac
            line=''
        elif [ $? -gt 128 ]; then
            line=$line$part # a second passed in the middle of a line, or between two
        else
            break
        fi
        [ -z "$terminal" ] || printf '\r\e[K%s: %s, %d s' "$title" "$state" $((SECONDS - begun)) >&2
    done
    [ -z "$terminal" ] || printf '\r\e[K' >&2
}
