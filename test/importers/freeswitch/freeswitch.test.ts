import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { freeswitch } from '../../../importers/freeswitch/importer.ts';
import { openSource } from '../../../src/source/open-source.ts';
import { openDatabase } from '../../../src/store/database/database.ts';
import { wav } from '../asterisk/rows.ts';
import { expectGolden, expectSample } from '../golden.ts';
import { brief, type Imported, importAll } from '../import-all.ts';
import { freeswitchSample } from '../make-freeswitch-sample.ts';
import { media } from '../media.ts';
import { memorySource, memorySourceOfFolder } from '../memory-source.ts';
import { summaryOf } from '../summary.ts';
import { csvLine, encoded, type LegSaid, leg, legJson, legXml, times } from './cdrs.ts';

const samples = fileURLToPath(new URL('../../../samples', import.meta.url));
const folder = join(samples, 'freeswitch');
const zone = 'Europe/Stockholm';
const run = (files: Readonly<Record<string, string | Uint8Array>>): Promise<Imported> => importAll(freeswitch, memorySource(files), { zone });
const noon = Date.parse('2026-11-24T11:00:00.000Z') * 1_000;

/** A leg of a number of seconds, beginning a number of seconds after noon. */
function said(number: number, more: Partial<LegSaid> & { readonly from?: number; readonly seconds?: number } = {}): LegSaid {
  const { from = 0, seconds = 30, variables, ...rest } = more;
  return {
    uuid: leg(number),
    variables: { ...times(noon + from * 1e6, noon + (from + seconds) * 1e6, 1), hangup_cause: 'NORMAL_CLEARING', ...variables },
    profile: { caller_id_number: '+15550142', destination_number: '2001' },
    ...rest,
  };
}
const xmlName = (number: number): string => `xml_cdr/${leg(number)}.cdr.xml`;
const audioName = (number: number): string => `rec/pbx.example/archive/2026/Nov/24/${leg(number)}.wav`;

describe('samples/freeswitch', () => {
  it('equals the output of its generator, byte for byte', () => {
    expectSample(folder, freeswitchSample());
  });

  it('gives the expected result in the file beside it', async () => {
    const read = summaryOf(await importAll(freeswitch, await memorySourceOfFolder(folder), { zone }));
    expectGolden(join(samples, 'freeswitch.expected.json'), read);
  });

  it('has one call in six records: two legs in three forms each', async () => {
    const { recordings } = await importAll(freeswitch, await memorySourceOfFolder(folder), { zone });
    const call = recordings.find(({ key }) => key === leg(1));
    expect(call?.provenance).toHaveLength(6);
    expect(call).toMatchObject({
      callStart: { utc: '2026-11-24T09:15:00.250Z', local: '2026-11-24T10:15:00.000', offsetMin: 60, basis: 'epoch', certainty: 'exact' },
      callAnswer: { utc: '2026-11-24T09:15:02.250Z' },
      durationDeclared: { ms: 300, of: 'audio' },
      direction: { value: 'inbound', raw: 'inbound' },
      media: [
        {
          side: 'stereo',
          channels: [
            { index: 0, role: 'caller' },
            { index: 1, role: 'callee' },
          ],
          startOffsetMs: 2_100,
        },
      ],
      reconciliation: { status: 'matched', rule: 'record_path and record_name; uuid in the file name, records: 6' },
    });
    expect(call?.parties.map(({ role, phone, name, agentId }) => [role, phone?.raw ?? agentId, name])).toEqual([
      ['caller', '+442079460012', 'Eva 100%+ Ö'],
      ['callee', '2000', null],
      ['agent', 'agent-17', null],
      ['callee', '2001', null],
    ]);
    expect(
      call?.events.map(({ type, callOffsetMs, mediaOffsetMs, lengthMs, mediaEffect }) => [type, callOffsetMs, mediaOffsetMs, lengthMs, mediaEffect]),
    ).toEqual([
      ['record-start', 2_100, 0, null, 'none'],
      ['mask', 10_100, 8_000, 4_000, 'silence'],
      ['unmask', 14_100, 12_000, null, 'none'],
      ['hold', 25_000, undefined, 5_000, 'unknown'],
      ['retrieve', 30_000, undefined, null, 'unknown'],
    ]);
    expect(call?.correlation).toContainEqual({ name: 'sip-call-id', value: '7f2a-2@192.0.2.10' });
    expect(call?.extra).toContainEqual({ name: 'variables.case', value: '4711; "köp"' });
  });

  it('keeps no dialled digits, and states how many it omitted', async () => {
    const { recordings, findings } = await importAll(freeswitch, await memorySourceOfFolder(folder), { zone });
    const told = recordings.map(({ provenance: _rows, ...rest }) => JSON.stringify(rest)).join('\n');
    expect(told).not.toMatch(/99887766|"4929"|4929/);
    expect(told).toContain('lua check.lua …');
    expect(findings.filter((line) => line.startsWith('I220'))).toEqual([`I220 ${leg(1)}`, `I220 ${leg(12)}`]);
  });

  it('resolves equal local times around a clock change by their epochs, or by their lengths if only local times are left', async () => {
    const { recordings } = await importAll(freeswitch, await memorySourceOfFolder(folder), { zone });
    const moments = (number: number) => {
      const found = recordings.find(({ key }) => key === leg(number));
      return [found?.callStart, found?.callEnd].map((time) => [time?.local, time?.utc, time?.certainty]);
    };
    expect(moments(3)).toEqual([
      ['2025-10-26T02:59:56.000', '2025-10-26T00:59:56.000Z', 'exact'],
      ['2025-10-26T02:00:02.000', '2025-10-26T01:00:02.000Z', 'exact'],
    ]);
    expect(moments(4)[0]).toEqual(['2025-10-26T02:59:56.000', '2025-10-26T01:59:56.000Z', 'exact']);
    const line = (number: number, end: string) =>
      csvLine('', '2002', '2003', 'default', '2025-10-26 02:59:56', '', end, '6', '0', 'NORMAL_CLEARING', leg(number), '', '', 'PCMA', 'PCMA');
    const bare = await run({ 'cdr-csv/Master.csv': line(3, '2025-10-26 02:00:02') + line(4, '2025-10-26 03:00:02') });
    expect(bare.recordings.map(({ callStart }) => callStart?.utc)).toEqual(['2025-10-26T00:59:56.000Z', '2025-10-26T01:59:56.000Z']);
  });

  it('gives the same result from a tar and a zip', async () => {
    const scratch = mkdtempSync(join(tmpdir(), 'freeswitch-'));
    try {
      execFileSync('tar', ['-czf', join(scratch, 'export.tar.gz'), '-C', folder, '.']);
      execFileSync('zip', ['-qr', join(scratch, 'export.zip'), '.'], { cwd: folder });
      const told = async (path: string) => {
        const source = await openSource([path], { scratch }, new AbortController().signal);
        try {
          const imported = await importAll(freeswitch, source, { zone });
          return [
            imported.recordings.map(({ key, reconciliation, media }) => [key, reconciliation.status, media.length]).sort(),
            imported.findings.map((each) => each.slice(0, 4)).sort(),
          ];
        } finally {
          await source.close();
        }
      };
      const plain = await told(folder);
      expect(await told(join(scratch, 'export.tar.gz'))).toEqual(plain);
      expect(await told(join(scratch, 'export.zip'))).toEqual(plain);
    } finally {
      rmSync(scratch, { recursive: true, force: true });
    }
  });
});

describe('legs of a call', () => {
  it('are one if a third leg names both and is absent, and one call if only a file of the other exists', async () => {
    const imported = await run({
      [xmlName(1)]: legXml(said(1, { variables: { bridge_uuid: leg(9) } })),
      [xmlName(2)]: legXml(said(2, { direction: 'outbound', variables: { originator: leg(9) } })),
      [audioName(9)]: wav(10),
    });
    expect(brief(imported)).toEqual({ [leg(1)]: expect.objectContaining({ status: 'matched', media: [`mixed ${audioName(9)}`] }) });
    expect(imported.recordings[0]?.correlation).toContainEqual({ name: 'bridge-uuid', value: leg(9) });
  });

  it('are several calls if the standing leg of an agent connects consecutive callers', async () => {
    const imported = await run({
      [xmlName(1)]: legXml(said(1, { from: 0, variables: { bridge_uuid: leg(7) } })),
      [xmlName(2)]: legXml(said(2, { from: 100, variables: { bridge_uuid: leg(7) } })),
      [xmlName(3)]: legXml(said(3, { from: 200, variables: { bridge_uuid: leg(7) } })),
      [xmlName(7)]: legXml(said(7, { from: -50, seconds: 400, direction: 'outbound', variables: { is_outbound: 'true', bridge_uuid: leg(3) } })),
      [audioName(1)]: wav(1),
      [audioName(3)]: wav(3),
    });
    expect(brief(imported)).toMatchObject({
      [leg(1)]: { status: 'matched', media: [`mixed ${audioName(1)}`] },
      [leg(2)]: { status: 'row-without-audio' },
      [leg(3)]: { status: 'matched', media: [`mixed ${audioName(3)}`] },
    });
    expect(imported.recordings).toHaveLength(3);
    expect(imported.recordings.find(({ key }) => key === leg(2))?.group).toEqual({ id: leg(1), index: 2, count: 3, previous: leg(1), next: leg(3) });
  });

  it('are a recording each if each has recorded, and one with lost audio is reported', async () => {
    const recorded = (number: number): Record<string, string> => ({
      record_path: '/r/pbx.example/archive/2026/Nov/24',
      record_name: `${leg(number)}.wav`,
    });
    const imported = await run({
      [xmlName(1)]: legXml(said(1, { variables: { ...recorded(1), bridge_uuid: leg(2) } })),
      [xmlName(2)]: legXml(said(2, { direction: 'outbound', variables: { ...recorded(2), bridge_uuid: leg(1) } })),
      [xmlName(3)]: legXml(said(3, { direction: 'outbound', variables: { ...recorded(3), originator: leg(1) } })),
      [audioName(1)]: wav(1),
      [audioName(2)]: wav(2),
    });
    expect(brief(imported)).toMatchObject({
      [leg(1)]: { status: 'matched' },
      [leg(2)]: { status: 'matched' },
      [leg(3)]: { status: 'row-without-audio' },
    });
  });

  it('take the file from record_session or a command if its name says nothing, and under another extension', async () => {
    const imported = await run({
      [xmlName(1)]: legXml(said(1, { applications: [[noon + 1, 'record_session', '{append=true}/r/Call of Öberg 1.wav +600']] })),
      [xmlName(2)]: legXml(said(2, { variables: { api_on_answer: `uuid_record ${leg(2)} start /r/two.wav` } })),
      [xmlName(3)]: legXml(said(3, { variables: { record_path: '/r', record_name: 'three.wav' } })),
      [xmlName(4)]: legXml(said(4, { variables: { record_path: '/r', record_name: ['$', '{uuid}.wav'].join('') } })),
      'r/Call of Öberg 1.wav': wav(1),
      'r/two.wav': wav(2),
      'r/three.mp3': wav(3),
    });
    expect(Object.values(brief(imported)).map(({ status, media }) => [status, ...media])).toEqual([
      ['matched', 'mixed r/Call of Öberg 1.wav'],
      ['matched', 'mixed r/two.wav'],
      ['matched', 'mixed r/three.mp3'],
      ['row-without-audio'],
    ]);
    expect(imported.findings).toEqual([]);
  });

  it('have the called party on the left in stereo if another leg created them, and swapped sides if they are swapped', async () => {
    const stereo = { RECORD_STEREO: 'true', originator: leg(8) };
    const imported = await run({
      [xmlName(1)]: legXml(said(1, { direction: 'outbound', variables: stereo })),
      [xmlName(2)]: legXml(said(2, { from: 500, variables: { RECORD_STEREO_SWAP: 'true' } })),
      [xmlName(3)]: legXml(said(3, { from: 900, direction: 'outbound', variables: { RECORD_STEREO: 'true' } })),
      [audioName(1)]: wav(1),
      [audioName(2)]: wav(2),
      [audioName(3)]: wav(3),
    });
    expect(imported.recordings.map(({ media }) => media[0]?.channels.map(({ role }) => role))).toEqual([
      ['callee', 'caller'],
      ['callee', 'caller'],
      ['unknown', 'unknown'],
    ]);
  });
});

describe('forms of a CDR', () => {
  it('are the same leg in XML and in JSON, encoded or not, one or many per file, and in FusionPBX’s own JSON', async () => {
    const one = said(1, { variables: { case: '50 % & "köp" %41', list: ['a b', 'c%'] }, holds: [[noon + 5e6, 0, leg(2)]] });
    const php = JSON.stringify({
      '@attributes': { 'core-uuid': 'x', switchname: 'pbx-1' },
      channel_data: { direction: 'inbound' },
      variables: Object.fromEntries(Object.entries({ uuid: leg(1), ...one.variables }).map(([name, value]) => [name, [value].flat().map(encoded)])),
      'hold-record': { hold: { '@attributes': { on: String(noon + 5e6), off: '0', 'bridged-to': leg(2) } } },
      callflow: { '@attributes': { dialplan: 'XML' }, caller_profile: one.profile },
    });
    for (const [name, text] of [
      ['a.cdr.xml', legXml(one)],
      ['a.cdr.json', legJson(one)],
      ['a.cdr.json', legJson(one, false)],
      ['a.json', php],
      ['a.jsonl', `${legJson(said(5, { from: 900 }))}\n${legJson(one)}\n`],
    ] as const) {
      const { recordings } = await run({ [name]: text });
      const found = recordings.find(({ key }) => key === leg(1));
      expect(found, name).toMatchObject({
        callStart: { utc: '2026-11-24T11:00:00.000Z' },
        parties: [{ phone: { raw: '+15550142' } }, { phone: { raw: '2001' } }],
      });
      expect(
        found?.extra.filter((pair) => /case|list/.test(pair.name)),
        name,
      ).toEqual([
        { name: 'variables.case', value: '50 % & "köp" %41' },
        { name: 'variables.list', value: 'a b' },
        { name: 'variables.list', value: 'c%' },
      ]);
      expect(
        found?.events.map(({ type, at, lengthMs }) => [type, at?.utc, lengthMs]),
        name,
      ).toEqual([['hold', '2026-11-24T11:00:05.000Z', null]]);
    }
  });

  it('stay with their leg if one is truncated, and with its audio if nothing else is left', async () => {
    const whole = said(1);
    const cut = legXml(whole).slice(0, 900);
    const beside = await run({ [xmlName(1)]: cut, [`json_cdr/${leg(1)}.cdr.json`]: legJson(whole), [audioName(1)]: wav(1) });
    expect(brief(beside)).toMatchObject({ [leg(1)]: { status: 'matched', start: '2026-11-24T11:00:00.000Z' } });
    expect(beside.findings.length).toBeGreaterThan(0);
    const alone = await run({ [xmlName(1)]: cut, [audioName(1)]: wav(1) });
    expect(brief(alone)).toMatchObject({ [leg(1)]: { status: 'parse-error', media: [`unknown ${audioName(1)}`] } });
  });

  it("are identified by the columns of FreeSWITCH's own templates; others are not guessed", async () => {
    const shared = ['2026-11-24 12:00:00', '', '2026-11-24 12:00:05', '5', '0', 'NO_ANSWER'];
    const asterisk = csvLine('retail', '2002', '2003', 'default', 'x <2002>', 'sofia/a', '', 'bridge', 'x', ...shared, '3', leg(1), 'note');
    const found = await run({ 'cdr-csv/Master.csv': asterisk });
    expect(found.recordings).toMatchObject([
      { key: leg(1), callStart: { utc: '2026-11-24T11:00:00.000Z' }, callAnswer: null, durationDeclared: { ms: 5_000 } },
    ]);
    const own = await run({ 'cdr-csv/Master.csv': csvLine(leg(1), '2002', ...shared) });
    expect(own.files).toMatchObject([{ role: 'alien' }]);
    expect(
      await freeswitch.recognise(
        memorySource({ 'cdr-csv/Master.csv': csvLine(leg(1), '2002', ...shared) }),
        { zone, mapping: null, encoding: null, media, scratch: tmpdir() },
        new AbortController().signal,
      ),
    ).toBe(null);
  });

  it('that contradict each other are reported, and the CDR takes precedence over the row', async () => {
    const imported = await run({
      [xmlName(1)]: legXml(said(1)),
      'v_xml_cdr.csv': `xml_cdr_uuid,start_stamp,start_epoch,hangup_cause\n${leg(1)},2026-11-24 12:00:01+01,${noon / 1e6 + 1},USER_BUSY\n`,
    });
    expect(imported.recordings[0]?.callStart?.utc).toBe('2026-11-24T11:00:00.000Z');
    expect(imported.findings).toEqual([`I204 ${leg(1)}`]);
  });
});

describe('FusionPBX', () => {
  const columns = [
    'xml_cdr_uuid',
    'direction',
    'caller_id_number',
    'destination_number',
    'start_epoch',
    'start_stamp',
    'answer_epoch',
    'answer_stamp',
    'end_stamp',
    'bridge_uuid',
    'record_path',
    'record_name',
    'cc_queue',
    'cc_agent',
    'missed_call',
    'pin_number',
  ];
  const rows = [
    [
      leg(1),
      'inbound',
      '+15550142',
      '2001',
      '1795518000',
      '2026-11-24 12:00:00+01',
      '0',
      '1970-01-01 01:00:00+01',
      '2026-11-24 12:00:30+01',
      leg(2),
      '/r/pbx.example/archive/2026/Nov/24',
      `${leg(1)}.wav`,
      'sales',
      'agent-3',
      't',
      '4929',
    ],
    [
      leg(2),
      'outbound',
      '+15550142',
      '2001',
      '1795518001',
      '2026-11-24 12:00:01+01',
      '1795518002',
      '2026-11-24 12:00:02+01',
      '2026-11-24 12:00:30+01',
      leg(1),
      '',
      '',
      '',
      '',
      'f',
      '',
    ],
    [leg(3), 'local', '2002', '2003', '1795519000', '2026-11-24 12:16:40+01', '', '', '', '', '/r', 'gone.wav', '', '', 'f', ''],
  ];
  const audio = { [audioName(1)]: wav(1) };

  it('gives the same result from its table as CSV in any order and case, as a dump, as JSON and as a database', async () => {
    const scratch = mkdtempSync(join(tmpdir(), 'fusion-'));
    const database = openDatabase(join(scratch, 'fusionpbx.db'), 'examined');
    database.exec(`CREATE TABLE v_xml_cdr (${columns.map((name) => `${name} TEXT`).join(', ')}); CREATE TABLE v_domains (domain_uuid TEXT)`);
    for (const row of rows) database.prepare(`INSERT INTO v_xml_cdr VALUES (${row.map(() => '?').join(',')})`).run(...row);
    database.close();
    const sqlite = new Uint8Array(readFileSync(join(scratch, 'fusionpbx.db')));
    rmSync(scratch, { recursive: true, force: true });
    const turned = [columns.toReversed().map((name) => name.toUpperCase()), ...rows.map((row) => row.toReversed())];
    const copy = rows.map((row) => row.map((cell) => (cell === '' ? '\\N' : cell)).join('\t')).join('\n');
    const forms: Readonly<Record<string, string | Uint8Array>> = {
      'v_xml_cdr.csv': `\ufeff${turned.map((row) => row.join(';')).join('\r\n')}\r\n`,
      'fusionpbx.sql': `--\n-- PostgreSQL database dump\n--\n\nCOPY public.v_xml_cdr (${columns.join(', ')}) FROM stdin;\n${copy}\n\\.\n\n--\n-- PostgreSQL database dump complete\n--\n`,
      'v_xml_cdr.json': JSON.stringify(rows.map((row) => Object.fromEntries(row.map((cell, index) => [columns[index], cell === '' ? null : cell])))),
      'fusionpbx.db': sqlite,
    };
    for (const [name, content] of Object.entries(forms)) {
      const imported = await run({ [name]: content, ...audio });
      expect(brief(imported), name).toMatchObject({
        [leg(1)]: { status: 'matched', media: [`unknown ${audioName(1)}`], start: '2026-11-24T11:00:00.000Z', end: '2026-11-24T11:00:30.000Z' },
        [leg(3)]: { status: 'row-without-audio', start: '2026-11-24T11:16:40.000Z' },
      });
      const [first] = imported.recordings;
      expect(first, name).toMatchObject({
        callAnswer: null,
        direction: { value: 'inbound' },
        org: [{ name: 'queue', value: 'sales' }],
        quality: [{ name: 'missed-call', value: 't' }],
      });
      expect(
        first?.parties.map(({ role }) => role),
        name,
      ).toEqual(['caller', 'callee', 'agent']);
      expect(
        imported.tables.map(({ byStatus }) => byStatus),
        name,
      ).toEqual([{ matched: 2, 'row-without-audio': 1 }]);
      expect(imported.findings, name).toEqual([`I220 ${leg(1)}`]);
    }
  });

  it('has events in the CDR column, and its table of recordings names the file', async () => {
    const whole = said(1, { applications: [[noon + 1e6, 'record_session_mask', '/r/a.wav']], variables: { pin: '4929' } });
    const quoted = legJson(whole).replaceAll('"', '""');
    const imported = await run({
      'v_xml_cdr.csv': `xml_cdr_uuid,start_stamp,json\n${leg(1)},2026-11-24 12:00:00+01,"${quoted}"\n`,
      'v_call_recordings.csv': `call_recording_uuid,call_recording_name,call_recording_path,call_recording_length\n${leg(1)},note to self.wav,/r,30\n`,
      'r/note to self.wav': wav(1),
    });
    expect(brief(imported)).toMatchObject({ [leg(1)]: { status: 'matched', media: ['mixed r/note to self.wav'] } });
    expect(imported.recordings[0]).toMatchObject({
      durationDeclared: { ms: 30_000, of: 'audio' },
      events: [{ type: 'mask', callOffsetMs: 1_000, mediaEffect: 'silence' }],
    });
    expect(JSON.stringify(imported.recordings[0]?.extra)).not.toContain('4929');
  });

  it('is recognised by its tree alone, whose folders contain the domain', async () => {
    const source = memorySource({ [`in.tar!${audioName(1)}`]: wav(1) });
    expect(await freeswitch.recognise(source, { zone, mapping: null, encoding: null, media, scratch: tmpdir() }, new AbortController().signal)).toBe(
      'files named as freeswitch names them: 1 of 1',
    );
    const { recordings } = await importAll(freeswitch, source);
    expect(recordings).toMatchObject([
      { reconciliation: { status: 'audio-without-row' }, org: [{ name: 'tenant', value: 'pbx.example' }], callStart: null },
    ]);
  });
});

it('accounts for every record and file of the sample shuffled, reduced and doubled, and lists every call with a record or audio', async () => {
  const made = [...freeswitchSample()];
  await fc.assert(
    fc.asyncProperty(fc.shuffledSubarray(made), fc.subarray(made, { maxLength: 4 }), async (kept, doubled) => {
      const files = Object.fromEntries([...kept, ...doubled.map(([path, bytes]) => [`again/${path}`, bytes] as const)]);
      const imported = await importAll(freeswitch, memorySource(files), { zone });
      const again = await importAll(freeswitch, memorySource(files), { zone });
      expect(again).toEqual(imported);
      const told = JSON.stringify(imported.recordings);
      for (const path of Object.keys(files)) for (const uuid of path.match(/\d{8}-0000-4000-8000-00000000000a/) ?? []) expect(told).toContain(uuid);
    }),
    { numRuns: 15 },
  );
});

const real = fileURLToPath(new URL('../../../../shared/samples/recorders/freeswitch/normal', import.meta.url));
it.skipIf(!existsSync(real))('finds the three calls of the real run in its eight legs, 16 documents and ten lines', async () => {
  const imported = await importAll(freeswitch, await memorySourceOfFolder(real), { zone: 'UTC' });
  const archive = 'recordings-pbx.example/archive/2026/Nov/24';
  const [recorded, busy, bridged] = [
    '6bd5b415-28cc-4e5e-bcfc-592c1c28dd55',
    'd5c08058-2b47-478a-b506-77218e4e47ed',
    'dce1014f-560e-4452-b8d5-94616acd44a0',
  ];
  expect(summaryOf(imported)).toEqual({
    recordings: [
      `${recorded} | matched | ${archive}/${recorded}.wav`,
      `${busy} | row-without-audio`,
      `${bridged} | matched | ${archive}/${bridged}.wav`,
    ],
    findings: [`I221 ${recorded}`, `I221 ${bridged}`],
    tables: ['cdr-csv/Master.csv: 8 {"matched":6,"row-without-audio":2}', 'cdr-csv/retail.csv: 2 {"duplicate-row":2}'],
  });
  expect(imported.recordings.map(({ provenance }) => provenance.length).sort((a, b) => a - b)).toEqual([6, 6, 12]);
  expect(imported.recordings.find(({ key }) => key === recorded)).toMatchObject({
    callStart: { utc: '2026-11-24T23:22:30.525Z', local: '2026-11-24T23:22:30.000' },
    callEnd: { utc: '2026-11-24T23:22:36.525Z' },
    durationDeclared: { ms: 6_000, of: 'audio' },
    parties: [
      { role: 'caller', phone: { raw: '46701740605' }, name: 'Åsa Öberg' },
      { role: 'callee', phone: { raw: '1001' }, name: null },
    ],
    media: [{ side: 'stereo', audioStart: { utc: '2026-11-24T23:22:30.535Z' }, startOffsetMs: 10 }],
    quality: [
      { name: 'hangup-cause', value: 'NORMAL_CLEARING' },
      { name: 'hangup-cause-q850', value: '16' },
      { name: 'record-completion-cause', value: 'success-silence' },
    ],
  });
  expect(imported.recordings.find(({ key }) => key === busy)).toMatchObject({ callAnswer: null, quality: [{ value: 'USER_BUSY' }, { value: '17' }] });
});
