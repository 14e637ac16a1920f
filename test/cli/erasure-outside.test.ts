import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openNamed } from '../../src/sealing/stored/stored-bytes.ts';
import { wave } from '../faults/small-import.ts';
import { approved, approver } from './erasure-rig.ts';
import { createSealedRig, type SealedRig } from './sealed/sealed-rig.ts';

let rig: SealedRig;

beforeAll(async () => {
  rig = await createSealedRig();
  process.env.LONGPLAY_KEYRING = rig.keyring;
});
afterAll(async () => {
  delete process.env.LONGPLAY_KEYRING;
  await rig?.[Symbol.asyncDispose]();
});

const json = `{"data":{"items":[
{"id":"1","start":"2024-05-02T09:00:00","from":"+442079460001","file":"1.wav"},
{"id":"pbx-00002","start":"2024-05-02T09:01:00","from":"+442079460002","file":"2.wav"},
{"id":"pbx-00003","start":"2024-05-02T09:02:00","from":"+442079460003","file":"3.wav"}
]},
"agents":[
{"name":"Anna Berg","tel":"+46 70 174 06 05"},
{"name":"Bo Ek","tel":"+46 70 174 06 06"}
],
"events":[
{"of":"pbx-00002","note":"secret two"},
{"of":"pbx-00003","note":"secret three"},
{"of":"pbx-00003","to":"pbx-00002","note":"a transfer"}
],
"places":[{"id":"1","name":"Oslo"}],
"by":"Cilla Dahl"}
`;
const call = (at: number): string =>
  `<call id="pbx-0000${at}"><start>2024-05-02T09:0${at}:00</start><from>+44207946000${at}</from><file>${at}.wav</file></call>\n`;
const xml = `<?xml version="1.0"?>
<export>
<group tel="+46701740605">
${[1, 2, 3].map(call).join('')}</group>
<agents of="Anna Berg
+46701740605" at="Oslo">
<agent>Bo Ek</agent><agent>Cilla Dahl</agent>
</agents>
<events>
<event of="pbx-00002"><note>secret two</note></event>
<event of="pbx-00003"><note>secret three</note></event>
</events>
</export>
`;

/** Imports a table with three recordings into an archive with a replica. */
async function archived(name: string, table: 'json' | 'xml', mode: '--open' | '--sealed'): Promise<string> {
  const from = rig.path(`${name}-export`);
  mkdirSync(from);
  for (const at of [1, 2, 3]) writeFileSync(join(from, `${at}.wav`), wave(800, 400 + at));
  writeFileSync(join(from, `calls.${table}`), table === 'json' ? json : xml);
  const place = table === 'json' ? 'path = "data.items"' : 'kind = "xml"\nrecord = "call"';
  writeFileSync(
    rig.path(`${name}.toml`),
    `[source]\nzone = "UTC"\n[table]\nfiles = "calls.${table}"\n${place}\n[columns]\nkey = "id"\nstart = "start"\ncaller = "from"\n[join]\ncolumn = "file"\n`,
  );
  expect(await rig.run(['import', from, '--into', name, '--mapping', `${name}.toml`, mode])).toMatchObject({ code: 0 });
  await approver(rig, name, `${name}.pem`);
  expect((await rig.run(['replica', 'add', name, 'r1', rig.path(`${name}-replica`)])).code).toBe(0);
  return name;
}

/** Returns the only kept table of an archive: its place and text. The replica must have the same. */
function kept(archive: string): { readonly place: string; readonly text: string } {
  const [bag = ''] = readdirSync(rig.path(archive, 'bags/tables'));
  const folder = join('bags/tables', bag, 'data/table-0001');
  const [file = ''] = readdirSync(rig.path(archive, folder)).filter((each) => /^(?:records\.json|table\.xml)/.test(each));
  expect(readFileSync(rig.path(`${archive}-replica`, folder, file))).toEqual(readFileSync(rig.path(archive, folder, file)));
  const plain = file.replace(/\.age$|\.lp$|\.sealed$/, '');
  const opened = openNamed(rig.path(archive, folder), plain.endsWith('xml') ? 'table.xml' : 'records.json');
  const bytes = Buffer.alloc(opened.size);
  opened.readInto(bytes, 0);
  opened.close();
  return { place: `${folder}/${plain.endsWith('xml') ? 'table.xml' : 'records.json'}`, text: bytes.toString('utf8') };
}

/** Requests, approves and executes an erasure, and copies it to the replica. @returns what the run wrote to its messages */
async function erased(archive: string, which: readonly string[]): Promise<string> {
  await approved(rig, archive, which, `${archive}.pem`);
  const run = await rig.run(['erase', 'run', archive]);
  expect(run.code, run.stderr).toBe(0);
  expect((await rig.run(['replica', 'sync', archive])).code).toBe(0);
  expect((await rig.run(['verify', archive, '--play'])).code).toBe(0);
  return run.stderr;
}

async function synced(archive: string): Promise<void> {
  expect((await rig.run(['replica', 'sync', archive])).code).toBe(0);
}

/** Returns the places of lines that `subject` names. */
async function linesOf(archive: string, person: string): Promise<string[]> {
  const { lines } = await rig.json(['subject', archive, person]);
  return lines.flatMap(({ of, value }) => {
    if (of !== 'subject-table') return [];
    const { bag, path, hits } = value as { bag: string; path: string; hits: { field: string }[] }; // as it is printed
    return hits.map(({ field }) => `bags/${bag}/${path}:${field}`);
  });
}

async function idOf(archive: string, number: string): Promise<string> {
  const { lines } = await rig.json(['list', archive, '--text', number]);
  const ids = lines.flatMap(({ value }) => (value as { recordingId?: string } | undefined)?.recordingId ?? []); // as it is listed
  expect(ids).toHaveLength(1);
  return ids[0] ?? '';
}

const request = (archive: string, row: string) => rig.run(['erase', 'request', archive, '--row', row, '--ground', 'error', '--reason', 'test']);

for (const mode of ['--open', '--sealed'] as const) {
  test(`in a JSON table (${mode}), a line outside of the records erases one element, and a recording takes elements with its key`, async () => {
    const archive = await archived(`json${mode}`, 'json', mode);
    await synced(archive);
    const [line = '', ...none] = await linesOf(archive, '+46701740605');
    expect([line.replace(/.*:/, ''), none]).toEqual(['line 7', []]);
    expect(await erased(archive, ['--row', line])).toBe('');
    let left = json.replace('{"name":"Anna Berg","tel":"+46 70 174 06 05"}', '{}');
    expect(kept(archive).text).toBe(left);
    expect(await linesOf(archive, '+46701740605')).toEqual([]);
    // The same line again has nothing.
    expect(await request(archive, line)).toMatchObject({ code: 2, stderr: expect.stringContaining('E124') });
    const [last = ''] = await linesOf(archive, 'Cilla Dahl');
    await erased(archive, ['--row', last]);
    left = left.replace('"by":"Cilla Dahl"', '"erased 10":null');
    expect(kept(archive).text).toBe(left);
    const messages = await erased(archive, [await idOf(archive, '442079460003')]);
    expect(messages).toMatch(/E122 .*row outside:7/);
    left = left.replace(/\{"id":"pbx-00003".*\}/, '{}').replace('{"of":"pbx-00003","note":"secret three"}', '{}');
    expect(kept(archive).text).toBe(left);
    // A short key may be the number of something else.
    expect(await erased(archive, [await idOf(archive, '442079460001')])).toMatch(/E122 .*outside of the records.*row outside:9/);
    left = left.replace(/\{"id":"1","start.*\}/, '{}');
    expect(kept(archive).text).toBe(left);
  });

  test(`in an XML table (${mode}), attributes around records and of containers are erased alone`, async () => {
    const archive = await archived(`xml${mode}`, 'xml', mode);
    await synced(archive);
    const lines = await linesOf(archive, '+46701740605');
    expect(lines.map((line) => line.replace(/.*:/, ''))).toEqual(['line 3', 'line 9']);
    const [first = '', second = ''] = lines;
    expect(await request(archive, second)).toMatchObject({ code: 2, stderr: expect.stringMatching(/several rows: \S+ \(\/export\/agents@of\), /) });
    const table = kept(archive)
      .place.replace(/\/[^/]*$/, '')
      .replace(/^bags\/|\/data/g, '');
    expect(await erased(archive, ['--row', first, `${table}:outside-2:1`])).toBe('');
    let left = xml.replace('tel="+46701740605"', 'tel=""').replace('of="Anna Berg\n+46701740605"', 'of=""');
    expect(kept(archive).text).toBe(left);
    expect(await erased(archive, [await idOf(archive, '442079460003')])).toBe('');
    left = left.replace(call(3), '<call/>\n').replace(/<event of="pbx-00003">.*<\/event>/, '<event/>');
    expect(kept(archive).text).toBe(left);
  });
}
