% needs: jiffy
-module(json_untyped).
-export([main/0]).

main() ->
    {ok, Text} = file:read_file("records.json"),
    [io:format("~s~n", [iolist_to_binary(jiffy:encode(jiffy:decode(Text))) =:= string:trim(Text)])
     || _ <- lists:seq(1, 5)].
