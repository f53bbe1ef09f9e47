#include <math.h>
#include <stdio.h>

#define N 1000

static double entry(int i, int j) { return 1.0 / ((i + j) * (i + j + 1) / 2 + i + 1); }

static void times(const double *v, double *out) {
  for (int i = 0; i < N; i++) {
    double sum = 0;
    for (int j = 0; j < N; j++) sum += entry(i, j) * v[j];
    out[i] = sum;
  }
}

static void times_transposed(const double *v, double *out) {
  for (int i = 0; i < N; i++) {
    double sum = 0;
    for (int j = 0; j < N; j++) sum += entry(j, i) * v[j];
    out[i] = sum;
  }
}

int main(void) {
  static double u[N], v[N], t[N];
  for (int i = 0; i < N; i++) u[i] = 1;
  for (int turn = 0; turn < 10; turn++) {
    times(u, t);
    times_transposed(t, v);
    if (turn == 9) break;
    times(v, t);
    times_transposed(t, u);
  }
  double uv = 0, vv = 0;
  for (int i = 0; i < N; i++) {
    uv += u[i] * v[i];
    vv += v[i] * v[i];
  }
  printf("%lld\n", (long long)(sqrt(uv / vv) * 1e9));
  return 0;
}
