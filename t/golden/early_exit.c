/* Main.main : () -> () */
static void Main_main(snow_cx *cx) {
  snow_list xs = snow_list_of(cx, &Int_type, 3, (int64_t const[3]){3, 8, 12});
  snow_list xs_2 = xs;
  struct Option_Int r = (struct Option_Int){0};
  for (;;) {
    if ((int64_t)xs_2.len != 0) {
      int64_t x = SNOW_AT(int64_t, xs_2, 0);
      snow_list rest = snow_tail(xs_2);
      if (x > 5) {
        r = (struct Option_Int){.tag = 0, .u.Some.m0 = x};
      } else {
        xs_2 = rest;
        continue;
      }
    } else {
      r = (struct Option_Int){.tag = 1};
    }
    break;
  }
  struct Option_Int big = r;
  snow_list xs_3 = xs;
  bool r_2 = false;
  for (;;) {
    if ((int64_t)xs_3.len != 0) {
      int64_t x_2 = SNOW_AT(int64_t, xs_3, 0);
      snow_list rest_2 = snow_tail(xs_3);
      if (x_2 % 2 == 1) {
        r_2 = true;
      } else {
        xs_3 = rest_2;
        continue;
      }
    } else {
      r_2 = false;
    }
    break;
  }
  bool odd = r_2;
  snow_list out = snow_list_with_room(cx, &String_type, (int64_t)xs.len);
  for (int64_t i = 0; i < (int64_t)xs.len; i++) {
    int64_t x_3 = SNOW_AT(int64_t, xs, i);
    snow_str r_3 = snow_empty;
    if (x_3 > 10) {
      r_3 = &s1;
      goto done_;
    }
    r_3 = &s2;
done_:;
    snow_str item = r_3;
    out = snow_list_append(cx, &String_type, out, &item);
  }
  snow_list sizes = out;
  snow_str s = Option_Int_show(cx, big);
  snow_str s_2 = Display_List_to_string(cx, sizes);
  snow_println(cx, snow_concat(cx, 5, (snow_str const[5]){s, &s3, snow_bool_to_string(odd), &s3, s_2}));
}

/* show of Option<Int> */
static snow_str Option_Int_show(snow_cx *cx, struct Option_Int a) {
  switch (a.tag) {
  case 0: {
    return snow_concat(cx, 3, (snow_str const[3]){&s4, snow_int_to_string(cx, a.u.Some.m0), &s5});
    break;
  }
  default: {
    return &s6;
    break;
  }
  }
}

/* Prelude.to_string : (List<String>) -> String */
static snow_str Display_List_to_string(snow_cx *cx, snow_list self) {
  snow_list out = snow_list_with_room(cx, &String_type, (int64_t)self.len);
  for (int64_t i = 0; i < (int64_t)self.len; i++) {
    snow_str x = SNOW_AT(snow_str, self, i);
    out = snow_list_append(cx, &String_type, out, &x);
  }
  snow_str t = snow_string_join(cx, out, &s7);
  return snow_concat(cx, 3, (snow_str const[3]){&s8, t, &s9});
}

