-module(sort).
-export([main/0]).

numbers(0, _) -> [];
numbers(N, Seed) -> [Seed | numbers(N - 1, Seed * 16807 rem 2147483647)].

pass(Seed) ->
    Sorted = lists:sort(fun(A, B) -> A =< B end, numbers(1000000, Seed)),
    {_, Sum} = lists:foldl(fun(X, {I, Sum}) -> {I + 1, (Sum + X * I) rem 1000000007} end, {0, 0}, Sorted),
    Sum.

main() ->
    [io:format("~b~n", [pass(Seed)]) || Seed <- lists:seq(1, 5)].
