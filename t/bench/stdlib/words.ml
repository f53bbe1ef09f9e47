let count counts word =
  match Hashtbl.find_opt counts word with
  | Some n -> incr n
  | None -> Hashtbl.add counts word (ref 1)

let by_falling_count (word, n) (other, m) = if n <> m then Int.compare m n else String.compare word other

let () =
  let counts = Hashtbl.create 1024 in
  let file = open_in "words.txt" in
  (try
     while true do
       input_line file |> String.split_on_char ' ' |> List.iter (count counts)
     done
   with End_of_file -> close_in file);
  Printf.printf "%d\n" (Hashtbl.length counts);
  Hashtbl.fold (fun word n all -> (word, !n) :: all) counts []
  |> List.sort by_falling_count
  |> List.filteri (fun i _ -> i < 10)
  |> List.iter (fun (word, n) -> Printf.printf "%d %s\n" n word)
