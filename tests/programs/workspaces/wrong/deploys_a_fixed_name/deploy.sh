kill -HUP $(cat gunicorn.pid)
