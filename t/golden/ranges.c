/* Main.main : () -> () */
static void Main_main(snow_cx *cx) {
  for (int64_t i = 0; i < 3; i++) {
    for (int64_t j = 0; j < i; j++) {
      snow_println(cx, snow_concat(cx, 3, (snow_str const[3]){snow_int_to_string(cx, i), &s1, snow_int_to_string(cx, j)}));
    }
  }
  snow_list t = Main_squares(cx, 4);
  snow_str s = Display_List_to_string(cx, t);
  snow_println(cx, s);
}

/* Main.squares : (Int) -> List<Int> */
static snow_list Main_squares(snow_cx *cx, int64_t n) {
  snow_list out = snow_list_with_room(cx, &Int_type, n);
  for (int64_t i = 0; i < n; i++) {
    int64_t item = snow_mul(i, i);
    out = snow_list_append(cx, &Int_type, out, &item);
  }
  return out;
}

/* Prelude.to_string : (List<Int>) -> String */
static snow_str Display_List_to_string(snow_cx *cx, snow_list self) {
  snow_list out = snow_list_with_room(cx, &String_type, (int64_t)self.len);
  for (int64_t i = 0; i < (int64_t)self.len; i++) {
    int64_t x = SNOW_AT(int64_t, self, i);
    snow_str item = snow_int_to_string(cx, x);
    out = snow_list_append(cx, &String_type, out, &item);
  }
  snow_str t = snow_string_join(cx, out, &s2);
  return snow_concat(cx, 3, (snow_str const[3]){&s3, t, &s4});
}

