-module(mesh).
-export([main/0]).

-define(MEMBERS, 200).
-define(TOKENS, 2000).
-define(HOPS, 500).

main() ->
    Main = self(),
    Collector = spawn(fun() -> Main ! {sum, collect(?TOKENS, 0)} end),
    Members = [spawn(fun() -> newcomer(Collector) end) || _ <- lists:seq(1, ?MEMBERS)],
    Peers = list_to_tuple(Members),
    [Member ! {peers, Peers} || Member <- Members],
    [element(I rem ?MEMBERS + 1, Peers) ! {token, I, ?HOPS} || I <- lists:seq(0, ?TOKENS - 1)],
    receive {sum, Sum} -> io:format("~b~n", [Sum]) end.

newcomer(Collector) ->
    receive {peers, Peers} -> member(Peers, Collector) end.

member(Peers, Collector) ->
    receive
        {token, Seed, 1} ->
            Collector ! Seed,
            member(Peers, Collector);
        {token, Seed0, Hops} ->
            Seed = next(Seed0),
            element(Seed div 65536 rem ?MEMBERS + 1, Peers) ! {token, Seed, Hops - 1},
            member(Peers, Collector)
    end.

next(Seed) -> (Seed * 1103515245 + 12345) rem 2147483648.

collect(0, Sum) -> Sum;
collect(Left, Sum) ->
    receive Seed -> collect(Left - 1, Sum + Seed) end.
