/* Main.main : () -> () */
static void Main_main(snow_cx *cx) {
  int64_t t = Main_count(cx, 10, 0);
  bool t_2 = Main_even(cx, 10);
  snow_println(cx, snow_concat(cx, 3, (snow_str const[3]){snow_int_to_string(cx, t), &s1, snow_bool_to_string(t_2)}));
}

/* Main.count : (Int, Int) -> Int */
static int64_t Main_count(snow_cx *cx, int64_t a, int64_t acc) {
  (void)cx;
top:;
  if (a == 0) {
    return acc;
  } else {
    {
      int64_t next_a = snow_sub(a, 1);
      int64_t next_acc = snow_add(acc, a);
      a = next_a;
      acc = next_acc;
      goto top;
    }
  }
}

struct Main_even_args {
  bool result;
  int64_t p0;
};
static void Main_even_run(snow_cx *cx, void *p) {
  struct Main_even_args *a = p;
  a->result = Main_even(cx, a->p0);
}
SNOW_COLD static bool Main_even_grow(snow_cx *cx, int64_t p0) {
  struct Main_even_args a;
  a.p0 = p0;
  snow_grow(cx, &at1, Main_even_run, &a);
  return a.result;
}
/* These call one another in tail position: */
static bool Main_even_loop(snow_cx *cx, int entry, int64_t n, int64_t n_2) {
  (void)cx;
  switch (entry) {
  case 1: goto enter_Main_odd;
  default: goto enter_Main_even;
  }
enter_Main_even: {
    if (n == 0) {
      return true;
    } else {
      {
        n_2 = snow_sub(n, 1);
        goto enter_Main_odd;
      }
    }
  }
enter_Main_odd: {
    if (n_2 == 0) {
      return false;
    } else {
      {
        n = snow_sub(n_2, 1);
        goto enter_Main_even;
      }
    }
  }
}

/* Main.even : (Int) -> Bool */
static bool Main_even(snow_cx *cx, int64_t p0) {
  if (SNOW_STACK_LOW(cx)) return Main_even_grow(cx, p0);
  return Main_even_loop(cx, 0, p0, 0);
}

struct Main_odd_args {
  bool result;
  int64_t p0;
};
static void Main_odd_run(snow_cx *cx, void *p) {
  struct Main_odd_args *a = p;
  a->result = Main_odd(cx, a->p0);
}
SNOW_COLD static bool Main_odd_grow(snow_cx *cx, int64_t p0) {
  struct Main_odd_args a;
  a.p0 = p0;
  snow_grow(cx, &at2, Main_odd_run, &a);
  return a.result;
}
/* Main.odd : (Int) -> Bool */
static bool Main_odd(snow_cx *cx, int64_t p0) {
  if (SNOW_STACK_LOW(cx)) return Main_odd_grow(cx, p0);
  return Main_even_loop(cx, 1, 0, p0);
}

