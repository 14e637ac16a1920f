import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { rtpengine } from '../../../importers/rtpengine/importer.ts';
import { root, shared } from '../../cli/rig.ts';
import { wav } from '../asterisk/rows.ts';
import { expectGolden, expectSample } from '../golden.ts';
import { brief, importAll } from '../import-all.ts';
import { rtpengineSample } from '../make-rtpengine-sample.ts';
import { media } from '../media.ts';
import { memorySource, memorySourceOfFolder } from '../memory-source.ts';
import { summaryOf } from '../summary.ts';

const real = join(shared, 'samples/recorders/rtpengine');
const id = 'a%2Fb%40pbx.example-00112233445566aa';
const text = (more = '', started = '1766451600123.456'): string =>
  `/var/spool/rtpengine/pcaps/${id}.pcap\n\n\nTimestamp started ms: ${started}\nSDP mode: offer\nSDP before RTP packet: 1\n\nv=0\no=- 1 1 IN IP4 192.0.2.1\nm=audio 30024 RTP/AVP 8\n\nTimestamp terminated ms(first monologue): 1766451660124.000\n\ncall start time: 2025-12-23T02:00:00\ncall end time: 2025-12-23T02:01:00\n\n\n${more}`;

describe('samples/rtpengine', () => {
  const folder = fileURLToPath(new URL('../../../samples/rtpengine', import.meta.url));

  it('equals the output of its generator, byte for byte', () => {
    expectSample(folder, rtpengineSample());
  });

  it('gives the expected result in the file beside it', async () => {
    const imported = await importAll(rtpengine, await memorySourceOfFolder(folder), { zone: 'Europe/Stockholm' });
    expectGolden(`${folder}.expected.json`, { ...summaryOf(imported), said: brief(imported) });
  });
});

describe('rtpengine, pcap method', () => {
  it('joins text and capture by the name in the first line, and takes UTC from the epochs', async () => {
    const meta = text('caller:+442079460017|callee:sip:2001@pbx.example|agent:Trader 7|deal:X-1\n');
    const imported = await importAll(rtpengine, memorySource({ [`metadata/rtpengine-meta-${id}.txt`]: meta, [`pcaps/${id}.pcap`]: wav(4) }), {
      zone: 'UTC',
    });
    expect(brief(imported)).toMatchObject({
      [id]: { status: 'matched', start: '2025-12-23T01:00:00.123Z', end: '2025-12-23T01:01:00.124Z', media: [`unknown pcaps/${id}.pcap`] },
    });
    expect(imported.recordings[0]).toMatchObject({
      correlation: [{ name: 'sip-call-id', value: 'a/b@pbx.example' }],
      parties: [{ role: 'caller' }, { role: 'callee', phone: { sip: 'sip:2001@pbx.example' } }, { role: 'agent', name: 'Trader 7' }],
      tags: [{ name: 'deal', value: 'X-1' }],
      media: [{ kind: 'pcap' }],
    });
    // The given zone was UTC, and the two differ by an hour, which is the offset.
    expect(imported.findings).toEqual([]);
  });

  it('keeps a text without its capture, a capture without its text, and an empty text', async () => {
    const other = 'c%40x-00112233445566ab';
    const imported = await importAll(
      rtpengine,
      memorySource({ [`rtpengine-meta-${id}.txt`]: text(), [`${other}.pcap`]: wav(4), 'rtpengine-meta-d-00112233445566ac.txt': '' }),
    );
    expect(brief(imported)).toMatchObject({ [id]: { status: 'row-without-audio' }, [other]: { status: 'audio-without-row' } });
    expect(imported.files.map(({ path, role }) => [path, role])).toContainEqual(['rtpengine-meta-d-00112233445566ac.txt', 'alien']);
  });

  it('finds the capture by the name of the text if the first line is lost', async () => {
    const imported = await importAll(rtpengine, memorySource({ [`m/rtpengine-meta-${id}.txt`]: 'garbage', [`p/${id}.pcap`]: wav(4) }));
    expect(brief(imported)).toMatchObject({ [id]: { status: 'matched', start: null } });
  });

  it.skipIf(!existsSync(real))('reads the output of a real run', async () => {
    const source = await memorySourceOfFolder(real);
    const imported = await importAll(rtpengine, source, { zone: 'UTC' });
    const key = 'trade-4711%40pbx.example-b18ac0b357ee55ae';
    expect(brief(imported)).toMatchObject({ [key]: { status: 'matched', start: '2026-11-24T22:43:11.901Z', end: '2026-11-24T22:43:19.904Z' } });
    expect(imported.recordings[0]?.parties.map(({ role }) => role)).toEqual(['caller', 'callee', 'agent']);
    expect(
      await rtpengine.recognise(source, { zone: null, mapping: null, encoding: null, media, scratch: root }, new AbortController().signal),
    ).toContain('metadata files: 1');
  });
});

describe('rtpengine, recording daemon', () => {
  const dump = [
    'CREATE TABLE `recording_calls` (`id` int, `call_id` varchar(250), `start_timestamp` decimal(13,3), `end_timestamp` decimal(13,3), `status` varchar(20)) ENGINE=InnoDB;',
    "INSERT INTO `recording_calls` VALUES (7,'c1@pbx.example',1761438596.125,1761438656.500,'completed'),(8,'c2@pbx.example',1761442196.125,NULL,'recording');",
    'CREATE TABLE `recording_streams` (`id` int, `call` int, `local_filename` varchar(250), `full_filename` varchar(250), `file_format` varchar(10), `output_type` varchar(10), `stream_id` int, `sample_rate` int, `channels` int, `ssrc` int, `start_timestamp` decimal(13,3), `end_timestamp` decimal(13,3), `tag_label` varchar(50)) ENGINE=InnoDB;',
    "INSERT INTO `recording_streams` VALUES (1,7,'c1%40pbx.example-00112233445566aa-mix','/rec/c1%40pbx.example-00112233445566aa-mix.wav','wav','mixed',NULL,8000,1,NULL,1761438597.000,1761438656.000,''),(2,7,'c1%40pbx.example-00112233445566aa-0badcafe','/rec/c1%40pbx.example-00112233445566aa-0badcafe.wav','wav','single',1,8000,1,195939070,1761438598.000,1761438656.000,'caller');",
    'CREATE TABLE `recording_metakeys` (`id` int, `call` int, `key` varchar(255), `value` varchar(255)) ENGINE=InnoDB;',
    "INSERT INTO `recording_metakeys` VALUES (1,7,'agent','Trader 7'),(2,99,'agent','nobody');",
  ].join('\n');

  it('makes one recording of a call with its mix and sides, and accounts for every row', async () => {
    const imported = await importAll(
      rtpengine,
      memorySource({
        'db.sql': dump,
        'rec/c1%40pbx.example-00112233445566aa-mix.wav': wav(8),
        'rec/c1%40pbx.example-00112233445566aa-0badcafe.wav': wav(8),
        'rec/c9-00112233445566ff-mix.wav': wav(2),
        'rec/c9-00112233445566ff-1a.wav': wav(2),
      }),
    );
    expect(brief(imported)).toMatchObject({
      'c1@pbx.example/7': {
        status: 'matched',
        start: '2025-10-26T00:29:56.125Z',
        media: ['unknown rec/c1%40pbx.example-00112233445566aa-0badcafe.wav', 'mixed rec/c1%40pbx.example-00112233445566aa-mix.wav'],
      },
      'c2@pbx.example/8': { status: 'row-without-audio' },
      'c9-00112233445566ff': { media: ['unknown rec/c9-00112233445566ff-1a.wav', 'mixed rec/c9-00112233445566ff-mix.wav'] },
    });
    expect(imported.tables.map(({ path, byStatus }) => [path, byStatus])).toEqual([
      ['db.sql:recording_calls', { matched: 1, 'row-without-audio': 1 }],
      ['db.sql:recording_streams', { matched: 2 }],
      ['db.sql:recording_metakeys', { event: 1, 'event-without-recording': 1 }],
    ]);
    expect(imported.recordings.find(({ key }) => key.startsWith('c1'))).toMatchObject({
      parties: [{ role: 'agent', name: 'Trader 7' }],
      quality: [{ name: 'status', value: 'completed' }],
    });
  });
});
