-module(pingpong).
-export([main/0]).

main() ->
    Ponger = spawn(fun ponger/0),
    Main = self(),
    spawn(fun() -> Main ! {sum, pinger(1000000, 0, Ponger)} end),
    receive {sum, Sum} -> io:format("~b~n", [Sum]) end.

ponger() ->
    receive
        {ping, N, From} ->
            From ! {pong, N + 1},
            ponger()
    end.

pinger(0, Sum, _) -> Sum;
pinger(Left, Sum, Ponger) ->
    Ponger ! {ping, Left, self()},
    receive {pong, N} -> pinger(Left - 1, Sum + N, Ponger) end.
