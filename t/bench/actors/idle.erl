-module(idle).
-export([main/0]).

-define(COUNT, 1000000).
-define(BATCH, 1000).

main() ->
    Main = self(),
    spawn(fun() -> start(resident()), Main ! done end),
    receive done -> ok end.

start(Before) ->
    Alive = batches(0),
    io:format("~b~n", [Alive]),
    timer:sleep(3000), % idle means idle: let the runtime tidy up
    case Before of
        0 -> ok;
        _ -> io:format(standard_error, "figure bytes_each ~b~n", [(resident() - Before) * 1024 div Alive])
    end.

batches(?COUNT) -> ?COUNT;
batches(Alive) ->
    Starter = self(),
    [spawn(fun() -> idler(Starter) end) || _ <- lists:seq(1, ?BATCH)],
    batches(Alive + lists:sum([receive {ready, N} -> N end || _ <- lists:seq(1, ?BATCH)])).

idler(Starter) ->
    Starter ! {ready, 1},
    receive _ -> ok end.

%% The resident memory in KiB; 0 where the system does not tell.
resident() ->
    case file:read_file("/proc/self/status") of
        {ok, Text} ->
            {match, [KiB]} = re:run(Text, "VmRSS:\\s*(\\d+)", [{capture, all_but_first, list}]),
            list_to_integer(KiB);
        {error, _} -> 0
    end.
