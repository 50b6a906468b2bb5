kill -HUP "$(cat "$1")"
