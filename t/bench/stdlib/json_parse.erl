% needs: jiffy
-module(json_parse).
-export([main/0]).

-record(total, {active = 0, ids = 0, notes = 0, score = 0.0, tags = 0}).

add(#{<<"active">> := Active, <<"id">> := Id, <<"note">> := Note, <<"score">> := Score, <<"tags">> := Tags}, T) ->
    #total{active = T#total.active + case Active of true -> 1; false -> 0 end,
           ids = T#total.ids + Id,
           notes = T#total.notes + case Note of null -> 0; _ -> 1 end,
           score = T#total.score + Score,
           tags = T#total.tags + lists:sum(Tags)}.

pass(Text) ->
    #{<<"page">> := #{<<"count">> := Count, <<"items">> := Items}} = jiffy:decode(Text, [return_maps]),
    T = lists:foldl(fun add/2, #total{}, Items),
    #{<<"name">> := Name} = lists:last(Items),
    io:format("~b ~b ~b ~b ~b ~b ~ts~n",
        [Count, T#total.active, T#total.ids, T#total.notes, round(T#total.score * 100), T#total.tags, Name]).

main() ->
    io:setopts([{encoding, unicode}]),
    {ok, Text} = file:read_file("records.json"),
    [pass(Text) || _ <- lists:seq(1, 5)].
