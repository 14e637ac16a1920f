import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Shard } from '../../../src/core/page/viewer-data.ts';
import { matchingRows } from '../../../src/page/viewer/rows.ts';
import { createRig, type Rig } from '../rig.ts';

let rig: Rig;
const names = [
  'ＸＹＺ商事 Müller',
  'ﬁnance team',
  'Straße 12',
  'İstanbul ofisi',
  'Åsa Öberg',
  'Søren Ågård',
  'Łukasz Żółć',
  'Οδός',
  'Наталья',
  '０７０１７４０６０５',
  'Berg',
  'Bergström',
];

beforeAll(async () => {
  rig = createRig();
  mkdirSync(rig.path('calls'));
  const rows = names.map((name, at) => `x${at},2021-06-01T10:00:${10 + at}Z,+4670174060${at % 10},1001,,${name}`);
  writeFileSync(rig.path('calls/calls.csv'), `id,begin,caller,callee,file,name\n${rows.join('\n')}\n`);
  writeFileSync(
    rig.path('mapping.toml'),
    '[source]\nname = "letters"\n\n[table]\nfiles = "calls.csv"\nkind = "csv"\n\n[columns]\nkey = "id"\nstart = "begin"\ncaller = "caller"\ncallee = "callee"\nagent = "name"\n\n[join]\ncolumn = "file"\nmatch = "path"\n',
  );
  const { code, stderr } = await rig.run(['import', 'calls', '--mapping', 'mapping.toml', '--into', 'archive', '--quiet']);
  expect([0, 3], stderr).toContain(code);
  expect((await rig.run(['viewer', 'archive'])).code).toBe(0);
});
afterAll(async () => {
  await rig[Symbol.asyncDispose]();
});

/** The only month of the viewer as its page reads it. */
function shard(): Shard {
  const folder = rig.path('archive/viewer/data/months');
  const [name = ''] = readdirSync(folder);
  let text = '';
  runInNewContext(readFileSync(`${folder}/${name}`, 'utf8'), {
    longplayData: (_: string, data: string) => {
      text = data;
    },
  });
  return JSON.parse(text) as Shard;
}

test('search and the viewer of an archive find the same calls, in any spelling of a name', async () => {
  const months = shard();
  for (const [typed, found] of [
    ['xyz', 1],
    ['ＭＵＬＬＥＲ', 1],
    ['finance', 1],
    ['STRASSE', 1],
    ['istanbul', 1],
    ['ISTANBUL', 1],
    ['oberg', 1],
    ['soren agard', 1],
    ['zolc', 1],
    ['ΟΔΟΣ', 1],
    ['НАТАЛЬЯ', 1],
    ['berg', 2],
    ['"berg"', 1],
    // As names are transcribed: possible matches.
    ['mueller', 1],
    ['ＸＹＺ商', 1],
    ['商', 0],
  ] as const) {
    const whole = typed.startsWith('"');
    const { summary } = await rig.json(['search', 'archive', whole ? typed : typed.replace(/\S+/g, '$&*')]);
    expect([typed, summary.found, matchingRows(months, { text: typed }).length]).toEqual([typed, found, found]);
  }
  // Digits of any script are a number and a word.
  const { summary } = await rig.json(['search', 'archive', '070-174 06 05']);
  expect([summary.found, matchingRows(months, { text: '070-174 06 05' }).length]).toEqual([2, 2]);
});
