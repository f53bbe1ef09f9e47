/* Main.main : () -> () */
static void Main_main(snow_cx *cx) {
  int64_t limit = 3;
  snow_list xs = snow_list_of(cx, &Int_type, 4, (int64_t const[4]){1, 2, 3, 4});
  snow_list out = snow_list_with_room(cx, &Int_type, (int64_t)xs.len);
  for (int64_t i = 0; i < (int64_t)xs.len; i++) {
    int64_t x = SNOW_AT(int64_t, xs, i);
    int64_t item = snow_mul(x, x);
    out = snow_list_append(cx, &Int_type, out, &item);
  }
  snow_list xs_2 = out;
  snow_list out_2 = snow_nil;
  for (int64_t i_2 = 0; i_2 < (int64_t)xs_2.len; i_2++) {
    int64_t x_2 = SNOW_AT(int64_t, xs_2, i_2);
    if (x_2 > limit) {
      out_2 = snow_list_append(cx, &Int_type, out_2, &x_2);
    }
  }
  snow_list xs_3 = out_2;
  int64_t start = 0;
  int64_t r = 0;
  for (;;) {
    if ((int64_t)xs_3.len != 0) {
      int64_t x_3 = SNOW_AT(int64_t, xs_3, 0);
      snow_list rest = snow_tail(xs_3);
      int64_t sum = start;
      snow_list next_xs = rest;
      xs_3 = next_xs;
      start = snow_add(sum, x_3);
      continue;
    } else {
      r = start;
    }
    break;
  }
  int64_t total = r;
  snow_println(cx, snow_int_to_string(cx, total));
}

