#!/usr/bin/perl
# A receiver of webhooks that answers 204 and notes what came: "webhook-id sequence" a line.
#
#   receiver.pl ADDRESS PORT FILE
use strict;
use warnings;
use Fcntl qw(O_WRONLY O_APPEND O_CREAT);
use IO::Socket::INET;

my ($address, $port, $file) = @ARGV;
my $listener = IO::Socket::INET->new(LocalAddr => $address, LocalPort => $port, Listen => 128, ReuseAddr => 1) or die "$!\n";
sysopen my $notes, $file, O_WRONLY | O_APPEND | O_CREAT or die "$!\n";
for (1 .. 7) { last if !fork }
while (my $client = $listener->accept) {
    if (defined(my $line = <$client>)) {
        my ($length, $id) = (0, '');
        while (defined($line = <$client>)) {
            $line =~ s/\r?\n$//;
            $length = $1 if $line =~ /^Content-Length: (\d+)/i;
            $id = $1 if $line =~ /^webhook-id: (.*)/i;
            last if $line eq '';
        }
        my $body = '';
        read $client, $body, $length if $length;
        my ($sequence) = $body =~ /"sequence":(\d+)/;
        syswrite $notes, "$id " . ($sequence // '-') . "\n";
        print $client "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n";
        $client->flush;
    }
    close $client;
}
