kill -9 "$(cat "$1")"
