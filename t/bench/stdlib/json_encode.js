'use strict';

function records(n) {
  const out = [];
  let seed = 42;
  for (let id = 0; id < n; id++) {
    seed = seed * 16807 % 2147483647;
    out.push({
      active: seed % 2 === 0,
      id,
      name: `Zoë "${seed % 10000}" O'Hara\\Smith`,
      note: seed % 3 === 0 ? `first line\n\tand line ${seed % 977}` : null,
      score: (2 * (seed % 1000000) + 1) / 8,
      tags: [seed % 7, seed % 1000, seed % 100000],
    });
  }
  return out;
}

const items = records(100000);
const encode = (version) => JSON.stringify({ page: { count: items.length, items }, version });
for (let version = 2; version < 11; version++) console.log(encode(version).endsWith(`,"version":${version}}`));
console.log(encode(1));
