let stays cr ci =
  let rec go zr zi turns =
    let rr = zr *. zr and ii = zi *. zi in
    if rr +. ii > 4. then false
    else if turns = 0 then true
    else go (rr -. ii +. cr) (2. *. zr *. zi +. ci) (turns - 1)
  in
  go 0. 0. 50

let () =
  let n = 2000 in
  let side = float_of_int n in
  let count = ref 0 in
  for y = 0 to n - 1 do
    for x = 0 to n - 1 do
      if stays (2. *. float_of_int x /. side -. 1.5) (2. *. float_of_int y /. side -. 1.) then incr count
    done
  done;
  Printf.printf "%d\n" !count
