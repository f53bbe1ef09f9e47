-module(strings).
-export([main/0]).

pass(From) ->
    Text = iolist_to_binary([["item ", integer_to_binary(I), ", "] || I <- lists:seq(From, From + 3999999)]),
    Lines = binary:replace(Text, <<", ">>, <<";\n">>, [global]),
    Pieces = binary:split(Lines, <<"\n">>, [global]),
    Joined = iolist_to_binary(lists:join(<<" | ">>, Pieces)),
    Last = <<"item ", (integer_to_binary(From + 3999999))/binary, ";">>,
    Found = binary:match(Joined, Last) =/= nomatch,
    io:format("~b ~b ~b ~b~n", [byte_size(Text), byte_size(Lines), length(Pieces), byte_size(Joined)]),
    io:format("~s ~s~n", [lists:nth(1234568, Pieces), Found]).

main() ->
    pass(0),
    pass(1000000).
