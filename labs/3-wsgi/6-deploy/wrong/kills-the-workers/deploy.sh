master=$(cat "$1")
for pid in $(cat /proc/$master/task/$master/children); do kill -9 $pid; done
