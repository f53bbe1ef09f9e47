-module(ticker).
-export([main/0]).

main() ->
    Main = self(),
    Count = list_to_integer(os:getenv("BENCH_BUSY", "4")),
    Others = [spawn(fun() -> busy(0) end) || _ <- lists:seq(1, Count)],
    spawn(fun() -> Main ! {late, tick(2000, now_ns() + 10000000000, [])} end),
    receive
        {late, Late} ->
            [Other ! stop || Other <- Others],
            report(lists:sort(Late))
    end.

fib(N) when N < 2 -> N;
fib(N) -> fib(N - 1) + fib(N - 2).

busy(Sum) ->
    receive stop -> ok
    after 0 -> busy(Sum + fib(20))
    end.

tick(0, _, Late) -> Late;
tick(Left, Until, Late) ->
    case now_ns() of
        From when From < Until ->
            timer:sleep(1),
            tick(Left - 1, Until, [now_ns() - From - 1000000 | Late]);
        _ -> Late
    end.

now_ns() -> erlang:monotonic_time(nanosecond).

report(Late) ->
    N = length(Late),
    io:format("ticked~n"),
    io:format(standard_error, "figure ticks ~b~n", [N]),
    Figure = fun(Name, I) ->
        io:format(standard_error, "figure ~s ~b~n", [Name, lists:nth(I + 1, Late) div 1000])
    end,
    Figure(late_p50_us, N div 2),
    Figure(late_p99_us, N * 99 div 100),
    Figure(late_max_us, N - 1).
