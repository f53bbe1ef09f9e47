(* List.map is not tail recursive in this version of OCaml; for long lists one writes rev_map. *)
let () =
  let numbers = List.init 10_000_000 (fun i -> i * 7 mod 1000003) in
  let sum =
    numbers
    |> List.rev_map (fun n -> n * 3 + 1)
    |> List.filter (fun n -> n mod 2 = 0)
    |> List.fold_left ( + ) 0
  in
  Printf.printf "%d %d\n" sum (List.length numbers)
