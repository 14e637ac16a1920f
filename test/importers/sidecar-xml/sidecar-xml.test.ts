import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sidecarXml } from '../../../importers/sidecar-xml/importer.ts';
import { importAll } from '../import-all.ts';
import { media } from '../media.ts';
import { memorySource } from '../memory-source.ts';
import { summaryOf } from '../summary.ts';

const inum = '810001000000042';
const verint = (ref: string, inside = ''): string =>
  `<x:recording x:ref="${ref}" xmlns:x="http://www.verint.com/xmlns/recording20080320"><x:segment><x:contenttype>audio/vnd.verint.wav</x:contenttype><x:starttime>2024-05-02T10:00:00.000+02:00</x:starttime><x:duration>12</x:duration></x:segment>${inside}</x:recording>`;
const run = async (files: Record<string, string>) => summaryOf(await importAll(sidecarXml, memorySource(files), { zone: 'Europe/Stockholm' }));
const recognise = (files: Record<string, string>) =>
  sidecarXml.recognise(memorySource(files), { zone: null, encoding: null, media, mapping: null, scratch: '' }, new AbortController().signal);

describe('sidecar and audio', () => {
  it('are one recording by the INUM in their names, whatever their uuids and folders', async () => {
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

  it('of one stem in two folders are two recordings, and a sidecar that fits either stays alone', async () => {
    const own = { 'a/1.wav': '', 'a/1.xml': '<c><id>1</id></c>', 'b/1.wav': '', 'b/1.xml': '<c><id>2</id></c>' };
    const { recordings } = await run(own);
    expect(recordings.map((line) => line.replace(/#[0-9a-f]{8}/, '#…'))).toEqual(['1 | matched | a/1.wav', '1#… | matched | b/1.wav']);
    const imported = await importAll(sidecarXml, memorySource({ 'a/1.wav': '', 'b/1.wav': '', 'c/1.xml': '<c><id>1</id></c>' }));
    expect(summaryOf(imported).recordings.map((line) => line.replace(/#[0-9a-f]{8}/, '#…'))).toEqual([
      '1 | ambiguous | a/1.wav',
      '1#… | ambiguous',
      '1#… | ambiguous | b/1.wav',
    ]);
    expect(imported.findings.map((line) => line.replace(/#[0-9a-f]{8}/, '#…')).sort()).toEqual(['I186 export', 'I201 1#…', 'I202 1', 'I202 1#…']);
    expect(imported.files).toEqual([{ kind: 'file', path: 'c/1.xml', role: 'sidecar', reason: 'an XML file of a recording' }]);
  });

  it('of one stem in two folders are resolved if another sidecar is beside one of them: the other belongs to the remaining sidecar', async () => {
    const { recordings, findings } = await run({ 'a/1.wav': 'a', 'a/1.xml': '<c><id>1</id></c>', 'b/1.wav': 'b', 'c/1.xml': verint('') });
    expect(recordings.map((line) => line.replace(/#[0-9a-f]{8}/, '#…'))).toEqual(['1 | matched | a/1.wav', '1#… | matched | b/1.wav']);
    expect(findings).toEqual(['I186 export']);
  });

  it('are one recording by the stem in another folder if no file has the INUM inside the sidecar', async () => {
    expect(await run({ 'wav/call8.wav': '', 'xml/call8.xml': verint(inum) })).toEqual({
      recordings: ['call8 | matched | wav/call8.wav'],
      findings: [],
      tables: [],
    });
  });

  it('with one INUM inside stay pairs; a sidecar and a silent file with the INUM as name belong to the only pair', async () => {
    const two = await run({ 'a/1.wav': 'a', 'a/1.xml': verint(inum), 'b/2.wav': 'b', 'b/2.xml': verint(inum), [`${inum}.wav`]: 'c' });
    expect(two.recordings).toEqual(['1 | matched | a/1.wav', '2 | matched | b/2.wav', `${inum} | audio-without-row | ${inum}.wav`]);
    const one = await importAll(
      sidecarXml,
      memorySource({ 'a/1.wav': 'a', 'a/1.xml': verint(inum), [`${inum}.xml`]: verint(inum), [`${inum}.nrg`]: 'e' }),
    );
    expect(summaryOf(one)).toEqual({ recordings: [`1 | matched | ${inum}.nrg | a/1.wav`], findings: [], tables: [] });
    expect(one.recordings[0]?.provenance.map(({ path }) => path)).toEqual(['a/1.xml', `${inum}.xml`]);
  });

  it('named inside another sidecar are one recording with it', async () => {
    const { recordings, findings } = await run({ [`${inum}.wav`]: '', [`${inum}.xml`]: verint(inum), 'more/x.xml': verint(inum, '<x:contacts/>') });
    expect(recordings).toEqual([`${inum} | matched | ${inum}.wav`]);
    expect(findings).toEqual([`I183 ${inum}`]);
  });

  it('with an unknown XML file that shares the stem and has no INUM are not a recording without audio', async () => {
    const imported = await importAll(
      sidecarXml,
      memorySource({ 'a/notes.xml': '<notes/>', 'a/notes.dat': 'text', [`${inum}.xml`]: '<x/>', [`${inum}.nrg`]: 'e' }),
    );
    expect(imported.recordings).toEqual([]);
    expect(imported.files.map(({ path, role }) => `${role} ${path}`).sort()).toEqual([
      `alien ${inum}.nrg`,
      `alien ${inum}.xml`,
      'alien a/notes.dat',
      'alien a/notes.xml',
    ]);
  });

  it('without a counterpart are accounted for', async () => {
    const other = '810001000000043';
    expect(await run({ [`${inum}---a.xml`]: verint(inum), [`${other}---a.wav`]: '', 'x.wav': '' })).toEqual({
      recordings: [`${inum} | row-without-audio`, `${other} | audio-without-row | ${other}---a.wav`, 'x | audio-without-row | x.wav'],
      findings: ['I180 export'],
      tables: [],
    });
  });

  it('of screen and audio share an INUM and a recording; the same sidecar twice is not a contradiction, a different one is', async () => {
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
    ['that is not XML', 'hello', 'T127'],
  ])('%s is kept with its audio and reported as unreadable', async (_what, content, code) => {
    expect(await run({ [`${inum}---a.wav`]: '', [`${inum}---b.xml`]: content })).toEqual({
      recordings: [`${inum} | parse-error | ${inum}---a.wav`],
      findings: [`${code} ${inum}---b.xml`],
      tables: [],
    });
  });

  it('that disagree on the bytes of the audio are reported', async () => {
    const sized = (bytes: number): string => verint(inum).replace('</x:segment>', `<x:contentfilesize>${bytes}</x:contentfilesize></x:segment>`);
    expect((await run({ [`${inum}.wav`]: '12345', [`${inum}.xml`]: sized(5) })).findings).toEqual([]);
    expect((await run({ [`${inum}.wav`]: '12345', [`${inum}.xml`]: sized(6) })).findings).toEqual([`I181 ${inum}`]);
  });
});

describe('an XML file beside audio that is not a sidecar', () => {
  const feed =
    '<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>Calls</title><id>urn:1</id><updated>2024-05-02T10:00:00Z</updated><entry><author><name>A</name></author></entry></feed>';
  const note = '<note><to>Tove</to><from>Jani</from><heading>Reminder</heading><body>x</body></note>';
  const rss =
    '<rss version="2.0"><channel><item><title>x</title><pubDate>Thu, 02 May 2024 10:00:00 +0200</pubDate><enclosure url="a.wav" length="1"/></item></channel></rss>';

  it.each([
    ['an Atom feed', feed],
    ['a note', note],
    ['RSS', rss],
    ['XMP', '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="r"><rdf:Description CreateDate="2024"/></rdf:RDF></x:xmpmeta>'],
  ])('does not make a source of this importer: %s', async (_, text) => {
    expect(await recognise({ 'a.wav': '', 'a.xml': text })).toBe(null);
  });

  it('has no metadata for its audio, and is kept as a whole', async () => {
    const { recordings } = await importAll(sidecarXml, memorySource({ 'a.wav': '', 'a.xml': note }));
    expect(recordings).toMatchObject([{ key: 'a', parties: [], callStart: null, extra: expect.arrayContaining([{ name: 'from', value: 'Jani' }]) }]);
  });
});

describe('a sidecar of no known family', () => {
  it('is parsed if a name has one meaning, and kept as a whole if not', async () => {
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

const real = (ref: string, contact = ''): string =>
  `<x:recording x:version="11.2" x:ref="${ref}" xmlns:x="http://www.verint.com/xmlns/recording20080320"><x:segment x:version="1"><x:complete>true</x:complete><x:contenttype>audio/vnd.verint.wav</x:contenttype><x:starttime>2019-10-27T02:15:04.120+02:00</x:starttime><x:requiresredaction>true</x:requiresredaction><x:tags><x:tag x:timestamp="2019-10-27T04:15:04.200+04:00" x:taggedbyhost="REC-B"><x:attribute x:key="sipcallid">a1@pbx.example</x:attribute></x:tag><x:tag x:timestamp="2019-10-27T04:15:05.200+04:00" x:taggedbyhost="REC-B"><x:attribute x:key="dtmfdigits">4929123412341234</x:attribute></x:tag></x:tags><x:shared_key>audio_1_2001</x:shared_key><x:duration>375</x:duration><x:streams><x:stream><x:missedrtppackets>41</x:missedrtppackets><x:decodingerrors>0</x:decodingerrors></x:stream><x:stream><x:missedrtppackets>0</x:missedrtppackets><x:decodingerrors>2</x:decodingerrors></x:stream></x:streams></x:segment><x:contacts><x:contact x:id="91"><x:sessions><x:session x:id="s1" x:lastupdated="2019-10-27T03:00:00+01:00"><x:ani>+442079460017</x:ani><x:dnis>2001</x:dnis><x:employeename>Agent Seven</x:employeename><x:duration>379</x:duration><x:starttime>2019-10-27T02:15:00.000+02:00</x:starttime><x:switch_call_id>00001004711572135300</x:switch_call_id><x:number_of_holds>1</x:number_of_holds><x:inums><x:inum x:contenttype="audio/vnd.verint.wav">${ref}</x:inum><x:inum x:contenttype="screen/vnd.verint.capb">810002000000007</x:inum></x:inums><x:tags><x:tag x:timestamp="2019-10-27T02:15:01.000+02:00"><x:attribute x:key="eventtype">Alerting</x:attribute><x:attribute x:key="timeonhold">0</x:attribute></x:tag><x:tag x:timestamp="2019-10-27T02:16:00.000+02:00"><x:attribute x:key="eventtype">Held</x:attribute><x:attribute x:key="timeonhold">0</x:attribute></x:tag><x:tag x:timestamp="2019-10-27T02:16:41.000+02:00"><x:attribute x:key="eventtype">Retrieved</x:attribute><x:attribute x:key="timeonhold">41</x:attribute></x:tag><x:tag x:timestamp="2019-10-27T02:17:00.000+02:00"><x:attribute x:key="eventtype">Begin_Call</x:attribute><x:attribute x:key="globalcallid">00001004721572135420</x:attribute></x:tag></x:tags></x:session><x:session x:id="s2"><x:ani>+442079460017</x:ani><x:employeename>Agent Eight</x:employeename><x:starttime>2019-10-27T02:10:00.000+02:00</x:starttime><x:inums><x:inum>810001000000099</x:inum></x:inums><x:tags><x:tag x:timestamp="2019-10-27T02:12:00.000+02:00"><x:attribute x:key="eventtype">Disconnected</x:attribute></x:tag></x:tags></x:session></x:sessions><x:duration>439</x:duration><x:is_exception>true</x:is_exception><x:number_of_transfers>1</x:number_of_transfers>${contact}</x:contact></x:contacts></x:recording>`;

describe('a sidecar of Verint', () => {
  it('gives a recording the sessions that name it, its contact as group, and keeps offsets, lengths, counts and losses separate', async () => {
    const { recordings, findings } = await importAll(sidecarXml, memorySource({ [`${inum}.wav`]: '', [`${inum}.xml`]: real(inum) }));
    expect(recordings).toMatchObject([
      {
        key: inum,
        callStart: { utc: '2019-10-27T00:15:00.000Z', offsetMin: 120 },
        durationDeclared: { ms: 375_000, of: 'audio' },
        callEnd: null,
        group: { id: '91' },
        correlation: [
          { name: 'switch-call-id', value: '00001004711572135300' },
          { name: 'ucid', value: '00001004711572135300' },
          { name: 'sip-call-id', value: 'a1@pbx.example' },
        ],
        parties: [{ role: 'caller' }, { role: 'callee' }, { role: 'agent', name: 'Agent Seven' }],
        events: [
          { type: 'tag', at: { utc: '2019-10-27T00:15:04.200Z', offsetMin: 240 } },
          { type: 'dtmf', raw: 'taggedbyhost=REC-B; pressed keys, left out: 1' },
          { type: 'ring', lengthMs: null, mediaEffect: 'none' },
          { type: 'hold', lengthMs: 41_000, mediaEffect: 'unknown' },
          { type: 'retrieve', lengthMs: null },
          { type: 'tag', raw: 'Begin_Call; globalcallid=00001004721572135420' },
        ],
        quality: [
          { name: 'stream 1 missedrtppackets', value: '41' },
          { name: 'stream 2 decodingerrors', value: '2' },
          { name: 'contact-number-of-transfers', value: '1' },
          { name: 'session-number-of-holds', value: '1' },
          { name: 'is_exception', value: 'true' },
          { name: 'requiresredaction', value: 'true' },
        ],
      },
    ]);
    expect(recordings[0]?.extra).toEqual(
      expect.arrayContaining([
        { name: 'segment.shared_key', value: 'audio_1_2001' },
        { name: 'contacts.contact.duration', value: '439' },
        { name: 'contacts.contact.sessions.session.employeename', value: 'Agent Eight' },
        { name: 'other-session.tag', value: '2019-10-27T02:12:00.000+02:00 Disconnected' },
      ]),
    );
    expect(JSON.stringify(recordings)).not.toContain('4929123412341234');
    expect(findings).toEqual([`I285 ${inum}`]);
  });

  it('that the recorder changed last takes precedence', async () => {
    const older = real(inum).replace('Agent Seven', 'Nobody').replace('T03:00:00+01:00', 'T02:59:00+02:00');
    const { recordings } = await importAll(
      sidecarXml,
      memorySource({ [`${inum}---a.xml`]: older, [`${inum}---b.xml`]: real(inum), [`${inum}.wav`]: '' }),
    );
    expect(recordings[0]?.parties.at(-1)?.name).toBe('Agent Seven');
    expect(recordings[0]?.findings.map(({ code }) => code)).toEqual(['I285', 'I183']);
  });

  it('finds its media in other archives, with other files of its INUM; copies are separate', async () => {
    const imported = await importAll(
      sidecarXml,
      memorySource({
        [`2019/10/27/01/a.tar!Calls/810001/000/00/00/${inum}---1.wav`]: 'sound',
        [`2019/10/27/01/a.tar!${inum}.nrg`]: 'energy',
        [`2019/10/27/02/b.tar!${inum}---2.xml`]: verint(inum),
        [`2019/10/27/02/b.tar!${inum}---3.wav`]: 'sound',
        '2019/10/27/02/b.tar!810001000000077.nrg': 'energy',
      }),
    );
    expect(summaryOf(imported).recordings).toEqual([
      `${inum} | matched | 2019/10/27/01/a.tar!${inum}.nrg | 2019/10/27/01/a.tar!Calls/810001/000/00/00/${inum}---1.wav`,
      `copy 1 ${inum} | duplicate-audio | 2019/10/27/02/b.tar!${inum}---3.wav`,
    ]);
    expect(imported.recordings[0]?.media.map(({ kind }) => kind)).toEqual(['other', 'audio']);
    expect(imported.files.filter(({ role }) => role === 'alien').map(({ path }) => path)).toEqual(['2019/10/27/02/b.tar!810001000000077.nrg']);
  });
});

describe('a search of Avaya Contact Recorder', () => {
  const table = [
    'Start Time,Duration,INUMs,Agents,Services,Skills,Other Parties,UDF1',
    `2019-10-27 03:15:00,0:06:15,${inum},7001,Sales,5000,+442079460017,Order 7`,
    `2019-10-27 03:20:00,0:01:00,"810001000000043, 810001000000044","Doe, J; Roe, R",,,,`,
    '27/10/2019 03:30,60,8.10001E+14,,,,,',
    '',
  ].join('\r\n');

  it('adds to the recordings that it names, and lists those that are absent', async () => {
    const files = { 'search.csv': table, [`${inum}.wav`]: 'a', '810001000000043.wav': 'b', '810001000000043.xml': verint('810001000000043') };
    const imported = await importAll(sidecarXml, memorySource(files), { zone: 'Europe/Stockholm' });
    expect(summaryOf(imported)).toEqual({
      recordings: [`${inum} | matched | ${inum}.wav`, '810001000000043 | matched | 810001000000043.wav', '810001000000044 | row-without-audio'],
      findings: ['I286 export'],
      tables: ['search.csv: 3 {"event-without-recording":1,"matched":2}'],
    });
    expect(imported.recordings[0]).toMatchObject({
      callStart: { utc: '2019-10-27T02:15:00.000Z' },
      durationDeclared: { ms: 375_000 },
      parties: [
        { role: 'agent', agentId: '7001' },
        { role: 'unknown', phone: { e164: '+442079460017' } },
      ],
      org: [
        { name: 'service', value: 'Sales' },
        { name: 'skill', value: '5000' },
      ],
      extra: [{ name: 'UDF1', value: 'Order 7' }],
      provenance: [{ kind: 'row', path: 'search.csv', row: 2 }],
    });
    expect(imported.recordings[1]).toMatchObject({
      callStart: { utc: '2024-05-02T08:00:00.000Z' },
      extra: expect.arrayContaining([{ name: 'search.Agents', value: 'Doe, J; Roe, R' }]),
    });
    expect(imported.recordings[2]).toMatchObject({ callStart: { utc: '2019-10-27T02:20:00.000Z' }, parties: [] });
  });

  it('belongs to the audio beside the sidecar with its INUM, and counts if there is audio; the same row again is a repeat', async () => {
    const named = '2019-10-27 03:15:00,0:01:00,"810001000000001, 810001000000043",7001';
    const rows = ['Start Time,Duration,INUM(s),Agents', named, `2019-10-27 03:15:00,0:01:00,${inum},7001`, named, ''].join('\r\n');
    const files = { 'search.csv': rows, 'call7.wav': 'a', 'call7.xml': verint(inum), '810001000000043.wav': 'b' };
    const imported = await importAll(sidecarXml, memorySource(files));
    expect(summaryOf(imported)).toEqual({
      recordings: ['810001000000001 | row-without-audio', '810001000000043 | matched | 810001000000043.wav', 'call7 | matched | call7.wav'],
      findings: ['I163 export'],
      tables: ['search.csv: 3 {"duplicate-row":1,"matched":2}'],
    });
    expect(imported.recordings.find(({ key }) => key === 'call7')?.provenance.map(({ path, row }) => [path, row])).toEqual([
      ['call7.xml', null],
      ['search.csv', 3],
    ]);
  });

  it('keeps its totals for any rows and files', async () => {
    const ids = [inum, '810001000000043', '810001000000044'];
    const row = fc.subarray(ids).map((named) => `2019-10-27 03:15:00,0:01:00,"${named.join(', ')}",7001`);
    const file = fc.tuple(fc.constantFrom('a/', 'b.tar!'), fc.constantFrom(...ids), fc.constantFrom('.wav', '---1.wav', '.xml', '.nrg', '.avi'));
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 6 }), fc.array(file, { maxLength: 8 }), async (rows, files) => {
        const media = files.map(([folder, id, ending]) => [folder + id + ending, ending === '.xml' ? real(id) : 'sound'] as const);
        const { tables } = await importAll(
          sidecarXml,
          memorySource({ ...Object.fromEntries(media), 'search.csv': ['Start Time,Duration,INUMs,Agents', ...rows, ''].join('\n') }),
        );
        expect(tables.map(({ records }) => records)).toEqual([rows.length]);
      }),
      { numRuns: 60 },
    );
  });

  it('makes a source without sidecars a source of this importer', async () => {
    expect(await recognise({ 'search.csv': table, [`${inum}.wav`]: '' })).toBe('tables of searches with INUMs: 1; 1 audio file');
    expect(await recognise({ 'calls.csv': 'Start Time,Duration\n', [`${inum}.wav`]: '' })).toBe(null);
  });
});

describe('a source', () => {
  it('is recognised by Verint’s namespace, or if most XML files are beside audio and have the names of a call', async () => {
    expect(await recognise({ [`a/${inum}---1.wav`]: '', [`a/${inum}---2.xml`]: verint(inum) })).toBe(
      "Verint's namespace in 1 of the first 1 XML file; 1 audio file, 1 with the INUM of a sidecar",
    );
    const call = '<c><StartTime>2024-05-02T10:00:00Z</StartTime><from nr="1"/></c>';
    expect(await recognise({ 'a.wav': '', 'a.xml': call, 'b.xml': call })).toBe(
      'audio of the same name beside 1 of 2 XML files; elements for caller, start in 2 of the first 2; 1 audio file',
    );
    expect(await recognise({ 'a.wav': '', 'a.xml': call, 'b.xml': call, 'c.xml': call })).toBe(null);
    expect(await recognise({ 'a.wav': '', 'a.cdr.xml': '<cdr/>' })).toBe(null);
  });
});

const imitation = fileURLToPath(new URL('../../../../shared/samples/recorders/verint-like/810001000000042.xml', import.meta.url));

describe.skipIf(!existsSync(imitation))('the synthetic Verint sidecar', () => {
  it('keeps its two offsets, its separate lengths and every value', async () => {
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
