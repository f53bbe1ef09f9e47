-module(ring).
-export([main/0]).

-define(MEMBERS, 503).

main() ->
    Main = self(),
    First = spawn(fun() -> member(1, chain(?MEMBERS, self(), Main), Main) end),
    First ! {token, 5000000},
    receive {last, Id} -> io:format("~b~n", [Id]) end.

%% The members are born from the last to the second; the first closes the ring.
chain(1, Next, _) -> Next;
chain(Id, Next, Main) ->
    chain(Id - 1, spawn(fun() -> member(Id, Next, Main) end), Main).

member(Id, Next, Main) ->
    receive
        {token, 0} ->
            Main ! {last, Id};
        {token, Hops} ->
            Next ! {token, Hops - 1},
            member(Id, Next, Main)
    end.
