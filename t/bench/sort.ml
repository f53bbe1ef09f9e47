let rec numbers n seed out =
  if n = 0 then List.rev out else numbers (n - 1) ((seed * 1103515245 + 12345) mod 2147483648) (seed :: out)

let () =
  let sorted = List.sort Int.compare (numbers 1_000_000 42 []) in
  let _, sum = List.fold_left (fun (i, sum) x -> i + 1, (sum + x * i) mod 1000000007) (0, 0) sorted in
  Printf.printf "%d\n" sum
