/* Main.main : () -> () */
static void Main_main(snow_cx *cx) {
  const struct Main_Tree *t = Main_Tree_Node_new(cx, Main_Tree_Node_new(cx, NULL, 1, NULL), 2, NULL);
  int64_t t_2 = Main_fold(cx, t, 0, (snow_fn){(snow_code)Main_main_fn, NULL});
  snow_println(cx, snow_int_to_string(cx, t_2));
}

/* closure */
static int64_t Main_main_fn(snow_cx *cx, const void *env_, int64_t a, int64_t b) {
  (void)cx;
  (void)env_;
  return snow_add(a, b);
}

struct Main_fold_args {
  int64_t result;
  const struct Main_Tree *p0;
  int64_t p1;
  snow_fn p2;
};
static void Main_fold_run(snow_cx *cx, void *p) {
  struct Main_fold_args *a = p;
  a->result = Main_fold(cx, a->p0, a->p1, a->p2);
}
SNOW_COLD static int64_t Main_fold_grow(snow_cx *cx, const struct Main_Tree *p0, int64_t p1, snow_fn p2) {
  struct Main_fold_args a;
  a.p0 = p0;
  a.p1 = p1;
  a.p2 = p2;
  snow_grow(cx, &at1, Main_fold_run, &a);
  return a.result;
}
/* Main.fold : (Tree, Int, (Int, Int) -> Int) -> Int */
static int64_t Main_fold(snow_cx *cx, const struct Main_Tree *t, int64_t start, snow_fn f) {
  if (SNOW_STACK_LOW(cx)) return Main_fold_grow(cx, t, start, f);
top:;
  if (Main_Tree_tag(t) == 0) {
    return start;
  } else {
    const struct Main_Tree *left = ((const struct Main_Tree_Node *)t)->m0;
    int64_t value = ((const struct Main_Tree_Node *)t)->m1;
    const struct Main_Tree *right = ((const struct Main_Tree_Node *)t)->m2;
    int64_t t_2 = Main_fold(cx, left, start, f);
    int64_t t_3 = Main_main_fn(cx, f.env, t_2, value);
    {
      const struct Main_Tree *next_t = right;
      int64_t next_start = t_3;
      t = next_t;
      start = next_start;
      goto top;
    }
  }
}

