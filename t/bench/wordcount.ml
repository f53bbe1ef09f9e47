let () =
  let text = Buffer.create 64 in
  let seed = ref 42 in
  for _ = 1 to 1_000_000 do
    Buffer.add_char text 'w';
    Buffer.add_string text (string_of_int (!seed / 2048 mod 20000));
    Buffer.add_char text ' ';
    seed := (!seed * 1103515245 + 12345) mod 2147483648
  done;
  let counts = Hashtbl.create 16 in
  Buffer.contents text |> String.trim |> String.split_on_char ' '
  |> List.iter (fun word ->
      let n = try Hashtbl.find counts word with Not_found -> 0 in
      Hashtbl.replace counts word (n + 1));
  let squares = Hashtbl.fold (fun _ n sum -> sum + n * n) counts 0 in
  Printf.printf "%d %d %d\n" (Hashtbl.length counts) squares (Hashtbl.find counts "w7")
