(* List.map is not tail recursive in this version of OCaml; for long lists one writes rev_map. *)
let pass factor =
  List.init 10_000_000 Fun.id
  |> List.rev_map (fun n -> n * factor mod 1000003)
  |> List.filter (fun n -> n mod 3 = 0)
  |> List.rev_map (fun n -> n * n mod 1009)
  |> List.fold_left ( + ) 0

let () =
  for factor = 7 to 9 do
    Printf.printf "%d\n" (pass factor)
  done
