(* ocamlfind: yojson *)
type record = { active : bool; id : int; name : string; note : string option; score : float; tags : int list }
type 'a page = { count : int; items : 'a list }
type export = { page : record page; version : int }

let record_to_yojson r : Yojson.Safe.t =
  `Assoc
    [ ("active", `Bool r.active);
      ("id", `Int r.id);
      ("name", `String r.name);
      ("note", match r.note with Some s -> `String s | None -> `Null);
      ("score", `Float r.score);
      ("tags", `List (List.map (fun n -> `Int n) r.tags)) ]

let page_to_yojson item_to_yojson p : Yojson.Safe.t =
  `Assoc [ ("count", `Int p.count); ("items", `List (List.map item_to_yojson p.items)) ]

let export_to_yojson e : Yojson.Safe.t =
  `Assoc [ ("page", page_to_yojson record_to_yojson e.page); ("version", `Int e.version) ]

let records n =
  let seed = ref 42 in
  List.init n (fun id ->
      seed := !seed * 16807 mod 2147483647;
      let seed = !seed in
      { active = seed mod 2 = 0;
        id;
        name = Printf.sprintf "Zoë \"%d\" O'Hara\\Smith" (seed mod 10000);
        note = (if seed mod 3 = 0 then Some (Printf.sprintf "first line\n\tand line %d" (seed mod 977)) else None);
        score = float_of_int ((2 * (seed mod 1000000)) + 1) /. 8.;
        tags = [ seed mod 7; seed mod 1000; seed mod 100000 ] })

let ends_with ~suffix s =
  let n = String.length s and k = String.length suffix in
  n >= k && String.sub s (n - k) k = suffix

let () =
  let items = records 100_000 in
  let encode version =
    Yojson.Safe.to_string (export_to_yojson { page = { count = List.length items; items }; version })
  in
  for version = 2 to 10 do
    Printf.printf "%b\n" (ends_with ~suffix:(Printf.sprintf ",\"version\":%d}" version) (encode version))
  done;
  print_endline (encode 1)
