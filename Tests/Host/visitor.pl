#!/usr/bin/perl
# Visitors who ask for one short link again and again over a kept connection.
#
#   visitor.pl ADDRESS HOST PATH SECONDS [PER SECOND]
#
# Prints a line whenever the answer is another one than before: microseconds since 1970, status, destination. With a rate of
# 0 it asks as fast as it is answered. At the end: "asked COUNT errors COUNT".
use strict;
use warnings;
use IO::Socket::INET;
use Time::HiRes qw(time sleep);

my ($address, $host, $path, $seconds, $rate) = @ARGV;
$| = 1;
my ($last, $asked, $errors, $socket) = ('', 0, 0);
my $end = time + $seconds;
while (time < $end) {
    my $answer = eval { ask() };
    if (!defined $answer) {
        $errors++;
        undef $socket;
        sleep 0.01;
        $answer = 'none';
    }
    $asked++;
    if ($answer ne $last) {
        printf "%.0f %s\n", time * 1e6, $answer;
        $last = $answer;
    }
    sleep 1 / $rate if $rate;
}
print "asked $asked errors $errors\n";

sub ask {
    $socket //= IO::Socket::INET->new(PeerAddr => $address, PeerPort => 80, Timeout => 5) or return;
    local $SIG{ALRM} = sub { die "silence\n" };
    alarm 10;
    print $socket "GET $path HTTP/1.1\r\nHost: $host\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Firefox/130.0\r\n\r\n"
        or return;
    my ($status, $location, $length, $close) = ('', '', 0, 0);
    while (my $line = <$socket>) {
        $line =~ s/\r?\n$//;
        $status = $1 if $line =~ m{^HTTP/1\.1 (\d+)};
        $location = $1 if $line =~ /^Location: (.*)/i;
        $length = $1 if $line =~ /^Content-Length: (\d+)/i;
        $close = 1 if $line =~ /^Connection: close/i;
        if ($line =~ /^Transfer-Encoding: chunked/i) { $length = 'chunked' }
        last if $line eq '';
    }
    return if $status eq '';
    if ($length eq 'chunked') {
        while (my $size = <$socket>) {
            my $count = hex $size;
            read $socket, (my $part), $count + 2;
            last if $count == 0;
        }
    } elsif ($length) {
        read $socket, (my $body), $length;
    }
    alarm 0;
    undef $socket if $close;
    return $status . ($location ne '' ? " $location" : '');
}
