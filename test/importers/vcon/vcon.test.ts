import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { vcon } from '../../../importers/vcon/importer.ts';
import { openSource } from '../../../src/source/open-source.ts';
import { readVcon } from '../../../src/tables/vcon-document.ts';
import { createRig, root, shared } from '../../cli/rig.ts';
import { never, temporaryFolder } from '../../source/rig.ts';
import { brief, importAll } from '../import-all.ts';
import { uuid, vconSample } from '../make-json-samples.ts';
import { tone } from '../make-mapping-samples.ts';
import { memorySource } from '../memory-source.ts';

const examples = join(shared, 'samples/recorders/vcon/examples');
const hash = (bytes: Uint8Array): string => `sha512-${createHash('sha512').update(bytes).digest('base64url')}`;
const document = (number: number, dialog: unknown[], more: object = {}): string =>
  JSON.stringify({ uuid: uuid(number), created_at: '2026-05-04T10:00:00Z', parties: [{ tel: '+15550100' }, { tel: '2001' }], dialog, ...more });
const recording = (more: object = {}) => ({ type: 'recording', start: '2026-05-04T08:00:00Z', parties: [0, 1], filename: 'a.wav', ...more });
const a = tone(440, 0.05);
const b = tone(550, 0.05);
const read = (files: Record<string, string | Uint8Array>) => importAll(vcon, memorySource(files));

describe('vcon', () => {
  it('keeps legs of one call whose sound has the same bytes; only a file that equals an embedded one is not a recording of its own', async () => {
    const leg = (more: object): object => recording({ encoding: 'base64url', body: Buffer.from(a).toString('base64url'), ...more });
    const inside = await read({
      'x.vcon!vcon.json': document(1, [leg({ filename: 'one.wav' }), leg({ filename: 'two.wav' })]),
      'x.vcon!dialog-0.wav': a,
      'x.vcon!dialog-1.wav': a,
      'one.wav': a,
    });
    // Of two equal files the first by its path represents it.
    expect(inside.recordings.flatMap(({ media }) => media.map(({ path }) => path)).sort()).toEqual(['one.wav', 'x.vcon!dialog-1.wav']);
    expect(inside.files).toContainEqual(expect.objectContaining({ path: 'x.vcon!dialog-0.wav', role: 'sidecar' }));
    const outside = await read({
      'x.vcon': document(1, [recording({ filename: 'one.wav' }), recording({ filename: 'two.wav' })]),
      'one.wav': a,
      'two.wav': a,
    });
    expect(outside.recordings.flatMap(({ media }) => media.map(({ path }) => path)).sort()).toEqual(['one.wav', 'two.wav']);
  });

  it.skipIf(!existsSync(examples))('reads every example of the working group', async () => {
    using scratch = temporaryFolder();
    const source = await openSource([examples], { scratch: scratch.path }, never);
    const imported = await importAll(vcon, source);
    await source.close();
    expect(
      imported.recordings.map(({ key, reconciliation, media }) => [key, reconciliation.status, ...media.map(({ path }) => path)]).sort(),
    ).toEqual([
      // Encrypted, signed, decrypted, with analysis, redacted and amended: one conversation, whose MP3 is on the web.
      ['019f155a-5131-80ec-b9a2-279e0d16bc46#0', 'matched', 'ab_call_int_rec.vcon!dialog-0.wav'],
      ['019f159f-2cfb-8d95-b9a2-279e0d16bc46#text', 'not-recorded-by-design'],
      ['019f15a6-aa72-8dbd-a20f-d188127fad29#0', 'row-without-audio'],
      ['019f15a6-aa72-8dbd-a20f-d188127fad29#text', 'not-recorded-by-design'],
      ['019f15a6-ba37-8ed3-b9a2-279e0d16bc46#text', 'not-recorded-by-design'],
      // Without an id; and one that is not a vCon.
      [expect.stringMatching(/^vcon-/), expect.stringMatching(/row-without-audio|parse-error/)],
      [expect.stringMatching(/^vcon-/), expect.stringMatching(/row-without-audio|parse-error/)],
    ]);
    const call = imported.recordings.find(({ key }) => key.endsWith('d188127fad29#0'));
    expect(call).toMatchObject({
      callStart: { utc: '2022-06-21T17:53:26.000Z' },
      durationDeclared: { ms: 33_120, of: 'audio' },
      parties: [
        { role: 'caller', name: 'Alice', phone: { e164: '+12345678901' } },
        { role: 'callee', name: 'Bob' },
      ],
      quality: [{ name: 'signature', value: 'RS256, not verified' }],
    });
    expect(call?.correlation.map(({ value }) => value).sort()).toEqual([
      '01928e10-193e-8231-b9a2-279e0d16bc46',
      '019f15a6-a752-826f-b9a2-279e0d16bc46',
      '019f15a6-aa72-8dbd-a20f-d188127fad29',
    ]);
    expect(imported.findings.map((said) => said.slice(0, 4)).sort()).toEqual(['I272', 'I273', 'I274', 'I275', 'I275', 'I275']);
  });

  it('compares each digest, in any number and kind, with the file', async () => {
    const codes = async (contentHash: unknown) =>
      (await read({ 'a.vcon': document(1, [recording({ content_hash: contentHash })]), 'a.wav': a })).findings;
    expect(await codes(hash(a))).toEqual([]);
    expect(await codes(hash(b))).toEqual(['I292 a.wav']);
    expect(await codes([hash(a), `sha256-${createHash('sha256').update(b).digest('base64url')}`])).toEqual(['I292 a.wav']);
    expect(await codes([hash(a), 'blake3-AAAA', 'sha512-AAAA', 17, 'nothing'])).toEqual(['I271 a.wav', 'I271 a.wav']);
    const old = { mimetype: 'audio/x-wav', url: 'https://vcon.example/x/a.wav', filename: undefined, alg: 'SHA-512', signature: hash(b).slice(7) };
    const { recordings, findings } = await read({ 'a.vcon': document(1, [recording(old)], { vcon: '0.0.1' }), 'a.wav': a });
    expect([findings, recordings[0]?.reconciliation.status]).toEqual([['I292 a.wav'], 'matched']);
  });

  it('finds a file by its name, by its address, by another extension, and by the name of the vCon, nearest folder first', async () => {
    const status = async (dialog: object, ...files: string[]) => {
      const imported = await read({
        'x/one.vcon': document(1, [recording(dialog)]),
        ...Object.fromEntries(files.map((path, at) => [path, at === 0 ? a : b])),
      });
      return imported.recordings.find(({ key }) => key === `${uuid(1)}#0`)?.media.map(({ path }) => path);
    };
    expect(await status({}, 'x/a.wav', 'y/a.wav')).toEqual(['x/a.wav']);
    expect(await status({ filename: undefined, url: 'https://h.example/p/b%20c.mp3?sig=1' }, 'y/b c.mp3')).toEqual(['y/b c.mp3']);
    expect(await status({ filename: 'name.mp3', url: 'https://h.example/4711.mp3' }, 'y/4711.mp3')).toEqual(['y/4711.mp3']);
    expect(await status({}, 'a.ogg')).toEqual(['a.ogg']);
    expect(await status({ filename: undefined }, 'x/one.wav')).toEqual(['x/one.wav']);
    expect(await status({ filename: '../../etc/passwd' }, 'b.wav')).toEqual([]);
  });

  it('makes one conversation of versions that amend and redact each other, and loses none of their files', async () => {
    const files = {
      '1.vcon': document(1, [recording()]),
      '2.vcon': document(2, [recording(), { type: 'text', start: '2026-05-04T08:01:00Z', parties: 0, body: 'x', encoding: 'none' }], {
        amended: { uuid: uuid(1) },
      }),
      '3.vcon': document(3, [recording({ filename: 'redacted.wav' })], { redacted: { uuid: uuid(2), type: 'PII' } }),
      'a.wav': a,
      'redacted.wav': b,
    };
    expect(brief(await read(files))).toMatchObject({
      [`${uuid(2)}#0`]: { status: 'matched', media: ['unknown a.wav'] },
      [`${uuid(2)}#text`]: { status: 'not-recorded-by-design' },
      [`${uuid(3)}#0`]: { status: 'matched', media: ['unknown redacted.wav'] },
    });
    const { '1.vcon': _one, '2.vcon': _two, 'a.wav': _a, ...alone } = files;
    const imported = await read(alone);
    expect(imported.recordings[0]?.correlation.map(({ value }) => value)).toEqual([uuid(3), uuid(2)]);
    expect(imported.recordings[0]?.extra).toContainEqual({ name: 'redacted.type', value: 'PII' });
  });

  it('reads the signed content, also in gzip, and reports what is encrypted or inside a signature', async () => {
    const sign = (payload: Uint8Array | string) =>
      JSON.stringify({
        payload: Buffer.from(payload).toString('base64url'),
        signatures: [{ header: { alg: 'RS256', uuid: uuid(1) }, protected: 'e30', signature: 'AA' }],
      });
    const plain = document(1, [recording()]);
    for (const payload of [plain, gzipSync(plain)]) {
      const imported = await read({ 's.vcon': sign(payload), 'a.wav': a });
      expect(brief(imported)).toMatchObject({ [`${uuid(1)}#0`]: { status: 'matched' } });
      expect(imported.findings).toEqual(['I272 s.vcon']);
    }
    const inside = document(1, [recording({ encoding: 'base64url', body: Buffer.from(a).toString('base64url') })]);
    const kept = await read({ 's.vcon': sign(inside) });
    expect([brief(kept)[`${uuid(1)}#0`]?.status, kept.findings]).toEqual(['unreadable-audio', ['I272 s.vcon', 'I277 s.vcon']]);
    expect(brief(await read({ 's.vcon': sign(Buffer.concat([Buffer.from([0x1f, 0x8b]), Buffer.alloc(40)])) }))).toMatchObject({
      [Object.keys(brief(await read({ 's.vcon': sign(Buffer.concat([Buffer.from([0x1f, 0x8b]), Buffer.alloc(40)])) })))[0] ?? '']: {
        status: 'parse-error',
      },
    });
    const jwe = JSON.stringify({ ciphertext: 'AA', recipients: [], iv: '', tag: '', unprotected: { uuid: uuid(1), cty: 'application/vcon+json' } });
    expect(brief(await read({ 'e.json': jwe }))).toMatchObject({ [uuid(1)]: { status: 'encrypted-no-key' } });
    // Its plain text beside it is used.
    expect(brief(await read({ 'e.vcon': jwe, 'd.vcon': plain, 'a.wav': a }))).toMatchObject({ [`${uuid(1)}#0`]: { status: 'matched' } });
  });

  it('reads a document of any size with sound in it, and extracts the recordings from one that has too much besides', async () => {
    const inside = (bytes: Uint8Array, more: object = {}) =>
      document(1, [recording({ encoding: 'base64url', body: Buffer.from(bytes).toString('base64url') })], more);
    const imported = async (text: string) => {
      using folder = temporaryFolder();
      folder.file('in/a.vcon', text);
      const source = await openSource([`${folder.path}/in`], { scratch: folder.path }, never);
      const { recordings, findings } = await importAll(vcon, source);
      await source.close();
      return { recordings, findings };
    };
    const statuses = async (text: string) => {
      const { recordings, findings } = await imported(text);
      return [recordings.map(({ reconciliation, media }) => [reconciliation.status, ...media.map(({ path }) => path)]).sort(), findings];
    };
    const small = await imported(inside(Buffer.alloc(6_000)));
    const large = await imported(inside(Buffer.alloc(13_000_000)));
    expect(large.findings).toEqual([]);
    /** The number of characters of its sound is all that differs. */
    const said = ({ recordings }: typeof large) =>
      recordings.map(({ provenance: _provenance, ...rest }) => JSON.stringify(rest).replace(/"value":"(8000|17333334)"/, '"value":"chars"'));
    expect(said(large)).toEqual(said(small));
    expect(await statuses(inside(Buffer.alloc(13_000_000)))).toEqual([[['matched', 'a.vcon!dialog-0.wav']], []]);
    const words = { attachments: [{ body: 'in words '.repeat(2 * 1024 * 1024) }] };
    expect(await statuses(inside(Buffer.alloc(6_000), words))).toEqual([
      [['audio-without-row', 'a.vcon!dialog-0.wav'], ['parse-error']],
      ['T128 a.vcon!vcon.json'],
    ]);
    // Damaged at its end, it is what a small one is.
    const damaged = inside(Buffer.alloc(13_000_000)).slice(0, -1);
    expect((await statuses(damaged))[1]).toEqual((await statuses(inside(Buffer.alloc(6_000)).slice(0, -1)))[1]);
  });

  it('reads large signed documents, but no compressed ones, and names large encrypted ones', async () => {
    const body = Buffer.alloc(13_000_000).toString('base64url');
    const plain = document(1, [recording({ encoding: 'base64url', body })]);
    const sign = (payload: Uint8Array | string) =>
      JSON.stringify({
        payload: Buffer.from(payload).toString('base64url'),
        signatures: [{ header: { alg: 'RS256' }, protected: 'e30', signature: 'AA' }],
      });
    const signed = await read({ 's.vcon': sign(plain) });
    expect([signed.recordings.map(({ key, callStart }) => [key, callStart?.utc]), signed.findings]).toEqual([
      [[`${uuid(1)}#0`, '2026-05-04T08:00:00.000Z']],
      ['I272 s.vcon', 'I277 s.vcon'],
    ]);
    const packed = await read({ 's.vcon': sign(gzipSync(randomBytes(13_000_000))) });
    expect([packed.recordings.map(({ reconciliation }) => reconciliation.status), packed.findings]).toEqual([['parse-error'], ['T128 s.vcon']]);
    const jwe = JSON.stringify({ ciphertext: body, recipients: [], unprotected: { uuid: uuid(1), cty: 'application/vcon+json' } });
    expect(brief(await read({ 'e.vcon': jwe }))).toMatchObject({ [uuid(1)]: { status: 'encrypted-no-key' } });
  });

  it('takes the parties, their roles and their channels as far as they are stated, and no digits', async () => {
    const parties = [{ tel: '2001', role: 'agent' }, { name: 'B', mailto: 'b@mail.example' }, {}, { name: 'tool', type: 'bot' }];
    const one = async (dialog: object) => (await read({ 'a.vcon': document(1, [recording(dialog)], { parties }), 'a.wav': a })).recordings[0];
    const history = [
      { event: 'dtmfdown', dtmf: '5', party: 1, time: '2026-05-04T08:00:01Z' },
      { event: 'dtmfup', dtmf: '5', party: 1, time: '2026-05-04T08:00:02Z' },
      { event: 'unmute', party: 0, time: '2026-05-04T08:00:03Z' },
    ];
    const mixed = await one({ parties: [1, 0], party_history: history });
    expect(mixed).toMatchObject({ parties: [{ role: 'agent' }, { role: 'caller', name: 'B' }], media: [{ channels: [] }] });
    expect(mixed?.events.map(({ type, raw, party }) => [type, raw, party])).toEqual([['dtmf', 'dtmfdown', 1], ['tag', 'unmute', 0]]); // biome-ignore format: pairs
    expect(JSON.stringify(mixed)).not.toMatch(/"5"/);
    expect((await one({ parties: [[1], [0]] }))?.media[0]?.channels).toEqual([{ index: 0, role: 'caller' }, { index: 1, role: 'agent' }]); // biome-ignore format: pairs
    expect((await one({ parties: [null, 0], originator: 2 }))?.media[0]?.channels).toEqual([{ index: 1, role: 'agent' }]);
    expect((await one({ parties: [1, 0], originator: 2 }))?.parties.map(({ role }) => role)).toEqual(['agent', 'unknown']);
    expect(mixed?.extra).toContainEqual({ name: 'parties.mailto', value: 'b@mail.example' });
  });

  it('accounts for everything, including missing, doubled and reordered documents', async () => {
    const all = [...vconSample()];
    await fc.assert(
      fc.asyncProperty(fc.subarray(all), fc.nat(5), async (some, doubled) => {
        const files = Object.fromEntries([...some, ...some.slice(0, doubled).map(([path, bytes]) => [`copy/${path}`, bytes] as const)].reverse());
        const imported = await read(files);
        const audio = Object.keys(files)
          .filter((path) => path.endsWith('.wav'))
          .sort();
        expect(imported.recordings.flatMap(({ media }) => media.map(({ path }) => path)).sort()).toEqual(audio);
      }),
      { numRuns: 60 },
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.json(),
          fc.string(),
          fc.json().map((value) => `{"dialog":[${value}],"parties":${value},"uuid":3}`),
        ),
        (text) => {
          expect(['unsigned', 'signed', 'encrypted', 'none']).toContain(readVcon(text).form);
        },
      ),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.json({ maxDepth: 3 }), { maxLength: 4 }), fc.json({ maxDepth: 2 }), async (dialogs, value) => {
        const dialog = dialogs.map((text) => ({ ...recording(), ...Object.fromEntries(['parties', 'start', 'party_history', 'content_hash', 'recordings', 'session_id', 'duration', 'filename', 'url'].map((name) => [name, JSON.parse(text) as unknown])), type: text.length % 2 === 0 ? 'recording' : 'recording-set' })); // biome-ignore format: one object
        await read({
          'a.vcon': document(1, dialog, {
            parties: JSON.parse(value) as unknown,
            group: JSON.parse(value) as unknown,
            critical: JSON.parse(value) as unknown,
          }),
          'a.wav': a,
        });
      }),
      { numRuns: 60 },
    );
  });

  it('is imported, played, exported as vCons with the sound inside, and imported again with the same result', async () => {
    await using rig = createRig();
    // One of the documents is damaged, and its recording keeps only its id.
    expect((await rig.run(['import', join(root, 'samples/vcon'), '--into', 'archive'])).code).toBe(3);
    const listed = async (archive: string) =>
      (await rig.json(['list', archive])).lines
        .filter(({ of }) => of === 'recording')
        .map(({ value }) => value as { recordingId: string; status: string; start: string | null; key: string });
    const first = await listed('archive');
    expect(first.filter(({ status }) => status === 'matched')).toHaveLength(4);
    expect((await rig.run(['verify', 'archive', '--play'])).code).toBe(0);
    expect((await rig.run(['export', 'archive', '--all', '--out', 'out', '--vcon-inline', '--take', 'original'])).code).toBe(0);
    await rig.exec('sh', ['-c', 'mkdir vcons && cp out/*.vcon vcons/']);
    expect((await rig.run(['import', 'vcons', '--into', 'again'])).code).toBe(0);
    const again = await listed('again');
    // Ids of the first archive are those of the vCons, so they are the keys of the second.
    const byKey = new Map(again.map((one) => [one.key.slice(0, 36), one]));
    for (const { recordingId, start, status } of first.filter(({ status: each }) => each === 'matched' || each === 'split-audio')) {
      const found = byKey.get(recordingId);
      expect([found?.start?.slice(0, 19), found?.status]).toEqual([start?.slice(0, 19), status]);
    }
    const audio = async (archive: string) =>
      (await rig.exec('sh', ['-c', `find ${archive}/bags -name 'original-*' -exec sha256sum {} + | cut -c1-64 | sort -u`])).stdout.trim().split('\n');
    const [before, after] = [await audio('archive'), await audio('again')];
    expect(after).toHaveLength(before.length);
    expect(after.filter((digest) => !before.includes(digest))).toEqual([]);
  });
});
