import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { voipmonitor } from '../../../importers/voipmonitor/importer.ts';
import { spoolFile, spoolMedium, spoolNames } from '../../../importers/voipmonitor/names.ts';
import type { ImportOptions } from '../../../src/core/model/importer.ts';
import { openSource } from '../../../src/source/open-source.ts';
import { wav } from '../asterisk/rows.ts';
import { expectGolden, expectSample } from '../golden.ts';
import { brief, type Imported, importAll } from '../import-all.ts';
import { rtpCapture, type SpoolMember, shortened, sipCapture, spoolArchive, voipmonitorSample } from '../make-voipmonitor-sample.ts';
import { media } from '../media.ts';
import { memorySource, memorySourceOfFolder } from '../memory-source.ts';
import { summaryOf } from '../summary.ts';

const signal = new AbortController().signal;
const zone = 'Europe/Stockholm';
const minute = '2025-10-26/00/29';

/** Imports files on a disk, with containers opened. */
async function importFolder(files: Readonly<Record<string, Uint8Array>>, given: Partial<ImportOptions> = {}): Promise<Imported> {
  const folder = mkdtempSync(join(tmpdir(), 'spool-'));
  try {
    for (const [path, bytes] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), bytes);
    }
    const source = await openSource([folder], { scratch: join(folder, '..') }, signal);
    try {
      return await importAll(voipmonitor, source, given);
    } finally {
      await source.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const piece = (name: string, size: number, began = 1_761_438_596): SpoolMember => ({ name, bytes: new Uint8Array(size).fill(size), began });
const cdr = (...rows: readonly string[]): string => ['ID,calldate,callend,duration,caller,called,sipcallerip,fbasename,hold', ...rows, ''].join('\n');

describe('samples/voipmonitor', () => {
  const folder = fileURLToPath(new URL('../../../samples/voipmonitor', import.meta.url));

  it('equals the output of its generator, byte for byte', () => {
    expectSample(folder, voipmonitorSample());
  });

  it('gives the expected result in the file beside it, and the same from containers', async () => {
    const read = summaryOf(await importAll(voipmonitor, await memorySourceOfFolder(folder), { zone }));
    expectGolden(`${folder}.expected.json`, read);
    const archives = new Map<string, SpoolMember[]>();
    const loose: Record<string, Uint8Array> = {};
    for (const [path, bytes] of voipmonitorSample()) {
      const [, place, day, hour, minute, kind, name] = /^(spool\/([\d-]+)\/(\d\d)\/(\d\d)\/(SIP|RTP|GRAPH|REG))\/(.*)$/.exec(path) ?? [];
      if (place === undefined || name === undefined) loose[path] = bytes;
      else {
        const archive = `${place}/${kind?.toLowerCase()}_${day}-${hour}-${minute}.tar`;
        archives.set(archive, [...(archives.get(archive) ?? []), { name, bytes, began: 1_500_000_001 }]);
      }
    }
    for (const [path, members] of archives) loose[path] = await spoolArchive(members);
    const packed = JSON.stringify(summaryOf(await importFolder(loose, { zone }))).replace(/[a-z]+_[\d-]+\.tar!/g, '');
    expect(JSON.parse(packed)).toEqual(read);
  });
});

describe('names of the spool', () => {
  it('state minute, kind, generation, sensor, call, piece and twin', () => {
    expect(spoolFile(`spool/7/${minute}/RTP/rtp_2025-10-26-00-29.tar.1!A.1@pbx.pcap#12`)).toMatchObject({
      above: 'spool/7/',
      sensor: '7',
      began: '2025-10-26 00:29',
      kind: 'RTP',
      generation: 1,
      call: 'A.1@pbx',
      part: '.pcap',
      piece: 12,
      twin: 1,
    });
    expect(spoolFile('x/sip_3_2025-10-26-00-29.tar.zst!A.1@pbx#2.pcap')).toMatchObject({
      above: 'x/',
      sensor: '3',
      began: '2025-10-26 00:29',
      kind: 'SIP',
      call: 'A.1@pbx',
      piece: null,
      twin: 2,
    });
    expect(spoolFile('2012-03-04/A.1@pbx.pcap_2')).toMatchObject({ began: '2012-03-04', kind: null, call: 'A.1@pbx', piece: 2 });
    expect(spoolFile(`${minute}/GRAPH/graph_2025-10-26-00-29.tar!A.1@pbx.3.graph`)).toMatchObject({
      kind: 'GRAPH',
      call: 'A.1@pbx',
      part: 'graph 3',
    });
    expect(spoolFile('RTP/rtp_1393932900.tar.gz!A.pcap')).toMatchObject({ kind: 'RTP', began: null, above: '', call: 'A' });
  });

  it("equal VoIPmonitor's names for a Call-ID: a real run shortened this one in the same way", () => {
    const callId = `åäö%2e+call=long-${'x'.repeat(110)}@pbx.example`;
    expect(spoolNames(callId)).toContain('_______2e_call_long-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx_hash_e8a4a2ffb1ba99c3f7ce97a64ce7f2ea');
    expect(spoolNames('trade/4711 åäö@pbx.example')).toEqual(['trade_4711_______@pbx.example', 'trade_4711____@pbx.example']);
  });

  it('show whether a file belongs to a call', () => {
    const kinds = Object.entries({
      [`${minute}/SIP/sip_2025-10-26-00-29.tar.zst!A.pcap`]: 'pcap',
      [`${minute}/RTP/x_hash_e8a4a2ffb1ba99c3f7ce97a64ce7f2ea#3`]: 'pcap',
      [`${minute}/RTP/rtp_2025-10-26-00-29.tar`]: 'none',
      [`${minute}/RTP/rtp_2025-10-26-00-29.tar.1`]: 'none',
      [`${minute}/REG/reg_2025-10-26-00-29.tar!81.pcap`]: 'none',
      [`${minute}/AUDIO/A.ogg`]: 'audio',
      [`${minute}/AUDIO/A.i0.rawInfo`]: 'other',
      [`${minute}/AUDIO/A.i0.1.1.8.1761438596.120.raw`]: 'audio',
      [`${minute}/AUDIOGRAPH/A.png`]: 'other',
      [`${minute}/GRAPH/A.0.graph`]: 'other',
      'notes.txt': null,
      'a.wav': 'audio',
    });
    for (const [path, kind] of kinds) expect(spoolMedium(path, media.kindOfName(path)), path).toBe(kind);
  });
});

describe('pieces of a capture', () => {
  it('are ordered by their number over the whole archive, the one without a number last', async () => {
    const tar = await spoolArchive([
      piece('A.pcap#2', 20),
      piece('B.pcap#3', 30, 1_761_438_597),
      piece('A.pcap#10', 10),
      piece('A.pcap', 5),
      piece('B.pcap', 6, 1_761_438_597),
    ]);
    const imported = await importFolder({ [`${minute}/RTP/rtp_2025-10-26-00-29.tar`]: tar });
    const media = imported.recordings.map(({ key, media: list }) => [
      key,
      list.map(({ path, continues }) => [path.replace(/.*!/, ''), continues === true]),
    ]);
    expect(media).toEqual([
      [
        '2025-10-26 00:29 A',
        [
          ['A.pcap#2', false],
          ['A.pcap#10', true],
          ['A.pcap', true],
        ],
      ],
      [
        '2025-10-26 00:29 B',
        [
          ['B.pcap#3', false],
          ['B.pcap', true],
        ],
      ],
    ]);
    expect(imported.recordings.map(({ callStart }) => callStart)).toMatchObject([
      { utc: '2025-10-26T00:29:56.000Z', basis: 'epoch', certainty: 'exact', offsetMin: 0 },
      { utc: '2025-10-26T00:29:57.000Z' },
    ]);
    expect(imported.findings).toEqual([]);
  });

  it('without the last one are joined, with a finding', async () => {
    const tar = await spoolArchive([piece('A.pcap#1', 20), piece('A.pcap#2', 20)]);
    const imported = await importFolder({ [`${minute}/RTP/rtp_2025-10-26-00-29.tar`]: tar });
    expect(imported.recordings[0]?.media.map(({ continues }) => continues === true)).toEqual([false, true]);
    expect(imported.findings).toEqual(['I242 2025-10-26 00:29 A']);
  });

  it('are not joined if two captures have one name', async () => {
    const tar = await spoolArchive([piece('A.pcap#1', 20), piece('A.pcap', 5), piece('A.pcap#3', 30), piece('A.pcap', 6)]);
    const imported = await importFolder({ [`${minute}/RTP/rtp_2025-10-26-00-29.tar`]: tar });
    expect(imported.recordings).toHaveLength(1);
    expect(imported.recordings[0]?.media.map(({ continues }) => continues === true)).toEqual([false, false, false, false]);
    expect(imported.findings.filter((found) => found.startsWith('I'))).toEqual(['I241 2025-10-26 00:29 A']);
  });

  it('of several runs of the sniffer in one minute stay separate', async () => {
    const imported = await importFolder({
      [`${minute}/RTP/rtp_2025-10-26-00-29.tar.1`]: await spoolArchive([piece('A.pcap#1', 20), piece('A.pcap', 5)]),
      [`${minute}/RTP/rtp_2025-10-26-00-29.tar`]: await spoolArchive([piece('A.pcap#1', 30), piece('A.pcap', 6)]),
    });
    expect(imported.recordings[0]?.media.map(({ path, continues }) => [path.replace(/.*tar/, 'tar'), continues === true])).toEqual([
      ['tar.1!A.pcap#1', false],
      ['tar.1!A.pcap', true],
      ['tar!A.pcap#1', false],
      ['tar!A.pcap', true],
    ]);
  });
});

describe('a spool without tables', () => {
  it('joins files in several archives, and the audio of a shortened name', async () => {
    const long = `${'y'.repeat(90)}@pbx.example`;
    const imported = await importFolder({
      [`s/${minute}/SIP/sip_2025-10-26-00-29.tar`]: await spoolArchive([piece('A.1@pbx.pcap', 20), piece(shortened(long), 9)]),
      [`s/${minute}/RTP/rtp_2025-10-26-00-29.tar`]: await spoolArchive([piece('A.1@pbx.pcap', 20), piece(shortened(long), 9)]),
      [`s/${minute}/AUDIO/${long}.wav`]: wav(3),
      [`s/${minute}/AUDIO/A.1@pbx.wav`]: wav(4),
      's/2025-10-26/00/30/RTP/A.1@pbx.pcap': rtpCapture(1),
    });
    expect(Object.values(brief(imported)).map(({ media }) => media.map((path) => path.replace(/.*(AUDIO|RTP|SIP).*/, '$1')))).toEqual([
      ['AUDIO', 'RTP', 'SIP'],
      ['AUDIO', 'RTP', 'SIP'],
      ['RTP'],
    ]);
    expect(imported.recordings[0]?.media[0]).toMatchObject({
      side: 'stereo',
      startOffsetMs: 0,
      channels: [
        { index: 0, role: 'caller' },
        { index: 1, role: 'callee' },
      ],
    });
    expect(imported.recordings[0]).toMatchObject({ correlation: [{ name: 'sip-call-id', value: 'A.1@pbx' }] });
  });

  it("uses the archive's time in the ambiguous hour, and reports that a zone differs", async () => {
    const files = {
      's/2025-10-26/02/29/RTP/rtp_2025-10-26-02-29.tar': await spoolArchive([piece('A.pcap', 20, 1_761_438_596), piece('B.pcap', 20, 1_761_442_196)]),
    };
    const local = await importFolder(files, { zone });
    expect(local.recordings.map(({ callStart }) => [callStart?.utc, callStart?.offsetMin])).toEqual([
      ['2025-10-26T00:29:56.000Z', 120],
      ['2025-10-26T01:29:56.000Z', 60],
    ]);
    expect(local.findings).toEqual([]);
    const elsewhere = await importFolder(files, { zone: 'America/New_York' });
    expect(elsewhere.recordings[0]?.callStart?.utc).toBe('2025-10-26T00:29:56.000Z');
    expect(elsewhere.findings).toEqual(['I243 2025-10-26 02:29 A', 'I243 2025-10-26 02:29 B']);
    const moved = await importFolder(
      { 's/2025-10-26/02/29/RTP/rtp_2025-10-26-02-29.tar': await spoolArchive([piece('A.pcap', 20, 1_800_000_001)]) },
      { zone },
    );
    expect(moved.recordings[0]?.callStart).toMatchObject({ utc: null, certainty: 'ambiguous-fold' });
  });

  it('keeps sensors separate, and excludes registrations with a reason', async () => {
    const imported = await importAll(
      voipmonitor,
      memorySource({
        [`spool/12/${minute}/RTP/A.pcap`]: rtpCapture(1),
        [`spool/13/${minute}/RTP/A.pcap`]: rtpCapture(2),
        [`spool/13/${minute}/REG/81.pcap`]: sipCapture('r@pbx'),
      }),
    );
    expect(imported.recordings.map(({ key, org }) => [key, org])).toEqual([
      ['12/ 2025-10-26 00:29 A', [{ name: 'sensor', value: '12' }]],
      ['13/ 2025-10-26 00:29 A', [{ name: 'sensor', value: '13' }]],
    ]);
    expect(imported.files).toMatchObject([{ role: 'alien', reason: 'signalling that is not a call, e.g. registrations' }]);
  });
});

describe('tables', () => {
  it('give a call its rows, parties, holds and pieces, and omit pressed keys', async () => {
    const imported = await importAll(voipmonitor, memorySource(Object.fromEntries(voipmonitorSample())), { zone });
    const call = imported.recordings.find(({ key }) => key === '1');
    expect(call).toMatchObject({
      callStart: { local: '2025-10-26T02:29:56.000', utc: null, certainty: 'ambiguous-fold' },
      durationDeclared: { ms: 8_000, unit: 's' },
      correlation: [
        { name: 'sip-call-id', value: 'long/call 4711@pbx.example' },
        { name: 'match-header', value: 'm-4711' },
      ],
      tags: [{ name: 'custom_header1', value: 'Trade 4711' }],
      parties: [
        { role: 'caller', name: 'Åsa Öberg', phone: { e164: '+442079460012' } },
        { role: 'callee', phone: { extension: '2001' } },
      ],
      events: [
        { type: 'hold', callOffsetMs: 2_000, mediaEffect: 'unknown' },
        { type: 'retrieve', callOffsetMs: 3_500 },
        { type: 'disconnect', raw: 'caller' },
        { type: 'dtmf', raw: 'dtmf: 4 characters, left out' },
      ],
      reconciliation: { status: 'matched' },
    });
    expect(JSON.stringify(call?.extra)).not.toContain('4929');
    expect(call?.extra).toContainEqual({ name: 'cdr_tar_part.pos of type 2', value: '0 6144' });
    expect(imported.recordings.find(({ key }) => key === '2')?.events[0]).toMatchObject({ mediaOffsetMs: 4_000, mediaEffect: 'silence' });
  });

  it('in Latin-1 are joined with a Call-ID whose letters the spool writes byte by byte', async () => {
    const lines = cdr('1,2025-10-26 00:29:56,2025-10-26 00:30:00,4,2001,2002,1,trade/4711 åäö@x,');
    for (const [encoding, name] of [
      ['latin1', 'trade_4711____@x'],
      ['utf8', 'trade_4711_______@x'],
      ['latin1', 'trade_4711_______@x'],
    ] as const) {
      const imported = await importAll(voipmonitor, memorySource({ 'cdr.csv': Buffer.from(lines, encoding), [`${minute}/RTP/${name}.pcap`]: 'x' }), {
        zone,
      });
      expect(imported.recordings).toMatchObject([
        { key: '1', reconciliation: { status: 'matched' }, correlation: [{ name: 'sip-call-id', value: 'trade/4711 åäö@x' }] },
      ]);
    }
  });

  it('find files of older versions: a folder per day, names cut at 99 bytes, piece numbers after an underscore', async () => {
    const long = `${'z'.repeat(120)}@x`;
    const imported = await importAll(
      voipmonitor,
      memorySource({
        'cdr.csv': cdr(
          `1,2012-03-04 05:06:07,2012-03-04 05:07:00,53,2001,2002,1,${long},`,
          '2,2012-03-04 05:06:07,2012-03-04 05:07:00,53,2001,2002,1,B@x,',
        ),
        [`2012-03-04/05/06/ALL/${long.slice(0, 99)}`]: 'x',
        '2012-03-04/B@x.pcap_1': 'x',
        '2012-03-04/B@x.pcap_2': 'x',
        '2012-03-04/B@x.pcap': 'x',
      }),
      { zone },
    );
    expect(
      imported.recordings.map(({ key, reconciliation, media }) => [key, reconciliation.status, media.map(({ continues }) => continues === true)]),
    ).toEqual([
      ['1', 'matched', [false]],
      ['2', 'matched', [false, true, true]],
    ]);
  });

  it('state the expected number of pieces', async () => {
    const parts = 'cdr_ID,type,pos\n1,2,0\n1,2,512\n1,2,1024\n';
    const table = cdr('1,2025-10-26 00:29:56,2025-10-26 00:30:00,4,2001,2002,1,A@x,');
    const imported = await importAll(
      voipmonitor,
      memorySource({ 'cdr.csv': table, 'cdr_tar_part.csv': parts, [`${minute}/RTP/A@x.pcap#1`]: 'x', [`${minute}/RTP/A@x.pcap`]: 'y' }),
      { zone: 'UTC' },
    );
    expect(imported.findings).toEqual(['I242 1']);
  });

  it('are joined with a call whose folder shows another clock, and not with one of another minute', async () => {
    const table = cdr(
      '1,2025-10-26 04:29:56,2025-10-26 04:30:00,4,2001,2002,1,A@x,',
      '2,2025-10-26 00:33:00,2025-10-26 00:34:00,60,2001,2002,1,B@x,',
    );
    const imported = await importAll(
      voipmonitor,
      memorySource({ 'cdr.csv': table, [`${minute}/RTP/A@x.pcap`]: 'x', [`${minute}/RTP/B@x.pcap`]: 'y' }),
      { zone },
    );
    expect(brief(imported)).toMatchObject({
      '1': { status: 'matched', media: [`unknown ${minute}/RTP/A@x.pcap`] },
      '2': { status: 'row-without-audio', media: [] },
      '2025-10-26 00:29 B@x': { status: 'audio-without-row' },
    });
  });

  it('share a capture if rows have one Call-ID, and distinguish equal numbers of two databases', async () => {
    const table = cdr(
      '1,2025-10-26 00:29:56,2025-10-26 00:30:00,4,2001,2002,1,A@x,',
      '2,2025-10-26 00:29:58,2025-10-26 00:30:00,2,2001,2003,1,A@x,',
      '3,2025-10-26 00:29:58,2025-10-26 00:30:00,2,2001,2003,1,C@x,',
    );
    const other = cdr('3,2024-01-01 00:29:58,2024-01-01 00:30:00,2,2009,2003,1,D@x,');
    const imported = await importAll(voipmonitor, memorySource({ 'a/cdr.csv': table, 'b/cdr.csv': other, [`${minute}/RTP/A@x.pcap`]: 'x' }), {
      zone,
    });
    expect(brief(imported)).toMatchObject({
      '1': { status: 'shared-audio', rows: ['a/cdr.csv 2', 'a/cdr.csv 3'] },
      '3@2024-01-01 00:29:58': { status: 'row-without-audio' },
      '3@2025-10-26 00:29:58': { status: 'row-without-audio' },
    });
  });

  it('resolve the end of a call by its start and length', async () => {
    const files = {
      'cdr.csv': Buffer.from(cdr('1,2025-10-26 02:29:56,2025-10-26 02:30:04,8,2001,2002,1,A@x,')),
      's/2025-10-26/02/29/RTP/rtp_2025-10-26-02-29.tar': await spoolArchive([piece('A@x.pcap', 20, 1_761_442_196)]),
    };
    for (const given of [{ zone }, { zone: null }]) {
      const { recordings, findings } = await importFolder(files, given);
      expect(recordings[0]).toMatchObject({ callStart: { utc: '2025-10-26T01:29:56.000Z' }, callEnd: { utc: '2025-10-26T01:30:04.000Z' } });
      expect(findings).toEqual([]);
    }
  });

  it('in any order, with rows and files doubled or missing, keep every total', async () => {
    const sample = voipmonitorSample();
    const [head = '', ...lines] = cdr(
      ...[1, 2, 3, 4, 5].map((id) => `${id},2025-10-26 0${id}:29:56,2025-10-26 0${id}:30:00,4,2001,2002,1,${'ab'[id % 2]}@x,+1`),
    )
      .trim()
      .split('\n');
    const paths = [
      ...sample.keys(),
      ...[1, 2, 3].flatMap((hour) => [`2025-10-26/0${hour}/29/RTP/a@x.pcap`, `2025-10-26/0${hour}/29/SIP/b@x.pcap#4`]),
    ];
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...lines), { maxLength: 8 }), fc.subarray(paths), async (rows, files) => {
        const there = files.map((path) => [path, sample.get(path) ?? new Uint8Array(3)] as const);
        const imported = await importAll(voipmonitor, memorySource({ 'x/cdr.csv': [head, ...rows, ''].join('\n'), ...Object.fromEntries(there) }), {
          zone,
        });
        const keys = new Set(rows.map((line) => line.split(',')[0]));
        if (rows.length > 0) expect(imported.tables.find(({ path }) => path === 'x/cdr.csv')?.records).toBe(rows.length);
        expect(imported.recordings.length).toBeGreaterThanOrEqual(keys.size > 0 ? 1 : 0);
      }),
      { numRuns: 60 },
    );
  });
});
