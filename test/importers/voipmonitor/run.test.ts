import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { voipmonitorPacked } from '../../../formats/capture/voipmonitor-packed.ts';
import { memoryReader } from '../../../src/core/base/bytes.ts';
import { unpackedReader } from '../../../src/core/model/packed-blocks.ts';
import type { RecordingDocument } from '../../../src/core/model/recording-document.ts';
import { createRig, type Rig, shared } from '../../cli/rig.ts';
import { storedMember } from '../../formats/packed-builder.ts';
import { rtpCapture, rtpPackets, sipCapture, spoolArchive } from '../make-voipmonitor-sample.ts';

const runs = join(shared, 'samples/recorders/voipmonitor');

/** Documents of an archive by the call's name in the spool, each with its folder. */
function documentsOf(archive: string): Map<string, RecordingDocument & { readonly folder: string }> {
  const found = readdirSync(join(archive, 'bags'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('/recording.json'))
    .map((file) => {
      const path = join(archive, 'bags', file);
      return { ...(JSON.parse(readFileSync(path, 'utf8')) as RecordingDocument), folder: dirname(path) };
    });
  return new Map(found.map((document) => [document.recording.key.replace(/^.* /, ''), document]));
}

/** Originals of the pieces of one medium, as a person joins them. */
function joined({ folder, media }: RecordingDocument & { readonly folder: string }, first: number): Buffer {
  const pieces = media.filter((medium, index) => index === first || (index > first && medium.continues === true));
  return Buffer.concat(pieces.map(({ original }) => readFileSync(join(folder, original.path))));
}

describe('the import of a spool with a capture in pieces', () => {
  let rig: Rig;
  let call: RecordingDocument & { readonly folder: string };
  const whole = storedMember('LZO', rtpCapture(21), 900);
  const cuts = [0, 2_000, 2_001, whole.length];

  beforeAll(async () => {
    rig = createRig();
    const pieces = [1, 2].map((index) => ({
      name: `A.1@pbx.example.pcap#${index * 3}`,
      bytes: whole.subarray(cuts[index - 1], cuts[index]),
      began: 1_761_438_596,
    }));
    const last = { name: 'A.1@pbx.example.pcap', bytes: whole.subarray(cuts[2]), began: 1_761_438_596 };
    const other = { name: 'B.2@pbx.example.pcap', bytes: rtpCapture(31), began: 1_761_438_597 };
    const signalling = { name: 'A.1@pbx.example.pcap', bytes: sipCapture('A.1@pbx.example'), began: 1_761_438_596 };
    mkdirSync(rig.path('spool/2025-10-26/00/29/RTP'), { recursive: true });
    mkdirSync(rig.path('spool/2025-10-26/00/29/SIP'), { recursive: true });
    writeFileSync(rig.path('spool/2025-10-26/00/29/RTP/rtp_2025-10-26-00-29.tar'), await spoolArchive([...pieces, other, last]));
    writeFileSync(rig.path('spool/2025-10-26/00/29/SIP/sip_2025-10-26-00-29.tar'), await spoolArchive([signalling]));
    const imported = await rig.run(['import', 'spool', '--into', 'archive']);
    expect(imported.stderr).not.toMatch(/warning|error/);
    expect(imported.code).toBe(0);
    const found = documentsOf(rig.path('archive')).get('A.1@pbx.example');
    if (found === undefined) throw new Error('not imported');
    call = found;
  });
  afterAll(() => rig[Symbol.asyncDispose]());

  it('keeps each piece unchanged, and plays all of them together', () => {
    expect(call.media.map(({ original, continues, access }) => [original.path, continues, access?.path ?? null])).toEqual([
      ['original-1.pcap', false, 'access-1.opus'],
      ['original-2.pcap', true, null],
      ['original-3.pcap', true, null],
      ['original-4.pcap', false, null],
    ]);
    expect(call.media.slice(0, 3).map(({ original }) => original.sha256)).toEqual(
      [1, 2, 3].map((index) =>
        createHash('sha256')
          .update(whole.subarray(cuts[index - 1], cuts[index]))
          .digest('hex'),
      ),
    );
    expect(joined(call, 0)).toEqual(Buffer.from(whole));
    expect(call.media[0]).toMatchObject({ format: 'voipmonitor-packed', state: 'ok', measurement: { samples: (rtpPackets / 2) * 160, channels: 2 } });
    expect(call.media.flatMap(({ findings }) => findings)).toEqual([]);
  });

  it('has the sound of the capture before it was split', async () => {
    writeFileSync(rig.path('whole.pcap'), rtpCapture(21));
    expect((await rig.run(['import', 'whole.pcap', '--into', 'other'])).code).toBe(0);
    const [alone] = documentsOf(rig.path('other')).values();
    expect(call.media[0]?.measurement?.pcmSha256).toBe(alone?.media[0]?.measurement?.pcmSha256);
  });

  it('is verified, surveyed and exported with every piece', async () => {
    expect((await rig.run(['verify', 'archive', '--play'])).code).toBe(0);
    const survey = await rig.run(['survey', 'spool']);
    expect(survey.stdout).toContain('G.711 A-law in RTP');
    expect(`${survey.stdout}${survey.stderr}`).not.toMatch(/F375|F260|P140/);
    expect((await rig.run(['export', 'archive', call.recordingId, '--out', 'heard'])).code).toBe(0);
    expect(readdirSync(rig.path('heard')).filter((file) => /-[23]\./.test(file))).toEqual([]);
    expect((await rig.run(['export', 'archive', call.recordingId, '--out', 'kept', '--take', 'original'])).code).toBe(0);
    expect(readdirSync(rig.path('kept')).filter((file) => file.endsWith('.pcap'))).toHaveLength(4);
  });

  it('shows a lost piece', async () => {
    const piece = join(call.folder, 'original-2.pcap');
    const bytes = readFileSync(piece);
    writeFileSync(piece, bytes.subarray(0, -1));
    expect((await rig.run(['verify', 'archive'])).code).not.toBe(0);
    writeFileSync(piece, bytes);
    expect((await rig.run(['verify', 'archive'])).code).toBe(0);
  });
});

describe.skipIf(!existsSync(runs))('runs of VoIPmonitor', () => {
  let rig: Rig;
  beforeAll(() => {
    rig = createRig();
  });
  afterAll(() => rig[Symbol.asyncDispose]());

  it('in pieces, packed: two calls of 1950 packets each, as unlzo.py unpacks them', async () => {
    const imported = await rig.run(['import', join(runs, 'pieces-lzo-zstd'), '--into', 'pieces', '--zone', 'UTC']);
    expect(imported.stdout).toContain('Recordings: 2');
    const calls = documentsOf(rig.path('pieces'));
    expect([...calls.keys()].sort()).toEqual(['long-A.1@pbx.example', 'long-B.2@pbx.example']);
    mkdirSync(rig.path('truth'));
    const judged = spawnSync('python3', [join(runs, 'unlzo.py'), join(runs, 'pieces-lzo-zstd/2025-10-26/00/29/RTP/rtp_2025-10-26-00-29.tar')], {
      cwd: rig.path('truth'),
    });
    for (const [name, call] of calls) {
      expect(call.recording.callStart?.utc).toBe(`2025-10-26T00:29:${name.startsWith('long-A') ? 56 : 57}.000Z`);
      expect(call.media.map(({ path, continues }) => [path.replace(/.*!/, ''), continues])).toEqual([
        [`${name}.pcap#${name.startsWith('long-A') ? 1 : 2}`, false],
        [`${name}.pcap`, true],
        [`${name}.pcap`, false],
      ]);
      expect(call.media[0]?.basis).toContain('56 blocks that unpack to 448524 bytes: a pcap, 1950 frames');
      const bytes = joined(call, 0);
      const packed = (await voipmonitorPacked.identify(memoryReader(bytes, name), { name }, new AbortController().signal))?.packed;
      if (packed === undefined) throw new Error('not packed');
      // If Python has liblzo2, it unpacks to the same bytes.
      if (judged.status === 0) {
        const unpacked = await unpackedReader(memoryReader(bytes, name), packed).read(0, packed.size);
        expect(Buffer.compare(unpacked, readFileSync(rig.path('truth', `out-${name}.pcap`)))).toBe(0);
      }
      expect(bytes.length).toBe(294_912 + (name.startsWith('long-A') ? 66_824 : 66_732));
    }
    expect((await rig.run(['verify', 'pieces'])).code).toBe(0);
  });

  it('plain, with audio: three calls, one under a shortened name, each with its captures', async () => {
    await rig.run(['import', join(runs, 'three-calls-utc'), '--into', 'three', '--zone', 'UTC']);
    const calls = documentsOf(rig.path('three'));
    const told = [...calls].map(([name, { recording, media }]) => [
      name,
      recording.callStart?.utc,
      media.map(({ path }) => /AUDIO|RTP|SIP/.exec(path)?.[0]),
      media.map(({ measurement }) => measurement?.samples ?? null),
      media.map(({ basis }) => Number(/(\d+) frames/.exec(basis)?.[1] ?? 0)),
    ]);
    expect(told.sort()).toEqual([
      [
        '_______2e_call_long-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx_hash_e8a4a2ffb1ba99c3f7ce97a64ce7f2ea',
        '2025-10-26T01:29:56.000Z',
        ['RTP', 'SIP'],
        [47_520, null],
        [544, 12],
      ],
      ['second-call.4712@pbx.example', '2025-10-26T00:29:57.000Z', ['RTP', 'SIP'], [47_520, null], [544, 12]],
      ['trade_4711_______@pbx.example', '2025-10-26T00:29:56.000Z', ['AUDIO', 'RTP', 'SIP'], [64_799, 47_520, null], [0, 544, 12]],
    ]);
    expect((await rig.run(['verify', 'three', '--play'])).code).toBe(0);
  });
});
