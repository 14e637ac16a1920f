import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { finos } from '../../../importers/finos/importer.ts';
import { readCallRecord } from '../../../importers/finos/record.ts';
import { shared } from '../../cli/rig.ts';
import { brief, importAll } from '../import-all.ts';
import { finosSample } from '../make-json-samples.ts';
import { tone } from '../make-mapping-samples.ts';
import { memorySource, memorySourceOfFolder } from '../memory-source.ts';

const examples = join(shared, 'samples/recorders/finos/examples/vendors');
const a = tone(440, 0.05);
const read = (files: Record<string, string | Uint8Array>) => importAll(finos, memorySource(files));
const record = (call: object, more: object = {}): string =>
  JSON.stringify({ communicationRecord: { comUUID: 'u1', startTime: '2026-03-29T01:30:00+02:00', ...call }, ...more });

describe('finos', () => {
  it.skipIf(!existsSync(examples))('reads the examples of Cisco and NICE as one call with its recording, and those of Cloud9', async () => {
    const files = {
      'vr.json': readFileSync(join(examples, 'ComChain/Cisco3103_18919_vr.json')),
      'call.json': readFileSync(join(examples, 'ComChain/C3103SEP001E7AC453B5-kayode-16799876.json')),
      '2019-12-12/1/CH1_00000110_85.wav': a,
    };
    const imported = await read(files);
    expect(brief(imported)).toMatchObject({
      18919: {
        status: 'matched',
        start: '2019-12-12T13:52:29.000Z',
        end: '2019-12-12T13:52:39.000Z',
        media: ['unknown 2019-12-12/1/CH1_00000110_85.wav'],
      },
    });
    expect(imported.recordings).toHaveLength(1);
    // The example's checksum is not that of this file.
    expect(imported.findings).toEqual(['I292 2019-12-12/1/CH1_00000110_85.wav']);
    expect(imported.recordings[0]).toMatchObject({
      direction: { value: 'inbound', raw: 'inbound' },
      durationDeclared: { ms: 10_000 },
      parties: [
        { role: 'callee', name: 'Kayode' },
        { role: 'caller', name: 'Aidan' },
        { role: 'unknown', name: 'ITS 1201' },
      ],
      retention: { expiresAt: { utc: '2023-12-12T13:52:29.000Z' } },
    });
    expect(imported.recordings[0]?.events.filter(({ party }) => party === 0).map(({ type, lengthMs }) => [type, lengthMs])).toEqual([
      ['join', null],
      ['leave', null],
      ['ring', 11_509],
      ['answer', 10_267],
      ['hold', 3_340],
      ['tag', 14_873],
      ['answer', 7_778],
    ]);
    const cloud9 = await importAll(finos, await memorySourceOfFolder(join(examples, 'Cloud9')));
    expect(brief(cloud9)).toMatchObject({
      'sDT-20160517-163415-johnsmith-1165020038-1.m4a': {
        status: 'row-without-audio',
        start: '2016-06-18T07:50:30.000Z',
        end: '2016-06-18T08:05:15.000Z',
      },
      'sVC-20160517-163415-johnsmith-1165020038-1.m4a': { status: 'row-without-audio' },
      'sPK-20160517-163415-johnsmith-1165020038-1.m4a': { status: 'row-without-audio' },
    });
    expect(cloud9.files.map(({ role }) => role).sort()).toEqual(['alien', 'sidecar', 'sidecar', 'sidecar']);
  });

  it('checks each checksum by its kind, MD5 if none is stated, in either case or base64', async () => {
    const digest = (algorithm: string, encoding: 'hex' | 'base64' = 'hex') => createHash(algorithm).update(a).digest(encoding);
    const codes = async (checksum: object) =>
      (await read({ 'r.json': record({}, { comFiles: [{ fileName: 'a.wav', checksum }] }), 'a.wav': a })).findings;
    for (const checksum of [
      { hash: digest('md5').toUpperCase() },
      { type: 'SHA-384', hash: digest('sha384') },
      { type: 'SHA3-512', hash: digest('sha3-512') },
      { type: 'SHA3-224', hash: digest('sha3-224', 'base64') },
    ])
      expect(await codes(checksum)).toEqual([]);
    expect(await codes({ hash: '0'.repeat(32) })).toEqual(['I292 a.wav']);
    expect(await codes({ type: 'MD5', hash: digest('sha256') })).toEqual(['I271 a.wav']);
    expect(await codes({ type: 'CRC', hash: '00112233' })).toEqual(['I271 a.wav']);
  });

  it('keeps records without sound, records that lost their sound, several files of one record, and records that share an id', async () => {
    const imported = await read({
      'im.json': record({ comUUID: 'im', type: 'IM' }),
      'lost.json': record({ comUUID: 'lost' }, { comFiles: [{ fileName: 'gone.wav' }] }),
      'two.json': record({ comUUID: 'two' }, { comFiles: [{ fileName: 'a.wav' }, { fileName: 'b.wav', fileLocation: 'file:///x/y/' }] }),
      'two-again.json': record({ comUUID: 'two', state: 'x' }),
      'a.wav': a,
      'y/b.wav': a,
      'bare.json': record({ comUUID: 'bare' }),
      'bare.wav': a,
      'other.json': '{"a": 1}',
    });
    expect(brief(imported)).toMatchObject({
      im: { status: 'not-recorded-by-design' },
      lost: { status: 'row-without-audio' },
      two: { status: 'split-audio', media: ['unknown a.wav', 'unknown y/b.wav'], start: '2026-03-28T23:30:00.000Z' },
      bare: { status: 'matched', media: ['unknown bare.wav'] },
    });
    expect(imported.files.find(({ path }) => path === 'other.json')?.role).toBe('alien');
  });

  it('takes an id of the telephone system for one call only within a day and a device', async () => {
    const one = (comUUID: string, day: string, device: string) =>
      record(
        { comUUID, csID: '7/1', startTime: `${day}T08:00:00Z` },
        { deviceInfo: { deviceID: device }, comFiles: [{ fileName: `${comUUID}.wav` }] },
      );
    const { recordings } = await read({ '1.json': one('r1', '2026-01-01', 'x'), '2.json': one('r2', '2026-01-01', 'x'), '3.json': one('r3', '2026-01-02', 'x'), '4.json': one('r4', '2026-01-01', 'y') }); // biome-ignore format: one object
    expect(recordings.map(({ key, group }) => [key, group?.index ?? null]).sort()).toEqual([['r1', 0], ['r2', 1], ['r3', null], ['r4', null]]); // biome-ignore format: pairs
  });

  it('accounts for everything, including missing, doubled and reordered records', async () => {
    const all = [...finosSample()];
    await fc.assert(
      fc.asyncProperty(fc.subarray(all), fc.nat(5), async (some, doubled) => {
        const files = Object.fromEntries([...some, ...some.slice(0, doubled).map(([path, bytes]) => [`copy/${path}`, bytes] as const)].reverse());
        const imported = await read(files);
        expect(imported.recordings.flatMap(({ media }) => media).length).toBe(Object.keys(files).filter((path) => path.endsWith('.wav')).length);
      }),
      { numRuns: 60 },
    );
    await fc.assert(
      fc.asyncProperty(fc.json({ maxDepth: 3 }), fc.json({ maxDepth: 3 }), async (call, value) => {
        readCallRecord(value);
        const any = JSON.parse(value) as unknown;
        await read({ 'a.json': `{"communicationRecord":${call},"participants":${value},"comFiles":[${value}],"deviceInfo":${value}}`, 'b.json': record({ csID: any, startTime: any, activeDuration: any, direction: any }, { additionalProperty: any, data: any }), 'a.wav': a }); // biome-ignore format: one object
      }),
      { numRuns: 60 },
    );
  });
});
