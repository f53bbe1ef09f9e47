/* Values that carry their type. */
#include "rt.h"

static const uint32_t any_map[] = {offsetof(snow_any, value)};
static const snow_layout any_layout = {SNOW_RECORD, 0, sizeof(snow_any), 1, 0, 0, 0, any_map, "Any"};

const snow_any *snow_any_box(snow_cx *cx, const snow_type *t, const void *value) {
  snow_buf *b = NULL;
  if (t->size) {
    b = snow_buf_new(cx, t->array, 1, t->size);
    memcpy(b + 1, value, t->size);
    b->hi = 1;
  }
  snow_any *any = snow_alloc(cx, &any_layout, sizeof *any);
  any->type = t;
  any->value = b;
  return any;
}

bool snow_any_fits(snow_cx *cx, const snow_type *t, const void *value, const snow_any *any) {
  (void)cx;
  (void)value;
  return any->type == t;
}

void snow_any_unbox(snow_cx *cx, const snow_type *t, const snow_any *any, void *out) {
  if (any->type != t) snow_panic(cx, NULL, "the arguments are of other types than the start function's");
  if (t->size) memcpy(out, any->value + 1, t->size);
}
