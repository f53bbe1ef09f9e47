/* Main.main : () -> () */
static void Main_main(snow_cx *cx) {
  int64_t t = Main_seconds(cx, 2);
  snow_println(cx, snow_int_to_string(cx, t));
}

/* Main.seconds : (Int) -> Int */
static int64_t Main_seconds(snow_cx *cx, int64_t days) {
  (void)cx;
  return snow_mul(days, 86400);
}

