let rec numbers n seed out =
  if n = 0 then List.rev out else numbers (n - 1) (seed * 16807 mod 2147483647) (seed :: out)

let pass seed =
  let sorted = List.sort Int.compare (numbers 1_000_000 seed []) in
  let _, sum = List.fold_left (fun (i, sum) x -> i + 1, (sum + x * i) mod 1000000007) (0, 0) sorted in
  sum

let () =
  for seed = 1 to 5 do
    Printf.printf "%d\n" (pass seed)
  done
