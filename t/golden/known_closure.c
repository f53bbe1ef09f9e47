/* Main.main : () -> () */
static void Main_main(snow_cx *cx) {
  int64_t k = 10;
  snow_fn add = (snow_fn){(snow_code)Main_main_fn, &(struct Main_main_fn_env){{&Main_main_fn_env_layout}, k}};
  int64_t t = Main_main_fn(cx, add.env, 1);
  int64_t t_2 = Main_twice(cx, add, 1);
  int64_t x = snow_mul(2, k);
  snow_println(cx, snow_concat(cx, 5, (snow_str const[5]){snow_int_to_string(cx, t), &s1, snow_int_to_string(cx, t_2), &s1, snow_int_to_string(cx, snow_mul(x, k))}));
}

/* closure */
static int64_t Main_main_fn(snow_cx *cx, const void *env_, int64_t x) {
  const struct Main_main_fn_env *env = env_;
  (void)cx;
  return snow_add(x, env->m0_k);
}

/* Main.twice : ((Int) -> Int, Int) -> Int */
static int64_t Main_twice(snow_cx *cx, snow_fn f, int64_t x) {
  int64_t t = Main_main_fn(cx, f.env, x);
  return Main_main_fn(cx, f.env, t);
}

