kill -HUP "$1"
