-module(sortstrings).
-export([main/0]).

names(0, _) -> [];
names(N, Seed) ->
    Name = <<"user ", (integer_to_binary(Seed rem 1000000))/binary, "@host ", (integer_to_binary(Seed rem 97))/binary>>,
    [Name | names(N - 1, Seed * 16807 rem 2147483647)].

main() ->
    [begin
         Sorted = lists:sort(names(300000, Seed)),
         [A, B, C] = [lists:nth(I, Sorted) || I <- [1, 100001, 200001]],
         io:format("~s, ~s, ~s, ~s~n", [A, B, C, lists:last(Sorted)])
     end || Seed <- lists:seq(1, 3)].
