let lines () =
  let b = Buffer.create 64 in
  for i = 0 to 999_999 do
    Buffer.add_string b "line ";
    Buffer.add_string b (string_of_int i);
    Buffer.add_char b '\n'
  done;
  Buffer.contents b

let () =
  let total = ref 0 in
  for _ = 1 to 10 do total := !total + String.length (lines ()) done;
  Printf.printf "%d\n" !total
