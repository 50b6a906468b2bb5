kill -USR1 "$(cat "$1")"
