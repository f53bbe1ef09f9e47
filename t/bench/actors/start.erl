-module(start).
-export([main/0]).

main() ->
    Main = self(),
    spawn(fun() -> Main ! "started" end),
    receive Text -> io:format("~s~n", [Text]) end.
