(* ocamlfind: yojson *)
open Yojson.Safe.Util

type record = { active : bool; id : int; name : string; note : string option; score : float; tags : int list }
type 'a page = { count : int; items : 'a list }
type export = { page : record page; version : int }

let record_of_yojson j =
  { active = j |> member "active" |> to_bool;
    id = j |> member "id" |> to_int;
    name = j |> member "name" |> to_string;
    note = j |> member "note" |> to_string_option;
    score = j |> member "score" |> to_number;
    tags = j |> member "tags" |> convert_each to_int }

let page_of_yojson item_of_yojson j =
  { count = j |> member "count" |> to_int; items = j |> member "items" |> convert_each item_of_yojson }

let export_of_yojson j =
  { page = j |> member "page" |> page_of_yojson record_of_yojson; version = j |> member "version" |> to_int }

let read name =
  let file = open_in_bin name in
  Fun.protect ~finally:(fun () -> close_in file) (fun () -> really_input_string file (in_channel_length file))

let report { page = { count; items }; _ } =
  let count_if test = List.length (List.filter test items) in
  let sum f = List.fold_left (fun total r -> total + f r) 0 items in
  let score = List.fold_left (fun total r -> total +. r.score) 0. items in
  let last = List.nth items (List.length items - 1) in
  Printf.printf "%d %d %d %d %.0f %d %s\n" count
    (count_if (fun r -> r.active))
    (sum (fun r -> r.id))
    (count_if (fun r -> r.note <> None))
    (Float.round (score *. 100.))
    (sum (fun r -> List.fold_left ( + ) 0 r.tags))
    last.name

let () =
  let text = read "records.json" in
  for _ = 1 to 5 do
    report (export_of_yojson (Yojson.Safe.from_string text))
  done
