-module(pipeline).
-export([main/0]).

pass(Factor) ->
    Numbers = lists:seq(0, 9999999),
    Products = lists:map(fun(N) -> N * Factor rem 1000003 end, Numbers),
    Kept = lists:filter(fun(N) -> N rem 3 =:= 0 end, Products),
    Squares = lists:map(fun(N) -> N * N rem 1009 end, Kept),
    lists:foldl(fun(N, Sum) -> Sum + N end, 0, Squares).

main() ->
    [io:format("~b~n", [pass(Factor)]) || Factor <- lists:seq(7, 9)].
