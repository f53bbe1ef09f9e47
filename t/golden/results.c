/* Main.main : () -> () */
static void Main_main(snow_cx *cx) {
  struct Result_Int_String t = Main_quarter(cx, 12);
  snow_str s = Result_Int_String_show(cx, t);
  struct Result_Int_String t_2 = Main_quarter(cx, 6);
  snow_str s_2 = Result_Int_String_show(cx, t_2);
  snow_println(cx, snow_concat(cx, 3, (snow_str const[3]){s, &s1, s_2}));
}

/* Main.quarter : (Int) -> Result<Int, String> */
static struct Result_Int_String Main_quarter(snow_cx *cx, int64_t n) {
  struct Result_Int_String t = Main_half(cx, n);
  if (t.tag == 1) {
    return (struct Result_Int_String){.tag = 1, .u.Err.m0 = t.u.Err.m0};
  }
  int64_t h = t.u.Ok.m0;
  return Main_half(cx, h);
}

/* show of Result<Int, String> */
static snow_str Result_Int_String_show(snow_cx *cx, struct Result_Int_String a) {
  switch (a.tag) {
  case 0: {
    return snow_concat(cx, 3, (snow_str const[3]){&s2, snow_int_to_string(cx, a.u.Ok.m0), &s3});
    break;
  }
  default: {
    return snow_concat(cx, 3, (snow_str const[3]){&s4, a.u.Err.m0, &s3});
    break;
  }
  }
}

/* Main.half : (Int) -> Result<Int, String> */
static struct Result_Int_String Main_half(snow_cx *cx, int64_t n) {
  (void)cx;
  if (n % 2 == 0) {
    return (struct Result_Int_String){.tag = 0, .u.Ok.m0 = n / 2};
  } else {
    return (struct Result_Int_String){.tag = 1, .u.Err.m0 = &s5};
  }
}

