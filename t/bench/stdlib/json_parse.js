'use strict';

const text = require('fs').readFileSync('records.json', 'utf8');

function report({ page: { count, items } }) {
  let active = 0, ids = 0, notes = 0, score = 0, tags = 0;
  for (const r of items) {
    if (r.active) active++;
    ids += r.id;
    if (r.note !== null) notes++;
    score += r.score;
    for (const tag of r.tags) tags += tag;
  }
  console.log(`${count} ${active} ${ids} ${notes} ${Math.round(score * 100)} ${tags} ${items[items.length - 1].name}`);
}

for (let i = 0; i < 5; i++) report(JSON.parse(text));
