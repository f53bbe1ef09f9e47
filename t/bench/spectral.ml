let n = 1000

let entry i j = 1. /. float_of_int ((i + j) * (i + j + 1) / 2 + i + 1)

let times v out =
  for i = 0 to n - 1 do
    let sum = ref 0. in
    for j = 0 to n - 1 do sum := !sum +. entry i j *. v.(j) done;
    out.(i) <- !sum
  done

let times_transposed v out =
  for i = 0 to n - 1 do
    let sum = ref 0. in
    for j = 0 to n - 1 do sum := !sum +. entry j i *. v.(j) done;
    out.(i) <- !sum
  done

let () =
  let u = Array.make n 1. and v = Array.make n 0. and t = Array.make n 0. in
  for turn = 1 to 10 do
    times u t;
    times_transposed t v;
    if turn < 10 then begin
      times v t;
      times_transposed t u
    end
  done;
  let uv = ref 0. and vv = ref 0. in
  for i = 0 to n - 1 do
    uv := !uv +. u.(i) *. v.(i);
    vv := !vv +. v.(i) *. v.(i)
  done;
  Printf.printf "%d\n" (int_of_float (sqrt (!uv /. !vv) *. 1e9))
