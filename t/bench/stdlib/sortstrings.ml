let rec names n seed out =
  if n = 0 then out
  else
    let name = Printf.sprintf "user %d@host %d" (seed mod 1000000) (seed mod 97) in
    names (n - 1) (seed * 16807 mod 2147483647) (name :: out)

let () =
  for seed = 1 to 3 do
    let sorted = List.sort String.compare (names 300_000 seed []) in
    let nth = List.nth sorted in
    Printf.printf "%s, %s, %s, %s\n" (nth 0) (nth 100000) (nth 200000) (nth 299999)
  done
