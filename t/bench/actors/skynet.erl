-module(skynet).
-export([main/0]).

main() ->
    Main = self(),
    spawn(fun() -> node(0, 1000000, Main) end),
    receive Sum -> io:format("~b~n", [Sum]) end.

node(Number, 1, Parent) -> Parent ! Number;
node(Number, Size, Parent) ->
    Node = self(),
    Part = Size div 10,
    [spawn(fun() -> node(Number + I * Part, Part, Node) end) || I <- lists:seq(0, 9)],
    Parent ! gather(10, 0).

gather(0, Sum) -> Sum;
gather(Left, Sum) ->
    receive N -> gather(Left - 1, Sum + N) end.
