-module(spawn).
-export([main/0]).

-define(COUNT, 1000000).

main() ->
    Main = self(),
    Collector = spawn(fun() -> Main ! {sum, collect(?COUNT, 0)} end),
    start(0, Collector),
    receive {sum, Sum} -> io:format("~b~n", [Sum]) end.

start(?COUNT, _) -> ok;
start(N, Collector) ->
    spawn(fun() -> Collector ! N end),
    start(N + 1, Collector).

collect(0, Sum) -> Sum;
collect(Left, Sum) ->
    receive N -> collect(Left - 1, Sum + N) end.
