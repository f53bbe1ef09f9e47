type tree = Leaf | Node of tree * tree

let rec build depth = if depth = 0 then Node (Leaf, Leaf) else Node (build (depth - 1), build (depth - 1))

let rec count_nodes = function Leaf -> 0 | Node (l, r) -> 1 + count_nodes l + count_nodes r

let () =
  let depth = 18 in
  Printf.printf "stretch tree of depth %d: %d\n" (depth + 1) (count_nodes (build (depth + 1)));
  let long_lived = build depth in
  let d = ref 4 in
  while !d <= depth do
    let trees = 1 lsl (depth - !d + 4) in
    let total = ref 0 in
    for _ = 1 to trees do total := !total + count_nodes (build !d) done;
    Printf.printf "%d trees of depth %d: %d\n" trees !d !total;
    d := !d + 2
  done;
  Printf.printf "long lived tree of depth %d: %d\n" depth (count_nodes long_lived)
