'use strict';

const text = require('fs').readFileSync('records.json', 'utf8');
for (let i = 0; i < 5; i++) console.log(JSON.stringify(JSON.parse(text)) === text.trim());
