% needs: jiffy
-module(json_encode).
-export([main/0]).

record(Id, Seed) ->
    Note = case Seed rem 3 of
        0 -> <<"first line\n\tand line ", (integer_to_binary(Seed rem 977))/binary>>;
        _ -> null
    end,
    {[{active, Seed rem 2 =:= 0},
      {id, Id},
      {name, <<"Zoë \""/utf8, (integer_to_binary(Seed rem 10000))/binary, "\" O'Hara\\Smith">>},
      {note, Note},
      {score, (2 * (Seed rem 1000000) + 1) / 8},
      {tags, [Seed rem 7, Seed rem 1000, Seed rem 100000]}]}.

records(N, N, _) -> [];
records(Id, N, Seed) ->
    Next = Seed * 16807 rem 2147483647,
    [record(Id, Next) | records(Id + 1, N, Next)].

encode(Items, Version) ->
    iolist_to_binary(jiffy:encode({[{page, {[{count, length(Items)}, {items, Items}]}}, {version, Version}]})).

main() ->
    io:setopts([{encoding, unicode}]),
    Items = records(0, 100000, 42),
    [begin
         Suffix = <<",\"version\":", (integer_to_binary(Version))/binary, "}">>,
         Text = encode(Items, Version),
         io:format("~s~n", [binary:longest_common_suffix([Text, Suffix]) =:= byte_size(Suffix)])
     end || Version <- lists:seq(2, 10)],
    io:put_chars([encode(Items, 1), $\n]).
