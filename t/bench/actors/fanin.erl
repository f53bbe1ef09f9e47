-module(fanin).
-export([main/0]).

main() ->
    Main = self(),
    Receiver = spawn(fun() -> Main ! {sum, collect(100 * 10000, 0)} end),
    [spawn(fun() -> send(Id, 10000, Receiver) end) || Id <- lists:seq(1, 100)],
    receive {sum, Sum} -> io:format("~b~n", [Sum]) end.

send(_, 0, _) -> ok;
send(Id, Left, To) ->
    To ! {Id, Left},
    send(Id, Left - 1, To).

collect(0, Sum) -> Sum;
collect(Left, Sum) ->
    receive {Id, N} -> collect(Left - 1, Sum + Id * N) end.
