/* Main.main : () -> () */
static void Main_main(snow_cx *cx) {
  struct Main_Point t = Main_sum(cx, snow_list_of(cx, &Main_Point_type, 2, (struct Main_Point const[2]){(struct Main_Point){1, 2}, (struct Main_Point){3, 4}}), (struct Main_Point){0, 0});
  snow_str s = Main_Point_show(cx, t);
  double t_2 = Main_sum_2(cx, snow_list_of(cx, &Float_type, 2, (double const[2]){1.5, 2.0}), 0.0);
  snow_println(cx, snow_concat(cx, 3, (snow_str const[3]){s, &s1, snow_float_to_string(cx, t_2)}));
}

/* Main.sum : (List<Point>, Point) -> Point */
static struct Main_Point Main_sum(snow_cx *cx, snow_list xs, struct Main_Point start) {
  snow_list xs_2 = xs;
  struct Main_Point start_2 = start;
  for (;;) {
    if ((int64_t)xs_2.len != 0) {
      struct Main_Point x = SNOW_AT(struct Main_Point, xs_2, 0);
      snow_list rest = snow_tail(xs_2);
      struct Main_Point a = start_2;
      struct Main_Point t = Add_Point_add(cx, a, x);
      snow_list next_xs = rest;
      xs_2 = next_xs;
      start_2 = t;
      continue;
    } else {
      return start_2;
    }
  }
}

/* show of Point */
static snow_str Main_Point_show(snow_cx *cx, struct Main_Point a) {
  return snow_concat(cx, 6, (snow_str const[6]){&s2, &s3, snow_int_to_string(cx, a.m_x), &s4, snow_int_to_string(cx, a.m_y), &s5});
}

/* Main.sum : (List<Float>, Float) -> Float */
static double Main_sum_2(snow_cx *cx, snow_list xs, double start) {
  (void)cx;
  snow_list xs_2 = xs;
  double start_2 = start;
  for (;;) {
    if ((int64_t)xs_2.len != 0) {
      double x = SNOW_AT(double, xs_2, 0);
      snow_list rest = snow_tail(xs_2);
      double a = start_2;
      snow_list next_xs = rest;
      xs_2 = next_xs;
      start_2 = a + x;
      continue;
    } else {
      return start_2;
    }
  }
}

/* Main.add : (Point, Point) -> Point */
static struct Main_Point Add_Point_add(snow_cx *cx, struct Main_Point self, struct Main_Point other) {
  (void)cx;
  return (struct Main_Point){snow_add(self.m_x, other.m_x), snow_add(self.m_y, other.m_y)};
}

