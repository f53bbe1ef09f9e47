(* The library has no shortest form; one tries. *)
let shortest x =
  let s = Printf.sprintf "%.15g" x in
  if float_of_string s = x then s
  else
    let s = Printf.sprintf "%.16g" x in
    if float_of_string s = x then s else Printf.sprintf "%.17g" x

let () =
  let seed = ref 42 in
  for _ = 1 to 3_000_000 do
    print_string (shortest (float_of_int ((2 * (!seed mod 5000000)) + 1) /. 100.));
    print_char '\n';
    print_string (shortest (1. +. (float_of_int !seed *. 1000. /. 2147483647.)));
    print_char '\n';
    seed := !seed * 16807 mod 2147483647
  done
