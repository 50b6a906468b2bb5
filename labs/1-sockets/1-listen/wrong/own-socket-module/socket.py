# my notes on sockets
