import { describe, expect, it } from 'vitest';
import { generic } from '../../../importers/mapping/importer.ts';
import { importAll } from '../import-all.ts';
import { memorySource } from '../memory-source.ts';

const mapping = (more: { readonly table?: string; readonly under?: string }): string => `
source.zone = "UTC"
[table]
files = "*.json"
${more.table ?? ''}
[columns]
key = "${more.under ?? ''}call_uuid"
start = "${more.under ?? ''}add_time"
[join]
column = "${more.under ?? ''}recording_url"
match = "name"
`;
const run = (files: Record<string, unknown>, more: Parameters<typeof mapping>[0] = {}) =>
  importAll(
    generic,
    memorySource(Object.fromEntries(Object.entries(files).map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]))),
    { mapping: { name: 'm.toml', text: mapping(more) } },
  );
const call = (id: number) => ({ call_uuid: `c${id}`, add_time: `2024-05-02 10:00:0${id}`, recording_url: `https://media.example/v1/${id}.mp3` });
// The form of Plivo's list: https://www.plivo.com/docs/voice/api/recording/list-all-recordings
const page = (...ids: number[]) => ({ api_id: 'x', meta: { limit: 20, next: null, total_count: ids.length }, objects: ids.map(call) });
const audio = { '1.mp3': '', '2.mp3': '', '3.mp3': '' };
const keys = ({ recordings }: Awaited<ReturnType<typeof run>>) =>
  recordings.map(({ key, reconciliation }) => `${key} ${reconciliation.status}`).sort();
const all = ['c1 matched', 'c2 matched', 'c3 matched'];

describe('pages of a web service', () => {
  it('are read at their list, with and without a path, and all pages are joined', async () => {
    const files = { 'page-1.json': page(1, 2), 'page-2.json': page(3), ...audio };
    const given = await run(files, { table: 'path = "objects"' });
    expect([keys(given), given.findings]).toEqual([all, []]);
    const found = await run(files);
    expect([keys(found), found.findings]).toEqual([all, ['I259 export']]);
    expect(found.tables.map(({ records }) => records)).toEqual([2, 1]);
  });

  it('may be concatenated in one file, as lines or in a list, and may be empty', async () => {
    for (const text of [`${JSON.stringify(page(1, 2))}\n${JSON.stringify(page(3))}`, JSON.stringify([page(1, 2), page(), page(3)])]) {
      const { findings, ...imported } = await run({ 'pages.json': text, ...audio }, { table: 'path = "objects"' });
      expect([keys({ findings, ...imported }), findings]).toEqual([all, []]);
    }
  });

  it('may have their list nested, after other lists', async () => {
    const deep = { errors: [{ code: 1 }], response: { data: { total: 3, items: [call(1), call(2), call(3)] } } };
    const found = await run({ 'calls.json': deep, ...audio });
    expect([keys(found), found.findings]).toEqual([all, ['I259 export']]);
  });

  it('are never silently taken for one call', async () => {
    const found = await run({ 'page.json': { objects: [call(1), call(2), call(3)], meta: {} }, ...audio }, { under: 'objects.' });
    expect(found.findings).toContain('I258 export');
    const other = await run({ 'a.json': { objects: [], meta: { limit: 20 } }, 'b.json': page(1, 2, 3), ...audio });
    expect([keys(other).filter((each) => each.endsWith('matched')), other.findings.includes('I258 export')]).toEqual([all, true]);
  });
});

describe('records with lists in them', () => {
  it('are calls if they have the columns of the mapping themselves', async () => {
    const radio = { ...call(1), freqList: [{ add_time: 1, freq: 851_350_000 }], recording: [{ ...call(2) }] };
    const found = await run({ 'a.json': radio, '1.mp3': '' });
    expect([keys(found), found.findings]).toEqual([['c1 matched'], []]);
  });

  it('may name several files', async () => {
    const several = { ...call(1), recording_url: ['1.mp3', '2.mp3'] };
    expect((await run({ 'a.json': [several, call(3)], ...audio })).findings).toEqual([]);
  });
});
