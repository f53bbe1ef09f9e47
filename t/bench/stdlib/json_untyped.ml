(* ocamlfind: yojson *)
let read name =
  let file = open_in_bin name in
  Fun.protect ~finally:(fun () -> close_in file) (fun () -> really_input_string file (in_channel_length file))

let () =
  let text = read "records.json" in
  for _ = 1 to 5 do
    Printf.printf "%b\n" (Yojson.Safe.to_string (Yojson.Safe.from_string text) = String.trim text)
  done
