-module(words).
-export([main/0]).

main() ->
    io:setopts([{encoding, unicode}]),
    {ok, Text} = file:read_file("words.txt"),
    Words = binary:split(Text, [<<" ">>, <<"\n">>], [global, trim]),
    Counts = lists:foldl(fun(Word, Map) -> maps:update_with(Word, fun(N) -> N + 1 end, 1, Map) end, #{}, Words),
    Sorted = lists:sort(fun({Word, N}, {Other, M}) -> {-N, Word} =< {-M, Other} end, maps:to_list(Counts)),
    io:format("~b~n", [map_size(Counts)]),
    [io:format("~b ~ts~n", [N, Word]) || {Word, N} <- lists:sublist(Sorted, 10)].
