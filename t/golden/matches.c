/* Main.main : () -> () */
static void Main_main(snow_cx *cx) {
  int64_t t = Main_area(cx, (struct Main_Shape){.tag = 2, .u.Box.m0 = 2, .u.Box.m1 = 3}, 4);
  int64_t t_2 = Main_area(cx, (struct Main_Shape){.tag = 0}, 1);
  snow_println(cx, snow_concat(cx, 3, (snow_str const[3]){snow_int_to_string(cx, t), &s1, snow_int_to_string(cx, t_2)}));
}

/* Main.area : (Shape, Int) -> Int */
static int64_t Main_area(snow_cx *cx, struct Main_Shape s, int64_t scale) {
  (void)cx;
  switch (s.tag) {
  case 0: {
    return 0;
    break;
  }
  case 1: {
    if (scale == 0) {
      return 0;
    } else {
      int64_t n = s.u.Line.m0;
      if (n > 100) {
        return scale;
      } else {
        int64_t n_2 = s.u.Line.m0;
        return snow_mul(n_2, scale);
      }
    }
    break;
  }
  default: {
    int64_t w = s.u.Box.m0;
    int64_t h = s.u.Box.m1;
    return snow_mul(snow_mul(w, h), scale);
    break;
  }
  }
}

