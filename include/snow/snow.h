/* <snow/snow.h>: what generated C is written against.
 *
 * Generated code passes its context (`cx`, the running actor) to every function and reaches heap, stack limit and
 * runtime through it; it touches no thread-local storage. Values: Int int64_t, Float double, Bool bool, String
 * snow_str, List snow_list, functions snow_fn; the rest is declared by the generated file itself.
 */
#ifndef SNOW_SNOW_H
#define SNOW_SNOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Generated C, this header and the library must agree on this number. */
#define SNOW_ABI 3

#if defined(__GNUC__)
#define SNOW_COLD __attribute__((cold, noinline))
#define SNOW_NORETURN __attribute__((noreturn))
#define SNOW_UNLIKELY(x) __builtin_expect(!!(x), 0)
#else
#define SNOW_COLD
#define SNOW_NORETURN
#define SNOW_UNLIKELY(x) (x)
#endif

#define SNOW_INFINITY (1e300 * 1e300)
#define SNOW_NAN snow_nan()

/* ---- objects and types ---- */

/* What an object is, for the collector. */
enum {
  SNOW_RECORD, /* size bytes with pointers at the listed offsets */
  SNOW_ARRAY,  /* a snow_buf; size and offsets are those of one element */
  SNOW_TEXT,   /* a snow_string with its bytes behind it */
  SNOW_BYTES,  /* a snow_buf of bytes */
  SNOW_STATIC  /* not in any heap */
};

/* Layout of a kind of heap object, static in the generated file. map holds, one after the other, the offsets of
 * n_pointers pointers to objects (or NULL), of n_lists lists, of n_foreign pointers that may lead out of the heap, and
 * n_cases words of unions, each as {offset, SNOW_CASE_…, n, n × (offset of a uint32_t, value it must have)}. */
typedef struct snow_layout {
  uint16_t kind, tag;
  uint32_t size;
  uint16_t n_pointers, n_lists, n_foreign, n_cases;
  const uint32_t *map;
  const char *name;
} snow_layout;

enum { SNOW_CASE_POINTER, SNOW_CASE_LIST, SNOW_CASE_FOREIGN };

/* Every heap object begins with one of these. */
typedef struct snow_object {
  const snow_layout *layout;
} snow_object;

typedef struct snow_cx snow_cx;
typedef uint64_t snow_pid;

/* An immutable UTF-8 text; a NUL follows the last byte of those that were not made by slicing. */
typedef struct snow_string {
  snow_object h;
  uint32_t len;   /* bytes */
  uint32_t chars; /* code points, or SNOW_UNCOUNTED */
  const char *data;
  const snow_object *owner; /* what keeps data alive where it is not behind this object */
} snow_string;
typedef const snow_string *snow_str;
#define SNOW_UNCOUNTED UINT32_MAX

extern const snow_layout snow_static_string;
extern const snow_str snow_empty;
#define SNOW_LITERAL(bytes, points, text) \
  { {&snow_static_string}, bytes, points, text, NULL }

/* A growable array; elements follow. Only slots outside lo..hi are ever written, by whoever owns that end. */
typedef struct snow_buf {
  snow_object h;
  uint32_t cap, lo, hi;
  uint32_t old; /* survived a collection: storing into it must be noted */
} snow_buf;

/* A list: len elements from slot off of buf. */
typedef struct snow_list {
  snow_buf *buf;
  uint32_t off, len;
} snow_list;

typedef void (*snow_code)(void);
/* A function value; code is called with env as its second argument. */
typedef struct snow_fn {
  snow_code code;
  const void *env;
} snow_fn;

/* A place in Snow source, for messages. */
typedef struct snow_site {
  const char *file;
  int line;
} snow_site;

enum {
  SNOW_UNIT,
  SNOW_INT,
  SNOW_FLOAT,
  SNOW_BOOL,
  SNOW_STRING,
  SNOW_OTHER,
  SNOW_ANY,
  SNOW_TUPLE /* + its number of elements */
};

/* A type as containers see it: how its values are stored and what can be done with them. Operations that no function
 * of the program asks for are NULL. */
typedef struct snow_type {
  int kind;
  uint32_t size;
  const snow_layout *array;
  const void *zero; /* its natural empty value, or NULL */
  bool (*eq)(snow_cx *, const void *, const void *);
  int64_t (*compare)(snow_cx *, const void *, const void *);
  int64_t (*hash)(snow_cx *, const void *);
  snow_str (*show)(snow_cx *, const void *);
  const char *name;
} snow_type;

extern const snow_layout snow_unit_array;
extern const unsigned char snow_zeros[64];

/* ---- the context ---- */

/* The part of an actor that generated code uses. */
struct snow_cx {
  char *free, *end; /* bump allocation */
  char *limit;      /* lowest address the stack may reach before it grows */
  struct snow_heap *heap;
  struct snow_stack *stack;
  struct snow_lib *lib; /* set where a C program calls in */
  struct snow_process *self;
  int preempt; /* another process should have its turn */
  /* set by the process layer: ends a process that panicked, whole text and message given; memory that holds values */
  void (*panicked)(snow_cx *cx, const char *text, const char *message);
  void (*roots)(snow_cx *cx, void *marker);
  struct snow_mem *mem;       /* of the thread it runs on */
  struct snow_worker *worker; /* that thread */
  uint64_t random[4];         /* state of the generator; all zero: not seeded */
};

/* Allocation when the current run is used up: finds another, or collects. Ends the program when memory is gone. */
void *snow_alloc_slow(snow_cx *cx, const snow_layout *layout, size_t size);

/* A new object of size bytes. The caller fills every field before it allocates again. */
static inline void *snow_alloc(snow_cx *cx, const snow_layout *layout, size_t size) {
  char *p = cx->free;
  size = (size + 7) & ~(size_t)7;
  if (SNOW_UNLIKELY(size > (size_t)(cx->end - p))) return snow_alloc_slow(cx, layout, size);
  cx->free = p + size;
  ((snow_object *)(void *)p)->layout = layout;
  return p;
}

/* Runs run(cx, args) on a fresh stack segment and comes back. Past the limit it panics with "stack overflow" at the
 * function named by at. */
void snow_grow(snow_cx *cx, const snow_site *at, void (*run)(snow_cx *, void *), void *args);

#if defined(__GCC_ASM_FLAG_OUTPUTS__) && defined(__x86_64__) && !defined(__ILP32__)
/* One compare and one branch, no register; the monitor's writes to limit are seen whenever. */
static inline bool snow_stack_is_low(const snow_cx *cx) {
  bool low;
  __asm__("cmp %1, %%rsp" : "=@ccb"(low) : "m"(cx->limit));
  return low;
}
#define SNOW_STACK_LOW(cx) SNOW_UNLIKELY(snow_stack_is_low(cx))
#elif defined(__GNUC__) && defined(__aarch64__)
static inline char *snow_sp(void) {
  char *sp;
  __asm__("mov %0, sp" : "=r"(sp));
  return sp;
}
#define SNOW_STACK_LOW(cx) SNOW_UNLIKELY(snow_sp() < __atomic_load_n(&(cx)->limit, __ATOMIC_RELAXED))
#elif defined(__GNUC__)
#define SNOW_STACK_LOW(cx) \
  SNOW_UNLIKELY((char *)__builtin_frame_address(0) < __atomic_load_n(&(cx)->limit, __ATOMIC_RELAXED))
#else
int snow_stack_low(snow_cx *cx);
#define SNOW_STACK_LOW(cx) snow_stack_low(cx)
#endif

/* Ends the program (later: the actor) with `Snow panic at FILE:LINE: MESSAGE`. */
SNOW_NORETURN void snow_panic(snow_cx *cx, const snow_site *at, const char *message);
SNOW_NORETURN void snow_panic_string(snow_cx *cx, const snow_site *at, snow_str message);

/* ---- processes ---- */

/* Starts a process that runs body(); name is a literal, for reports. */
snow_pid snow_spawn(snow_cx *cx, snow_fn body, snow_str name);
/* What the running process calls when it ends, unless it is killed. */
void snow_terminate_with(snow_cx *cx, snow_fn end);
snow_pid snow_self(snow_cx *cx);
/* Lets another process run. */
void snow_yield(snow_cx *cx);
/* In loops of programs with processes. */
#if defined(__GNUC__)
#define SNOW_POLL(cx) \
  if (SNOW_UNLIKELY(__atomic_load_n(&(cx)->preempt, __ATOMIC_RELAXED))) snow_yield(cx)
#else
#define SNOW_POLL(cx) \
  if ((cx)->preempt) snow_yield(cx)
#endif
/* Links the running process with another: when one crashes, so does the other. */
void snow_link(snow_cx *cx, snow_pid pid);
/* The top-level values are there: other processes may read them. */
void snow_settle(snow_cx *cx);
/* Sends a copy of *message, a value of type t. Nothing happens when there is no such process. */
void snow_send(snow_cx *cx, snow_pid to, const snow_type *t, const void *message);
/* A receive: begins a scan of the mailbox that waits at most ms milliseconds, for ever when negative; */
void snow_receive_start(snow_cx *cx, const snow_site *at, int64_t ms);
/* stores the next message, of type t (or a snow_any of it), and gives 1; or, when wanted, gives 2 for a notice, of
 * which snow_receive_signal then tells; 0 when the time is over; */
int64_t snow_receive_next(snow_cx *cx, const snow_type *t, void *message, bool signals);
void snow_receive_signal(snow_cx *cx);
/* takes that message out of the mailbox and ends the scan. */
void snow_receive_take(snow_cx *cx);

/* ---- for C functions that Snow calls ---- */

/* Runs fn(arg) where it may block, on another thread, while only the calling process waits. fn must not touch cx. */
void snow_blocking(snow_cx *cx, void (*fn)(void *arg), void *arg);

enum { SNOW_READABLE = 1, SNOW_WRITABLE = 2 };
/* Suspends the process until a descriptor can be read or written (or has failed: then it is said to be both), at most
 * ms milliseconds, for ever when negative. Gives what of `events` is the case, 0 when the time is over, -1 for a
 * descriptor that is not open. One process at a time may wait for a descriptor. */
int snow_wait(snow_cx *cx, int fd, int events, int64_t ms);

/* ---- what the library's modules Process, Service, Supervisor, Job and Timer are made of ---- */

void snow_sleep(snow_cx *cx, int64_t ms);
/* Sends a message after at least ms milliseconds; a number by which it can be cancelled. */
int64_t snow_timer_send(snow_cx *cx, const snow_type *t, snow_pid to, int64_t ms, const void *message);
bool snow_timer_cancel(snow_cx *cx, int64_t id);

snow_pid snow_pid_of(snow_cx *cx, int64_t number);
int64_t snow_pid_number(snow_cx *cx, snow_pid pid);
bool snow_process_alive(snow_cx *cx, snow_pid pid);
void snow_process_kill(snow_cx *cx, snow_pid pid);
void snow_process_unlink(snow_cx *cx, snow_pid pid);
/* Whether exits of linked processes come as notices; gives what was. */
bool snow_process_trap(snow_cx *cx, bool on);
int64_t snow_process_monitor(snow_cx *cx, snow_pid pid);
int64_t snow_process_demonitor(snow_cx *cx, int64_t ref);
snow_list snow_process_list(snow_cx *cx);
snow_str snow_process_name_of(snow_cx *cx, snow_pid pid);
snow_str snow_process_state_of(snow_cx *cx, snow_pid pid);
snow_str snow_process_place_of(snow_cx *cx, snow_pid pid);
int64_t snow_process_number_of(snow_cx *cx, snow_pid pid, int64_t what);
/* Names, of this program or global: 0, or why not: 1 empty, 2 taken, 3 no such process. */
int64_t snow_name_register(snow_cx *cx, snow_str name, snow_pid pid, bool global);
snow_pid snow_name_lookup(snow_cx *cx, snow_str name, bool global);
bool snow_name_unregister(snow_cx *cx, snow_str name, bool global);

/* Reasons to end, built from the inside out; then sent, or taken for one's own. */
void snow_reason_build(snow_cx *cx, int64_t end, snow_pid pid, snow_str text);
void snow_process_exit(snow_cx *cx, snow_pid pid);
void snow_process_quit(snow_cx *cx);
/* The last notice or reply: its kind, sender and reference; its reason, `depth` levels in. */
int64_t snow_answer_kind(snow_cx *cx);
snow_pid snow_answer_from(snow_cx *cx);
int64_t snow_answer_ref(snow_cx *cx);
int64_t snow_answer_end(snow_cx *cx, int64_t depth);
snow_pid snow_answer_linked(snow_cx *cx, int64_t depth);
snow_str snow_answer_text(snow_cx *cx, int64_t depth);
snow_str snow_answer_message(snow_cx *cx);

/* Requests: a call waits for the reply, true, or that there will be none. */
bool snow_request_call(snow_cx *cx, const snow_type *t, snow_pid to, const void *request);
void snow_request_cast(snow_cx *cx, const snow_type *t, snow_pid to, const void *request);
/* The value of the reply; panics when it is of another type. */
void snow_answer_value(snow_cx *cx, const snow_type *t, void *out);
/* The other side. */
void snow_service_next(snow_cx *cx, const snow_type *t, void *out);
void snow_service_reply(snow_cx *cx, const snow_type *t, const void *value);
/* 1 when a request is next, 2 for a notice of an exit, which is taken. */
int64_t snow_service_event(snow_cx *cx);
void snow_process_supervises(snow_cx *cx, snow_str name);
snow_pid snow_supervisor_parent(snow_cx *cx);
bool snow_supervisor_is(snow_cx *cx, snow_pid pid);
bool snow_supervisor_await_exit(snow_cx *cx, snow_pid pid, int64_t ms);
int64_t snow_time_ms(snow_cx *cx);
/* Of a clock that never goes back; with a seed it is the virtual one. */
int64_t snow_clock_ns(snow_cx *cx);
void snow_report_failed(snow_cx *cx, snow_str why);

/* Jobs: processes whose value or failure their parent awaits. What an adopting one spawns is linked to its parent. */
snow_pid snow_job_spawn(snow_cx *cx, snow_fn body);
snow_pid snow_job_adopting(snow_cx *cx, snow_fn body);
/* 1: the answer is its value; 0: the time is over; -1: it failed, the answer tells why; -2: no job of ours. */
int64_t snow_job_await(snow_cx *cx, snow_pid job, int64_t ms);

/* ---- numbers ---- */

/* Int wraps modulo 2^64. */
static inline int64_t snow_add(int64_t a, int64_t b) { return (int64_t)((uint64_t)a + (uint64_t)b); }
static inline int64_t snow_sub(int64_t a, int64_t b) { return (int64_t)((uint64_t)a - (uint64_t)b); }
static inline int64_t snow_mul(int64_t a, int64_t b) { return (int64_t)((uint64_t)a * (uint64_t)b); }
static inline int64_t snow_neg(int64_t a) { return (int64_t)(0 - (uint64_t)a); }
static inline int64_t snow_div(snow_cx *cx, const snow_site *at, int64_t a, int64_t b) {
  if (SNOW_UNLIKELY(b == 0)) snow_panic(cx, at, "division by zero");
  return b == -1 ? snow_neg(a) : a / b;
}
static inline int64_t snow_mod(snow_cx *cx, const snow_site *at, int64_t a, int64_t b) {
  if (SNOW_UNLIKELY(b == 0)) snow_panic(cx, at, "division by zero");
  return b == -1 ? 0 : a % b;
}
static inline int64_t snow_int_compare(int64_t a, int64_t b) { return (a > b) - (a < b); }
static inline uint32_t snow_ordering(int64_t c) { return c < 0 ? 0u : c > 0 ? 2u : 1u; }
/* -1, 0 or 1 of an Ordering. */
static inline int64_t snow_order_of(uint32_t ordering) { return (int64_t)ordering - 1; }
static inline double snow_int_to_float(snow_cx *cx, int64_t n) {
  (void)cx;
  return (double)n;
}
double snow_nan(void);
double snow_fmod(double a, double b);
int64_t snow_float_compare(double a, double b); /* total order, NaN last */
int64_t snow_float_order(snow_cx *cx, double a, double b);
int64_t snow_float_to_int(snow_cx *cx, double x);
double snow_float_abs(snow_cx *cx, double x);
double snow_float_min(snow_cx *cx, double a, double b);
double snow_float_max(snow_cx *cx, double a, double b);
double snow_pow(snow_cx *cx, double x, double y);
double snow_sqrt(snow_cx *cx, double x);
int64_t snow_floor(snow_cx *cx, double x);
int64_t snow_ceil(snow_cx *cx, double x);
int64_t snow_round(snow_cx *cx, double x);

static inline int64_t snow_int_and(snow_cx *cx, int64_t a, int64_t b) {
  (void)cx;
  return a & b;
}
static inline int64_t snow_int_or(snow_cx *cx, int64_t a, int64_t b) {
  (void)cx;
  return a | b;
}
static inline int64_t snow_int_xor(snow_cx *cx, int64_t a, int64_t b) {
  (void)cx;
  return a ^ b;
}
/* Shifts by 64 and more move everything out; by less than 0, nothing is moved. */
static inline int64_t snow_int_shift_left(snow_cx *cx, int64_t a, int64_t n) {
  (void)cx;
  return n <= 0 ? a : n > 63 ? 0 : (int64_t)((uint64_t)a << n);
}
static inline int64_t snow_int_shift_right(snow_cx *cx, int64_t a, int64_t n) {
  (void)cx;
  if (n <= 0) return a;
  if (n > 63) n = 63;
  return a < 0 ? ~(~a >> n) : a >> n;
}
static inline int64_t snow_int_shift_right_zero(snow_cx *cx, int64_t a, int64_t n) {
  (void)cx;
  return n <= 0 ? a : n > 63 ? 0 : (int64_t)((uint64_t)a >> n);
}
int64_t snow_int_ones(snow_cx *cx, int64_t n);
int64_t snow_int_leading_zeros(snow_cx *cx, int64_t n);
int64_t snow_int_trailing_zeros(snow_cx *cx, int64_t n);
bool snow_int_mul_overflows(snow_cx *cx, int64_t a, int64_t b);
int64_t snow_float_bits(snow_cx *cx, double x);
double snow_float_of_bits(snow_cx *cx, int64_t bits);
double snow_math_sin(snow_cx *cx, double x);
double snow_math_cos(snow_cx *cx, double x);
double snow_math_tan(snow_cx *cx, double x);
double snow_math_asin(snow_cx *cx, double x);
double snow_math_acos(snow_cx *cx, double x);
double snow_math_atan(snow_cx *cx, double x);
double snow_math_atan2(snow_cx *cx, double y, double x);
double snow_math_sinh(snow_cx *cx, double x);
double snow_math_cosh(snow_cx *cx, double x);
double snow_math_tanh(snow_cx *cx, double x);
double snow_math_exp(snow_cx *cx, double x);
double snow_math_log(snow_cx *cx, double x);
double snow_math_log2(snow_cx *cx, double x);
double snow_math_log10(snow_cx *cx, double x);
double snow_math_cbrt(snow_cx *cx, double x);
double snow_math_hypot(snow_cx *cx, double x, double y);
double snow_math_floor(snow_cx *cx, double x);
double snow_math_ceil(snow_cx *cx, double x);
double snow_math_round(snow_cx *cx, double x);
double snow_math_trunc(snow_cx *cx, double x);

/* Random numbers of this process: xoshiro256++ (Blackman and Vigna 2018), seeded at the first use. */
void snow_random_seed(snow_cx *cx, int64_t seed);
int64_t snow_random_bits(snow_cx *cx);

/* ---- hashing: FNV-1a 64, values are visible to programs ---- */

int64_t snow_hash_start(void);
int64_t snow_hash_combine(int64_t h, int64_t next);
int64_t snow_hash_int(int64_t n);
int64_t snow_hash_float(double x);
int64_t snow_hash_bool(bool b);
int64_t snow_hash_string(snow_str s);
int64_t snow_hash_seed(snow_cx *cx);
int64_t snow_int_hash(snow_cx *cx, int64_t n);
int64_t snow_float_hash(snow_cx *cx, double x);
int64_t snow_bool_hash(snow_cx *cx, bool b);
int64_t snow_string_hash(snow_cx *cx, snow_str s);

/* ---- strings ---- */

bool snow_string_eq(snow_str a, snow_str b);
int64_t snow_string_compare(snow_str a, snow_str b);
int64_t snow_string_order(snow_cx *cx, snow_str a, snow_str b);
snow_str snow_string_concat(snow_cx *cx, snow_str a, snow_str b);
snow_str snow_concat(snow_cx *cx, int n, snow_str const *parts);
/* Copies len bytes of valid UTF-8. */
snow_str snow_string_new(snow_cx *cx, const char *bytes, size_t len);
snow_str snow_int_to_string(snow_cx *cx, int64_t n);
snow_str snow_float_to_string(snow_cx *cx, double x);
snow_str snow_pid_to_string(snow_cx *cx, snow_pid p);
snow_str snow_bool_to_string(bool b);
int64_t snow_string_length(snow_cx *cx, snow_str s);
snow_str snow_string_slice(snow_cx *cx, snow_str s, int64_t start, int64_t stop);
bool snow_string_contains(snow_cx *cx, snow_str s, snow_str part);
bool snow_string_starts_with(snow_cx *cx, snow_str s, snow_str prefix);
bool snow_string_ends_with(snow_cx *cx, snow_str s, snow_str suffix);
snow_str snow_string_trim(snow_cx *cx, snow_str s);
snow_str snow_string_to_upper(snow_cx *cx, snow_str s);
snow_str snow_string_to_lower(snow_cx *cx, snow_str s);
snow_str snow_string_replace(snow_cx *cx, snow_str s, snow_str old_text, snow_str new_text);
snow_list snow_string_split(snow_cx *cx, snow_str s, snow_str delimiter);
snow_str snow_string_join(snow_cx *cx, snow_list parts, snow_str separator);
bool snow_string_is_int(snow_cx *cx, snow_str s);
int64_t snow_string_int_value(snow_cx *cx, snow_str s);
bool snow_string_is_float(snow_cx *cx, snow_str s);
double snow_string_float_value(snow_cx *cx, snow_str s);

/* More of modules String, Int and Float; what they do stands there. */
int64_t snow_text_byte_length(snow_cx *cx, snow_str s);
snow_list snow_text_chars(snow_cx *cx, snow_str s);
snow_list snow_text_codepoints(snow_cx *cx, snow_str s);
snow_list snow_text_bytes(snow_cx *cx, snow_str s);
bool snow_text_is_bytes(snow_cx *cx, snow_list xs);
snow_str snow_text_of_bytes(snow_cx *cx, snow_list xs);
bool snow_text_is_codepoints(snow_cx *cx, snow_list xs);
snow_str snow_text_of_codepoints(snow_cx *cx, snow_list xs);
int64_t snow_text_index(snow_cx *cx, snow_str s, snow_str part);
int64_t snow_text_last_index(snow_cx *cx, snow_str s, snow_str part);
int64_t snow_text_count(snow_cx *cx, snow_str s, snow_str part);
int64_t snow_text_find(snow_cx *cx, snow_str s, snow_str part, int64_t from);
snow_str snow_text_cut(snow_cx *cx, snow_str s, int64_t from, int64_t to);
snow_str snow_text_repeat(snow_cx *cx, snow_str s, int64_t n);
snow_str snow_text_reverse(snow_cx *cx, snow_str s);
snow_str snow_text_trim(snow_cx *cx, snow_str s, bool front, bool back);
snow_list snow_text_words(snow_cx *cx, snow_str s);
snow_list snow_text_lines(snow_cx *cx, snow_str s);
snow_str snow_text_of_int(snow_cx *cx, int64_t n, int64_t base);
bool snow_text_is_int(snow_cx *cx, snow_str s, int64_t base);
int64_t snow_text_int(snow_cx *cx, snow_str s, int64_t base);
snow_str snow_text_of_float(snow_cx *cx, double x, int64_t decimals);

snow_str snow_base64_encode(snow_cx *cx, snow_list bytes, snow_str alphabet, bool pad);
bool snow_base64_valid(snow_cx *cx, snow_str text, snow_str alphabet);
snow_list snow_base64_decode(snow_cx *cx, snow_str text, snow_str alphabet);
snow_str snow_hex_encode(snow_cx *cx, snow_list bytes);
bool snow_hex_valid(snow_cx *cx, snow_str text);
snow_list snow_hex_decode(snow_cx *cx, snow_str text);

/* ---- lists ---- */

#define snow_nil ((snow_list){NULL, 0, 0})
/* Element i of a list of type T; i is in range. */
#define SNOW_AT(T, xs, i) (((T const *)(const void *)((xs).buf + 1))[(xs).off + (size_t)(i)])

snow_list snow_list_append_slow(snow_cx *cx, const snow_type *t, snow_list xs, const void *x);
SNOW_NORETURN void snow_index_panic(snow_cx *cx, const snow_site *at, int64_t index, int64_t len);
/* An empty list with room for up to n elements, of which a million are taken at the word; and for exactly n. */
snow_list snow_list_reserve(snow_cx *cx, const snow_type *t, int64_t n);
snow_list snow_list_with_room(snow_cx *cx, const snow_type *t, int64_t n);
snow_list snow_list_of(snow_cx *cx, const snow_type *t, int n, const void *elements);
snow_list snow_list_concat(snow_cx *cx, const snow_type *t, snow_list xs, snow_list ys);
/* x before xs; amortised constant, as append is. */
snow_list snow_list_prepend(snow_cx *cx, const snow_type *t, snow_list xs, const void *x);
snow_list snow_list_reverse(snow_cx *cx, const snow_type *t, snow_list xs);

static inline snow_list snow_tail(snow_list xs) {
  xs.off++;
  xs.len--;
  return xs;
}

static inline snow_list snow_list_count(snow_list xs) {
  xs.len++;
  return xs;
}

/* Appends *x: in place when xs owns the end of its buffer, else to a copy. */
static inline snow_list snow_list_append(snow_cx *cx, const snow_type *t, snow_list xs, const void *x) {
  snow_buf *b = xs.buf;
  if (b == NULL || xs.off + xs.len != b->hi || b->hi == b->cap || b->old) return snow_list_append_slow(cx, t, xs, x);
  memcpy((char *)(b + 1) + (size_t)b->hi * t->size, x, t->size);
  b->hi++;
  xs.len++;
  return xs;
}

static inline snow_list snow_list_append_to(snow_cx *cx, const snow_type *t, snow_list xs, const void *x) {
  return t->size ? snow_list_append(cx, t, xs, x) : snow_list_count(xs);
}

static inline int64_t snow_list_length(snow_cx *cx, const snow_type *t, snow_list xs) {
  (void)cx;
  (void)t;
  return (int64_t)xs.len;
}

static inline void snow_list_element(snow_cx *cx, const snow_site *at, const snow_type *t, snow_list xs, int64_t i,
                                     void *out) {
  if (SNOW_UNLIKELY((uint64_t)i >= xs.len)) snow_index_panic(cx, at, i, (int64_t)xs.len);
  if (t->size) memcpy(out, (const char *)(xs.buf + 1) + ((size_t)xs.off + (size_t)i) * t->size, t->size);
}

static inline snow_list snow_list_slice(snow_cx *cx, const snow_type *t, snow_list xs, int64_t from, int64_t count) {
  (void)cx;
  (void)t;
  if (from < 0) from = 0;
  if (from > (int64_t)xs.len) from = (int64_t)xs.len;
  if (count < 0) count = 0;
  if (count > (int64_t)xs.len - from) count = (int64_t)xs.len - from;
  xs.off += (uint32_t)from;
  xs.len = (uint32_t)count;
  return xs;
}

/* What List.sort works with: a list of its own, which alone may be changed, before anybody else gets to know it. What
 * is put into it is an element of the same list, of which the collector knows already. */
snow_list snow_list_copied(snow_cx *cx, const snow_type *t, snow_list xs);
void snow_list_copy_range(snow_cx *cx, const snow_type *t, snow_list from, int64_t start, int64_t stop, snow_list to,
                          int64_t at);
static inline void snow_list_put(snow_cx *cx, const snow_type *t, snow_list xs, int64_t i, const void *x) {
  (void)cx;
  if (t->size) memcpy((char *)(xs.buf + 1) + (size_t)i * t->size, x, t->size);
}
/* gcc drops calls of functions that do nothing but this. */
#if defined(__GNUC__)
__attribute__((always_inline))
#endif
static inline void
snow_list_prefetch(snow_cx *cx, const snow_type *t, snow_list xs, int64_t i) {
  (void)cx;
#if defined(__GNUC__)
  if (t->array->n_pointers && t->array->map[0] == 0 && i < (int64_t)xs.len) {
    const char *object = *(const char *const *)(const void *)((const char *)(xs.buf + 1) + (size_t)i * t->size);
    __builtin_prefetch(object);
    __builtin_prefetch((const void *)((uintptr_t)object + 48)); /* a text may lie in two cache lines */
  }
#else
  (void)t;
  (void)xs;
  (void)i;
#endif
}

/* ---- tuples ---- */

int64_t snow_tuple_index(snow_cx *cx, const snow_site *at, int64_t index, int64_t n);
static inline int64_t snow_tuple_size(snow_cx *cx, const snow_type *t, const void *tuple) {
  (void)cx;
  (void)tuple;
  return t->kind - SNOW_TUPLE;
}

/* ---- maps ---- */

typedef struct snow_map snow_map;

/* The visible hash of *x, a value of type t with the operations of a key. */
int64_t snow_hash_value(snow_cx *cx, const snow_type *t, const void *x);
const snow_map *snow_map_put(snow_cx *cx, const snow_type *k, const snow_type *v, const snow_map *m, const void *key,
                             const void *value);
const snow_map *snow_map_delete(snow_cx *cx, const snow_type *k, const snow_type *v, const snow_map *m,
                                const void *key);
int64_t snow_map_slot(snow_cx *cx, const snow_type *k, const snow_type *v, const snow_map *m, const void *key);
void snow_map_value_at(snow_cx *cx, const snow_type *k, const snow_type *v, const snow_map *m, int64_t slot, void *out);
void snow_map_missing(snow_cx *cx, const snow_site *at, const snow_type *v, void *out);
int64_t snow_map_size(snow_cx *cx, const snow_type *k, const snow_type *v, const snow_map *m);
snow_list snow_map_keys(snow_cx *cx, const snow_type *k, const snow_type *v, const snow_map *m);
snow_list snow_map_values(snow_cx *cx, const snow_type *k, const snow_type *v, const snow_map *m);

/* ---- JSON: what the library's module Json is made of ---- */

enum {
  SNOW_JSON_NULL,
  SNOW_JSON_BOOL,
  SNOW_JSON_INT,
  SNOW_JSON_FLOAT,
  SNOW_JSON_STRING,
  SNOW_JSON_ARRAY,
  SNOW_JSON_OBJECT
};

/* Where a value, or a key, is in a text. What a container holds lies between its mark and mark `next`. */
typedef struct snow_json_mark {
  uint8_t kind, escaped;
  uint32_t next;
  union {
    int64_t integer; /* also a bool */
    double number;
    struct {
      uint32_t at, len;
    } span;         /* of a string in the text, without quotes */
    uint64_t count; /* elements or members of a container */
  } is;
} snow_json_mark;

/* A text that was read. */
typedef struct snow_json {
  snow_object h;
  snow_str text, error; /* error is empty if the text is JSON */
  const snow_buf *marks;
} snow_json;

extern const snow_json_mark snow_json_nothing;

/* Mark number `at`, that of null when there is none. */
static inline const snow_json_mark *snow_json_at(const snow_json *doc, int64_t at) {
  if (SNOW_UNLIKELY((uint64_t)at >= doc->marks->hi)) return &snow_json_nothing;
  return (const snow_json_mark *)(const void *)(doc->marks + 1) + at;
}

const snow_json *snow_json_read(snow_cx *cx, snow_str text);
static inline snow_str snow_json_error(snow_cx *cx, const snow_json *doc) {
  (void)cx;
  return doc->error;
}
static inline int64_t snow_json_kind(snow_cx *cx, const snow_json *doc, int64_t at) {
  (void)cx;
  return snow_json_at(doc, at)->kind;
}
/* Of a value that is an int or a bool, a float, a container. */
static inline int64_t snow_json_integer(snow_cx *cx, const snow_json *doc, int64_t at) {
  (void)cx;
  return snow_json_at(doc, at)->is.integer;
}
static inline double snow_json_number(snow_cx *cx, const snow_json *doc, int64_t at) {
  (void)cx;
  return snow_json_at(doc, at)->is.number;
}
static inline int64_t snow_json_count(snow_cx *cx, const snow_json *doc, int64_t at) {
  (void)cx;
  return (int64_t)snow_json_at(doc, at)->is.count;
}
/* The mark behind a value and all it holds. */
static inline int64_t snow_json_next(snow_cx *cx, const snow_json *doc, int64_t at) {
  (void)cx;
  return snow_json_at(doc, at)->next;
}
/* The string at a mark; empty where there is none. */
snow_str snow_json_string(snow_cx *cx, const snow_json *doc, int64_t at);
/* Where an object's value of this key is, the last one of several; -1 when there is none, or no object. */
int64_t snow_json_find(snow_cx *cx, const snow_json *doc, int64_t at, snow_str key);
/* Where an object's keys are, in ascending order of bytes, of equal ones the last. */
snow_list snow_json_members(snow_cx *cx, const snow_json *doc, int64_t at);

/* Text under construction, a list of bytes: with something added. */
snow_list snow_json_put(snow_cx *cx, snow_list out, snow_str text);
snow_list snow_json_put_string(snow_cx *cx, snow_list out, snow_str text);
snow_list snow_json_put_int(snow_cx *cx, snow_list out, int64_t n);
snow_list snow_json_put_float(snow_cx *cx, snow_list out, double x);
snow_str snow_json_text(snow_cx *cx, snow_list out);
/* A JSON text with line feeds and indentation. */
snow_str snow_json_pretty(snow_cx *cx, snow_str text);

/* ---- a value with its type ---- */

typedef struct snow_any {
  snow_object h;
  const snow_type *type;
  const snow_buf *value; /* one element; NULL where values have no size */
} snow_any;

const snow_any *snow_any_box(snow_cx *cx, const snow_type *t, const void *value);
bool snow_any_fits(snow_cx *cx, const snow_type *t, const void *value, const snow_any *any);
/* Panics when it is of another type. */
void snow_any_unbox(snow_cx *cx, const snow_type *t, const snow_any *any, void *out);

/* ---- system ---- */

void snow_println(snow_cx *cx, snow_str s);
void snow_print(snow_cx *cx, snow_str s);
void snow_eprintln(snow_cx *cx, snow_str s);
snow_str snow_io_line(snow_cx *cx);
bool snow_file_read(snow_cx *cx, snow_str path);
bool snow_file_write(snow_cx *cx, snow_str path, snow_str text, bool add);
bool snow_file_delete(snow_cx *cx, snow_str path);
bool snow_file_exists(snow_cx *cx, snow_str path);
snow_str snow_file_outcome(snow_cx *cx);
/* Size, kind (0 other, 1 file, 2 directory, 3 link), time of change in ms and permission bits of a path; the names in a
 * directory; the lines of a file from a byte on, some 64 KB of them or more, "" at its end. Empty, with an outcome,
 * when that fails. */
snow_list snow_file_facts(snow_cx *cx, snow_str path, bool follow);
snow_list snow_file_names(snow_cx *cx, snow_str path);
snow_str snow_file_piece(snow_cx *cx, snow_str path, int64_t offset);
/* op: 0 make a directory, 1 remove an empty one, 2 rename to other, 3 copy to other */
bool snow_file_change(snow_cx *cx, snow_str path, snow_str other, int64_t op);
/* The file has the old text or the new one at every moment, also when the machine stops. */
bool snow_file_replace(snow_cx *cx, snow_str path, snow_str text);
/* 1 and a line, 0 at the end, -1 */
int64_t snow_io_next_line(snow_cx *cx);
bool snow_io_read_all(snow_cx *cx);
void snow_eprint(snow_cx *cx, snow_str s);
/* 0 ms of the wall clock, 1 µs, 2 ns; 3 to 5 the same of a clock that never goes back */
int64_t snow_clock(snow_cx *cx, int64_t which);
snow_list snow_env_args(snow_cx *cx);
snow_list snow_env_names(snow_cx *cx);
bool snow_env_set(snow_cx *cx, snow_str name, snow_str value);
snow_str snow_env_dir(snow_cx *cx);
void snow_env_exit(snow_cx *cx, int64_t status);
bool snow_env_has(snow_cx *cx, snow_str name);
snow_str snow_env_value(snow_cx *cx, snow_str name);

/* ---- start ---- */

/* A variable of the program that may hold heap pointers. */
typedef struct snow_root {
  void *at;
  size_t size;
} snow_root;

/* What `snow2c -g` adds: names for the functions, and the compiler's unwinder (Itanium C++ ABI, level 1). */
typedef struct snow_function {
  snow_code code;
  const char *name, *file;
  int line;
} snow_function;

typedef struct snow_debug {
  const snow_function *functions;
  int n_functions;
  void (*walk)(int (*frame)(void *context, void *arg), void *arg);
  uintptr_t (*start_of)(void *context); /* of the function that a frame is of */
} snow_debug;

typedef struct snow_program {
  int abi;
  void (*start)(snow_cx *);
  const snow_root *roots;
  int n_roots;
  const snow_debug *debug; /* or NULL */
} snow_program;

/* Starts the runtime, runs the program and returns its exit status. */
int snow_main(int argc, char **argv, const snow_program *program);

/* ---- embedding: what `snow2c --lib` is written against ---- */

/* A Snow library in a C program: a heap, a stack and the library's top-level values. Any thread may call; calls of one
 * library wait for one another. */
typedef struct snow_lib snow_lib;

/* Starts the library; its own NAME_open calls this. NULL when there is no memory, the ABI does not fit or a top-level
 * let crashed (with the message on standard error). */
snow_lib *snow_lib_open(const snow_program *program);
/* Frees everything, strings it has returned included. No call may be running. */
void snow_lib_close(snow_lib *lib);
/* The message of the last call that returned false; valid until the next call. */
const char *snow_lib_error(const snow_lib *lib);
/* Runs call(cx, args) in the library; false when it crashed. For generated code. */
bool snow_lib_run(snow_lib *lib, void (*call)(snow_cx *, void *), void *args);
/* A Snow string of a C string, which must be UTF-8 (else the call crashes); within a call. */
snow_str snow_lib_string(snow_cx *cx, const char *s);
/* A C copy of a Snow string, owned by the library and valid until the next call. */
const char *snow_lib_c_string(snow_cx *cx, snow_str s);

#ifdef __cplusplus
}
#endif

#endif
