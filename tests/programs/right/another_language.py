# Another language altogether, which the probe cannot move.
# step: 1.2
# outcome: passed
# port: real
# needs: perl

import os

os.execvp("perl", ["perl", "server.pl"])
==== server.pl
use IO::Socket::INET;
$| = 1;
my $door = IO::Socket::INET->new(LocalAddr => "127.0.0.1", LocalPort => 8080, Listen => 5, ReuseAddr => 1) or die;
while (my $client = $door->accept()) {
    sysread($client, my $request, 4096);
    print $client "HTTP/1.1 200 OK\r\n\r\nHi there!";
    close($client);
}
