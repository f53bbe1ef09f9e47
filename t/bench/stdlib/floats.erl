-module(floats).
-export([main/0]).

lines(0, Seed) -> {[], Seed};
lines(N, Seed) ->
    Short = float_to_binary((2 * (Seed rem 5000000) + 1) / 100, [short]),
    Long = float_to_binary(1.0 + Seed * 1000.0 / 2147483647.0, [short]),
    {Rest, Last} = lines(N - 1, Seed * 16807 rem 2147483647),
    {[Short, $\n, Long, $\n | Rest], Last}.

% A thousand pairs at a time, as each io:put_chars is a message to another process.
show(0, _) -> ok;
show(N, Seed) ->
    {Lines, Next} = lines(1000, Seed),
    io:put_chars(Lines),
    show(N - 1, Next).

main() ->
    show(3000, 42).
