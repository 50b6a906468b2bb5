kill -TERM "$(cat "$1")"
