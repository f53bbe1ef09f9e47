(* Replacing and searching are in Str, which comes with OCaml. *)
let pass from =
  let buffer = Buffer.create 1024 in
  for i = from to from + 3_999_999 do
    Buffer.add_string buffer "item ";
    Buffer.add_string buffer (string_of_int i);
    Buffer.add_string buffer ", "
  done;
  let text = Buffer.contents buffer in
  let lines = Str.global_replace (Str.regexp_string ", ") ";\n" text in
  let pieces = String.split_on_char '\n' lines in
  let joined = String.concat " | " pieces in
  let found =
    match Str.search_forward (Str.regexp_string (Printf.sprintf "item %d;" (from + 3999999))) joined 0 with
    | _ -> true
    | exception Not_found -> false
  in
  Printf.printf "%d %d %d %d\n" (String.length text) (String.length lines) (List.length pieces) (String.length joined);
  Printf.printf "%s %b\n" (List.nth pieces 1234567) found

let () =
  pass 0;
  pass 1_000_000
