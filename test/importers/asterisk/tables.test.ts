import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asterisk } from '../../../importers/asterisk/importer.ts';
import { layoutOf } from '../../../importers/asterisk/tables.ts';
import { memoryReader } from '../../../src/core/base/bytes.ts';
import { peekRows } from '../../../src/tables/peek-tables.ts';
import { importAll } from '../import-all.ts';
import { memorySource } from '../memory-source.ts';
import { allColumns, cdrLine, celLine, exportTable } from './rows.ts';

const know = async (text: string) => {
  const rows = await peekRows(memoryReader(new TextEncoder().encode(text), 'cdr.csv'), 'cdr.csv', null, new AbortController().signal);
  return layoutOf(rows, 'cdr.csv', new Map());
};
const call = {
  start: '2026-11-24 22:39:52',
  end: '2026-11-24 22:40:01',
  duration: 9,
  uniqueid: '1795559992.6',
  linkedid: '1795559990.1',
  sequence: 7,
  userfield: 'case 4711',
};

describe('CDR tables without a header', () => {
  const combinations = [false, true].flatMap((uniqueid) =>
    [false, true].flatMap((userfield) => [false, true].map((newColumns) => ({ uniqueid, userfield, newColumns }))),
  );

  it.each(combinations)('show by their content which optional columns are enabled: %o', async (columns) => {
    const text = cdrLine(call, columns) + cdrLine({ ...call, uniqueid: '1795559999.8' }, columns);
    const table = await know(text);
    const cells = 16 + Number(columns.uniqueid) + Number(columns.userfield) + 3 * Number(columns.newColumns);
    expect(table?.layout.widths).toEqual([cells]);
    const { recordings } = await importAll(asterisk, memorySource({ 'cdr.csv': text }));
    const keys = columns.newColumns ? ['1795559990.1'] : columns.uniqueid ? ['1795559992.6', '1795559999.8'] : ['row'];
    expect(recordings.map((recording) => recording.key.replace(/^row-.*/, 'row')).sort()).toEqual(keys);
    expect(recordings[0]?.tags).toEqual(columns.userfield ? [{ name: 'userfield', value: 'case 4711' }] : []);
  });

  it('may change their columns midway, after a change of cdr.conf', async () => {
    const text = cdrLine(call, { uniqueid: true, userfield: false, newColumns: false }) + cdrLine({ ...call, uniqueid: '1795559999.8' }, allColumns);
    expect((await know(text))?.layout.widths).toEqual([17, 21]);
    const { recordings, findings } = await importAll(asterisk, memorySource({ 'cdr.csv': text }));
    expect(recordings.map((recording) => recording.key)).toEqual(['1795559990.1', '1795559992.6']);
    expect(findings).toEqual(['I112 export']);
  });

  it('are recognised under any name and in any folder, and other tables are not', async () => {
    const { files } = await importAll(
      asterisk,
      memorySource({
        'var/log/asterisk/cdr-csv/retail.csv': cdrLine(call),
        'old/Master.csv-20261124': cdrLine({ ...call, linkedid: '1795559000.1' }),
        'orders.csv': 'order,customer\n1,2\n',
        'empty.csv': '',
      }),
    );
    expect(files.map(({ path, role, reason }) => `${role} ${path}: ${reason}`)).toEqual([
      'table old/Master.csv-20261124: CDR table, 21 columns',
      'table var/log/asterisk/cdr-csv/retail.csv: CDR table, 21 columns',
      'alien empty.csv: an empty table',
      'alien orders.csv: no audio: text; no table or document of asterisk, and no record names it',
    ]);
  });

  it('lose no other row because of a damaged one', async () => {
    const others = { ...call, linkedid: '1795559999.8', uniqueid: '1795559999.8' };
    const text = `${cdrLine(call)}"torn","46701740605\n${cdrLine(others)}a,b,c\n${cdrLine({ ...others, uniqueid: '1795559999.9', sequence: 8 })}`;
    const { recordings, tables, findings } = await importAll(asterisk, memorySource({ 'Master.csv': text }));
    expect(recordings.map((recording) => recording.key)).toEqual(['1795559990.1', '1795559999.8']);
    expect(tables[0]?.byStatus).toEqual({ 'parse-error': 2, 'row-without-audio': 3 });
    expect(findings).toEqual(['T113 Master.csv row 2', 'I102 Master.csv row 4', 'I112 export']);
  });

  it('keep the text of any user field exactly', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme' }), async (userfield) => {
        fc.pre(!/[\0\r\uFEFF]/.test(userfield) && userfield.trim() !== '');
        const line = cdrLine({ ...call, userfield });
        const { recordings } = await importAll(asterisk, memorySource({ 'Master.csv': line }));
        expect(recordings[0]?.tags).toEqual([{ name: 'userfield', value: userfield }]);
        expect(recordings[0]?.provenance[0]?.text).toBe(line.slice(0, -1));
      }),
      { numRuns: 50 },
    );
  });
});

describe('tables with a header', () => {
  it('are read by their column names, with PHP quotes', async () => {
    const text = exportTable([
      { ...call, clid: '"Ada \\"A\\" L" <46701740605>', recordingfile: '', userfield: 'x' },
      { ...call, clid: '"Ada" <46701740605>', uniqueid: '1795559999.8', linkedid: '1795559999.8' },
    ]);
    const table = await know(text);
    expect(table?.table).toBe('cdr');
    expect(table?.layout.headed).toBe(true);
    const { recordings, tables } = await importAll(asterisk, memorySource({ 'cdr__1795559992.csv': text }));
    expect(tables[0]?.records).toBe(2);
    expect(recordings.map(({ key, parties }) => [key, parties.map((party) => party.name)])).toEqual([
      ['1795559990.1', ['Ada \\"A\\" L', 'Grace']],
      ['1795559999.8', ['Ada', 'Grace']],
    ]);
    expect(recordings[0]?.provenance.map((ref) => ref.row)).toEqual([2]);
  });

  it('may hold CEL events too, as the database export writes them', async () => {
    const text =
      'id,eventtype,eventtime,cid_name,cid_num,exten,context,channame,appname,appdata,uniqueid,linkedid,eventextra\n' +
      '1,ANSWER,2026-11-24 22:39:53,Ada,46701740605,1001,from-trunk,SIP/1-1,,,1795559992.6,1795559992.6,\n';
    const { recordings } = await importAll(
      asterisk,
      memorySource({ 'cel.csv': text, 'Master.csv': cdrLine({ ...call, linkedid: '1795559992.6' }) }),
      {
        zone: 'UTC',
      },
    );
    expect(recordings[0]?.events.map(({ type, at }) => `${type} ${at?.utc}`)).toEqual(['answer 2026-11-24T22:39:53.000Z']);
  });
});

describe('a CEL table', () => {
  it('gives its rows names by the mapping of the sample configuration', async () => {
    const table = await know(celLine({ type: 'HANGUP', time: '1795559992.000001', uniqueid: '1795559992.6' }));
    expect(table?.table).toBe('cel');
    expect(table?.layout.pairs(['a', 'b'], 'cel.csv, row 2')).toMatchObject({ code: 'I102', place: 'cel.csv, row 2' });
  });
});
