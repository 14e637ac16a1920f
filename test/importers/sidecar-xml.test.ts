import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { sidecarXml } from '../../importers/sidecar-xml.ts';
import { importAll } from './import-all.ts';
import { memorySource } from './memory-source.ts';
import { summaryOf } from './summary.ts';

const inum = '810001000000042';
const verint = (ref: string, inside = ''): string =>
  `<x:recording x:ref="${ref}" xmlns:x="http://www.verint.com/xmlns/recording20080320"><x:segment><x:contenttype>audio/vnd.verint.wav</x:contenttype><x:starttime>2024-05-02T10:00:00.000+02:00</x:starttime><x:duration>12</x:duration></x:segment>${inside}</x:recording>`;
const run = async (files: Record<string, string>) => summaryOf(await importAll(sidecarXml, memorySource(files), { zone: 'Europe/Stockholm' }));
const recognise = (files: Record<string, string>) =>
  sidecarXml.recognise(memorySource(files), { zone: null, encoding: null, mapping: null, scratch: '' }, new AbortController().signal);

describe('sidecar and audio', () => {
  it('are one recording by the INUM of their names, whatever their uuids and folders', async () => {
    expect(await run({ [`wav/${inum}---aaaa.wav`]: '', [`xml/${inum}---bbbb.xml`]: verint(inum), 'notes.txt': '' })).toEqual({
      recordings: [`${inum} | matched | wav/${inum}---aaaa.wav`],
      findings: [],
      tables: [],
    });
  });

  it('are one recording by the INUM inside the sidecar, or by the stem', async () => {
    const { recordings } = await run({
      [`${inum}.wav`]: '',
      'export-1.xml': verint(inum),
      'a/call7_1.wma': '',
      'a/call7_1.xml': '<call><callid>7</callid></call>',
      'wav/call8.mp3': '',
      'xml/call8.xml': '<call><callid>8</callid></call>',
    });
    expect(recordings).toEqual([`${inum} | matched | ${inum}.wav`, 'call7_1 | matched | a/call7_1.wma', 'call8 | matched | wav/call8.mp3']);
  });

  it('of one stem in two folders are two recordings, and a sidecar that could be of either stays alone', async () => {
    const own = { 'a/1.wav': '', 'a/1.xml': '<c><id>1</id></c>', 'b/1.wav': '', 'b/1.xml': '<c><id>2</id></c>' };
    const { recordings } = await run(own);
    expect(recordings.map((line) => line.replace(/#[0-9a-f]{8}/, '#…'))).toEqual(['1 | matched | a/1.wav', '1#… | matched | b/1.wav']);
    const imported = await importAll(sidecarXml, memorySource({ 'a/1.wav': '', 'b/1.wav': '', 'c/1.xml': '<c><id>1</id></c>' }));
    expect(summaryOf(imported).recordings.map((line) => line.replace(/#[0-9a-f]{8}/, '#…'))).toEqual([
      '1 | audio-without-row | a/1.wav',
      '1#… | audio-without-row | b/1.wav',
    ]);
    expect(imported.files).toEqual([
      { kind: 'file', path: 'c/1.xml', role: 'alien', reason: 'an XML file of no known family, and no audio has its name' },
    ]);
  });

  it('that are alone are accounted for', async () => {
    const other = '810001000000043';
    expect(await run({ [`${inum}---a.xml`]: verint(inum), [`${other}---a.wav`]: '', 'x.wav': '' })).toEqual({
      recordings: [`${inum} | row-without-audio`, `${other} | audio-without-row | ${other}---a.wav`, 'x | audio-without-row | x.wav'],
      findings: ['I180 export'],
      tables: [],
    });
  });

  it('of screen and audio share an INUM and a recording; the same sidecar twice is no contradiction, another is', async () => {
    const imported = await importAll(
      sidecarXml,
      memorySource({
        [`${inum}---a.wav`]: '',
        [`${inum}---b.avi`]: '',
        [`${inum}---c.xml`]: verint(inum),
        [`${inum}---d.xml`]: verint(inum),
      }),
    );
    expect(summaryOf(imported)).toEqual({ recordings: [`${inum} | matched | ${inum}---a.wav | ${inum}---b.avi`], findings: [], tables: [] });
    expect(imported.recordings[0]?.media.map((medium) => medium.kind)).toEqual(['audio', 'screen']);
    expect(imported.recordings[0]?.provenance.map(({ kind, path, text }) => [kind, path, text])).toEqual([
      ['sidecar', `${inum}---c.xml`, null],
      ['sidecar', `${inum}---d.xml`, null],
    ]);
    const differ = await run({ [`${inum}---a.wav`]: '', [`${inum}---c.xml`]: verint(inum), [`${inum}---d.xml`]: verint(inum, '<x:contacts/>') });
    expect(differ.findings).toEqual([`I183 ${inum}`]);
  });

  it.each([
    ['cut', verint(inum).slice(0, -20), 'T122'],
    ['with a DOCTYPE', `<!DOCTYPE x [<!ENTITY a "b">]>${verint(inum)}`, 'T120'],
    ['that is no XML', 'hello', 'T127'],
  ])('%s is kept with its audio and said to be unreadable', async (_what, content, code) => {
    expect(await run({ [`${inum}---a.wav`]: '', [`${inum}---b.xml`]: content })).toEqual({
      recordings: [`${inum} | parse-error | ${inum}---a.wav`],
      findings: [`${code} ${inum}---b.xml`],
      tables: [],
    });
  });

  it('that do not agree on the bytes of the audio are pointed out', async () => {
    const sized = (bytes: number): string => verint(inum).replace('</x:segment>', `<x:contentfilesize>${bytes}</x:contentfilesize></x:segment>`);
    expect((await run({ [`${inum}.wav`]: '12345', [`${inum}.xml`]: sized(5) })).findings).toEqual([]);
    expect((await run({ [`${inum}.wav`]: '12345', [`${inum}.xml`]: sized(6) })).findings).toEqual([`I181 ${inum}`]);
  });
});

describe('a sidecar of no known family', () => {
  it('is understood where a name means one thing, and kept whole where not', async () => {
    const imported = await importAll(
      sidecarXml,
      memorySource({
        '7_1.wav': '',
        '7_1.xml':
          '<PuzzelCall><SessionId>7</SessionId><StartTime>2024-05-02T10:00:00</StartTime><EndTime>02/05/2024 10:01</EndTime><Duration>60</Duration><CallerNumber>+46701740605</CallerNumber><Agent>Åsa Öberg</Agent><Direction>Inbound</Direction><Queue>Sales</Queue><Weather>rain</Weather></PuzzelCall>',
      }),
      { zone: 'Europe/Stockholm' },
    );
    expect(imported.findings).toEqual(['I186 export']);
    expect(imported.recordings).toMatchObject([
      {
        key: '7_1',
        grade: 'experimental',
        sourceKeys: [{ name: 'id', value: '7' }],
        callStart: { utc: '2024-05-02T08:00:00.000Z', certainty: 'assumed' },
        callEnd: null,
        durationDeclared: null,
        direction: { value: 'inbound' },
        org: [{ name: 'queue', value: 'Sales' }],
        parties: [
          { role: 'caller', phone: { e164: '+46701740605' } },
          { role: 'agent', name: 'Åsa Öberg' },
        ],
        extra: [
          { name: 'EndTime', value: '02/05/2024 10:01' },
          { name: 'Duration', value: '60' },
          { name: 'Weather', value: 'rain' },
        ],
      },
    ]);
  });
});

describe('a source', () => {
  it('is recognised by Verint’s namespace, or by most XML files lying beside audio', async () => {
    expect(await recognise({ [`a/${inum}---1.wav`]: '', [`a/${inum}---2.xml`]: verint(inum) })).toBe(
      "Verint's namespace in 1 of the first 1 XML files; 1 audio, 1 beside a sidecar by INUM",
    );
    expect(await recognise({ 'a.wav': '', 'a.xml': '<x/>', 'b.xml': '<x/>' })).toBe('audio of the same name beside 1 of 2 XML files; 1 audio');
    expect(await recognise({ 'a.wav': '', 'a.xml': '<x/>', 'b.xml': '<x/>', 'c.xml': '<x/>' })).toBe(null);
    expect(await recognise({ 'a.wav': '', 'a.cdr.xml': '<cdr/>' })).toBe(null);
  });
});

const imitation = fileURLToPath(new URL('../../../shared/samples/recorders/verint-like/810001000000042.xml', import.meta.url));

describe.skipIf(!existsSync(imitation))('the imitation of a Verint sidecar', () => {
  it('keeps its two offsets, its lengths apart and every value', async () => {
    const { recordings, findings } = await importAll(sidecarXml, memorySource({ '810001000000042.xml': readFileSync(imitation, 'utf8') }));
    expect(findings).toEqual(['I180 export']);
    expect(recordings).toMatchObject([
      {
        key: inum,
        durationDeclared: { ms: 375_000 },
        callStart: { utc: '2019-10-27T00:15:03.900Z', offsetMin: 120 },
        events: [
          { type: 'answer', at: { offsetMin: 120 } },
          { type: 'hold', at: { utc: '2019-10-27T01:17:30.000Z', offsetMin: 0 }, lengthMs: 41_000 },
        ],
      },
    ]);
    expect(recordings[0]?.extra).toEqual(
      expect.arrayContaining([
        { name: 'contacts.contact.sessions.session.duration', value: '379' },
        { name: 'contacts.contact.sessions.session.wrapup_time', value: '60' },
        { name: 'contacts.contact.total_hold_time', value: '41' },
      ]),
    );
  });
});
