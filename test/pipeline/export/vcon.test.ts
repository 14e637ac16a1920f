import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../../src/core/base/canonical-json.ts';
import { type CallEvent, emptyRecording, type Party, type TimeValue } from '../../../src/core/model/recording.ts';
import type { RecordingDocument, StoredFile, StoredMedium } from '../../../src/core/model/recording-document.ts';
import { type VconFile, type VconObject, type VconSettings, vconOf } from '../../../src/pipeline/export/vcon.ts';
import { writeVcon } from '../../../src/pipeline/export/vcon-file.ts';
import { parsePhone } from '../../../src/tables/values/phone.ts';
import { recordingDocument } from '../../archive/recording-documents.ts';
import { danglingIndices, hasVconSchema, vconProblems } from '../vcon-schema.ts';

const settings: VconSettings = {
  createdAt: '2026-11-25T00:00:00Z',
  archive: '00000000-0000-8000-8000-000000000000',
  mediaTypes: new Map([
    ['riff-wave', 'audio/vnd.wave'],
    ['pcap', 'application/vnd.tcpdump.pcap'],
  ]),
  baseUrl: null,
  inlines: () => false,
};

const at = (utc: string | null, precision: TimeValue['precision'] = 's'): TimeValue => ({
  raw: utc ?? '2019-03-12 10:15:04',
  utc,
  local: '2019-03-12T10:15:04.000',
  offsetMin: null,
  zone: null,
  precision,
  basis: 'utc-column',
  certainty: utc === null ? 'unzoned' : 'exact',
  candidates: [],
});
const start = '2019-03-12T09:15:04.000Z';
const hash = (text: string): string => createHash('sha512').update(text).digest('hex');
const stored = (path: string): StoredFile => ({ path, sizeBytes: 3, sha256: hash(path).slice(0, 64), sha512: hash(path) });
const party = (role: Party['role'], phone: string | null, name: string | null = null): Party => ({
  role,
  phone: phone === null ? null : parsePhone(phone),
  name,
  agentId: null,
  device: null,
});
const event = (type: CallEvent['type'], utc: string | null, more: Partial<CallEvent> = {}): CallEvent => ({
  type,
  at: utc === null ? null : at(utc),
  lengthMs: null,
  mediaEffect: 'unknown',
  raw: type,
  ...more,
});

function medium(number: number, more: Partial<StoredMedium> = {}): StoredMedium {
  return {
    path: `calls/${number}.wav`,
    kind: 'audio',
    side: 'mixed',
    channels: [],
    audioStart: null,
    rawName: null,
    modifiedMs: null,
    original: stored(`original-${number}.wav`),
    format: 'riff-wave',
    confidence: 'signature',
    basis: 'RIFF',
    state: 'ok',
    codec: null,
    decoder: null,
    measurement: {
      sampleRateHz: 8_000,
      channels: 1,
      samples: 26_504,
      durationMs: 3_313,
      sampleFormat: 's16le',
      pcmSha256: '0'.repeat(64),
      levels: [],
      peaks: { samplesPerPeak: 1, channels: [] },
    },
    access: null,
    accessReason: 'original is open',
    findings: [],
    ...more,
  };
}

function documentOf(recording: Partial<RecordingDocument['recording']>, media: readonly StoredMedium[]): RecordingDocument {
  const { kind: _kind, media: _media, findings: _findings, ...empty } = emptyRecording('generic', 'documented', 'call 1');
  return {
    format: 'longplay-recording',
    version: 1,
    recordingId: '018f15a6-a752-826f-b9a2-279e0d16bc46',
    supersedes: null,
    fingerprint: 'x',
    site: '',
    source: 'export',
    tool: 'longplay 0.1.0',
    recording: { ...empty, callStart: at(start), ...recording },
    media,
    joined: null,
    sources: [],
    findings: [],
  };
}

const originals = (document: RecordingDocument): VconFile[] =>
  document.media.map((one, index) => ({ name: `call-${index + 1}.wav`, file: one.original, medium: one, isCopy: false }));

interface Made {
  readonly parties: Record<string, unknown>[];
  readonly dialog: Record<string, unknown>[];
  readonly attachments: Record<string, unknown>[];
  readonly analysis: Record<string, unknown>[];
  readonly [name: string]: unknown;
}

/** As it is read back from its JSON. */
function made(document: RecordingDocument, files = originals(document), more: Partial<VconSettings> = {}): Made {
  const { vcon } = vconOf(document, files, { ...settings, ...more });
  return JSON.parse(canonicalJson(vcon)) as Made;
}

describe('the vCon of a recording', () => {
  it('of an amendment has a UUID of its own and refers to the vCon of the description before', () => {
    const document = documentOf({}, [medium(1)]);
    const amended = (revision: number): Made =>
      made({
        ...document,
        version: 2,
        revision,
        amends: {
          bag: '2024/20240506-0123456789abcdef',
          revision: revision - 1,
          sha256: 'a'.repeat(64),
          cause: 'rows',
          changed: ['parties'],
          job: 'j',
        },
      });
    const [first, second, third] = [made(document), amended(2), amended(3)];
    expect([first.uuid, first.amended]).toEqual([document.recordingId, undefined]);
    expect([second.amended, third.amended]).toEqual([{ uuid: first.uuid }, { uuid: second.uuid }]);
    expect(new Set([first.uuid, second.uuid, third.uuid]).size).toBe(3);
    expect(second.uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('has its id, its start, the seconds of its sound, its digest, and a number in the terms of the draft', () => {
    const document = documentOf({ parties: [party('caller', '+442079460001', 'A. Customer'), party('callee', '2001')] }, [medium(1)]);
    const vcon = made(document);
    expect(vcon).toMatchObject({ vcon: '0.4.0', uuid: document.recordingId, created_at: '2026-11-25T00:00:00Z', extensions: ['CC'], analysis: [] });
    expect(vcon.parties).toEqual([
      { tel: '+442079460001', name: 'A. Customer', validation: 'none', role: 'caller' },
      { tel: '2001', role: 'callee' },
      { name: expect.stringMatching(/^longplay \d/), validation: 'none', type: 'bot' },
    ]);
    expect(vcon.dialog).toEqual([
      {
        type: 'recording',
        start,
        duration: 3.313,
        parties: [0, 1],
        filename: 'call-1.wav',
        mediatype: 'audio/x-wav',
        content_hash: `sha512-${Buffer.from(hash('original-1.wav'), 'hex').toString('base64url')}`,
      },
    ]);
    expect(vcon.attachments.map(({ purpose, party: by, dialog }) => [purpose, by, dialog])).toEqual([
      ['recording.json', 2, 0],
      ['files', 2, 0],
      ['provenance', 2, 0],
      ['export', 2, 0],
    ]);
    expect(vcon.attachments[0]?.body).toEqual(JSON.parse(canonicalJson(document)));
    expect(made(document, originals(document), { baseUrl: 'https://archive.example/a%20b/' }).dialog[0]?.url).toBe(
      'https://archive.example/a%20b/call-1.wav',
    );
  });

  it('writes no damaged or invalid number, and a SIP address without its parameters', () => {
    const parties = ['4,67E+10', '="0701"', 'anonymous', '020 7946 0001', 'sip:2001@pbx.example;user=phone', '+1 (555) 0100'];
    const vcon = made(documentOf({ parties: parties.map((raw) => party('unknown', raw)) }, [medium(1)]));
    expect(vcon.parties.slice(0, 6)).toEqual([{}, {}, {}, { tel: '020-7946-0001' }, { sip: 'sip:2001@pbx.example' }, { tel: '+1-(555)-0100' }]);
    expect(vcon.extensions).toBe(undefined);
  });

  it('states the party on each channel, null if unknown, and the caller if that is not the first party', () => {
    const two = { ...(medium(1).measurement as NonNullable<StoredMedium['measurement']>), channels: 2 };
    const parties = [party('caller', '+442079460001'), party('agent', '2001'), party('agent', '2002')];
    const dialog = (
      channels: StoredMedium['channels'],
      more: Partial<RecordingDocument['recording']> = {},
      side: StoredMedium['side'] = 'stereo',
    ) => {
      const [one] = made(
        documentOf({ parties, ...more }, [medium(1, { channels, side, measurement: side === 'stereo' ? two : medium(1).measurement })]),
      ).dialog;
      return [one?.parties, one?.originator];
    };
    expect(dialog([{ index: 0, role: 'agent' }, { index: 1, role: 'caller' }])).toEqual([[[1, 2], 0], 0]); // biome-ignore format: pairs
    expect(dialog([{ index: 1, role: 'caller' }])).toEqual([[null, 0], undefined]);
    expect(dialog([])).toEqual([[null, null], undefined]);
    expect(dialog([], {}, 'mixed')).toEqual([[0, 1, 2], undefined]);
    expect(dialog([], {}, 'unknown')).toEqual([[null], undefined]);
    expect(dialog([{ index: 0, role: 'agent' }], {}, 'in')).toEqual([[1, 2], 0]);
    // An unknown caller is an empty party, so that the first party is not taken for the caller.
    const unknown = documentOf({ parties: [party('customer', '+442079460001'), party('agent', '2001')] }, [medium(1)]);
    expect(made(unknown).dialog[0]).toMatchObject({ parties: [0, 1], originator: 2 });
    expect(made(unknown).parties[2]).toEqual({});
    const outbound = { ...unknown, recording: { ...unknown.recording, direction: { value: 'outbound' as const, raw: null } } };
    expect(made(outbound).dialog[0]?.parties).toEqual([1, 0]);
  });

  it('has holds, mutes and keys in the terms of vCon, in order, never a digit, and leaves the rest to recording.json', () => {
    const events = [
      event('dtmf', '2019-03-12T09:15:09.000Z', { raw: 'DTMF' }),
      event('hold', '2019-03-12T09:15:05.000Z', { lengthMs: 2_000, party: 1 }),
      event('mute', null, { callOffsetMs: 1_500, lengthMs: 500 }),
      event('pause', '2019-03-12T09:15:06.000Z'),
      event('mask', '2019-03-12T09:15:06.000Z'),
      event('leave', '2019-03-12T09:15:10.000Z', { party: 7 }),
      event('join', null, { mediaOffsetMs: 10 }),
    ];
    const vcon = made(documentOf({ parties: [party('caller', '2001'), party('callee', '2002')], events }, [medium(1)]));
    expect(vcon.dialog[0]?.party_history).toEqual([
      { party: 1, time: '2019-03-12T09:15:05.000Z', event: 'hold' },
      { party: 2, time: '2019-03-12T09:15:05.500Z', event: 'mute' },
      { party: 2, time: '2019-03-12T09:15:06.000Z', event: 'unmute' },
      { party: 1, time: '2019-03-12T09:15:07.000Z', event: 'unhold' },
      { party: 2, time: '2019-03-12T09:15:09.000Z', event: 'keydown', button: '' },
      { party: 2, time: '2019-03-12T09:15:10.000Z', event: 'drop' },
    ]);
    expect(vcon.parties[2]).toEqual({});
  });

  it('uses the copy for the dialog and the original for an attachment, and the joined copy for the whole call', () => {
    const access = {
      ...stored('access-1.opus'),
      format: 'opus',
      encoder: '',
      settings: '',
      sampleRateHz: 48_000,
      channels: 1,
      samples: 159_000,
    } as const;
    const comparison = { samplesExpected: 1, samplesFound: 1, channels: [], passed: true, reasons: [] };
    const copied = medium(1, { access: { ...access, comparison }, side: 'in', channels: [{ index: 0, role: 'caller' }] });
    const document = documentOf({ parties: [party('caller', '2001'), party('callee', '2002')] }, [copied]);
    const files: VconFile[] = [
      { name: 'call.opus', file: access, medium: copied, isCopy: true },
      { name: 'call-original.wav', file: copied.original, medium: copied, isCopy: false },
    ];
    const vcon = made(document, files);
    expect(vcon.dialog.map(({ filename, mediatype }) => [filename, mediatype])).toEqual([['call.opus', 'audio/ogg']]);
    expect(vcon.attachments[0]).toMatchObject({ purpose: 'original', filename: 'call-original.wav', mediatype: 'audio/x-wav', party: 2, dialog: 0 });
    const out = medium(2, { side: 'out', channels: [{ index: 0, role: 'callee' }] });
    const joined = { ...access, comparison, path: 'both-sides.opus', channels: 2, samples: 96_000 };
    const both = { ...document, media: [copied, out], joined };
    const sides = made(both, [...files, { name: 'call-both-sides.opus', file: joined, medium: null, isCopy: true }]);
    expect(sides.dialog).toMatchObject([{ filename: 'call-both-sides.opus', parties: [0, 1], duration: 2 }]);
    expect(sides.attachments.slice(0, 2).map(({ purpose }) => purpose)).toEqual(['one side', 'original of one side']);
  });

  it('groups several recordings of one call in a recording-set with its events and its session', () => {
    const session = '0123456789abcdef0123456789abcdef';
    const document = documentOf(
      {
        parties: [party('caller', '2001'), party('callee', '2002')],
        callEnd: at('2019-03-12T09:16:04.500Z'),
        correlation: [
          { name: 'session-id', value: 'not one of RFC 7989' },
          { name: 'session-id', value: session },
        ],
        events: [event('hold', '2019-03-12T09:15:05.000Z', { party: 0 })],
      },
      [medium(1), medium(2, { startOffsetMs: 30_000 }), medium(3, { continues: true })],
    );
    const { dialog, attachments } = made(document);
    expect(dialog.map(({ type, start: from, recordings, recording_set: set }) => [type, from, recordings ?? set])).toEqual([
      ['recording', start, 2],
      ['recording', '2019-03-12T09:15:34.000Z', 2],
      ['recording-set', start, [0, 1]],
    ]);
    expect(dialog[2]).toMatchObject({ duration: 60.5, session_id: { local: session, remote: '0'.repeat(32) }, party_history: [{ event: 'hold' }] });
    for (const forbidden of ['filename', 'mediatype', 'content_hash', 'url', 'body']) expect(dialog[2]).not.toHaveProperty(forbidden);
    expect(attachments[0]).toMatchObject({ purpose: 'further piece of the original', dialog: 2 });
  });

  it('has no dialog if no UTC is known, and still lists its content', () => {
    const document = documentOf({ callStart: at(null), parties: [party('caller', '2001')] }, [medium(1)]);
    for (const one of [document, { ...document, recording: { ...document.recording, callStart: at('2019-03-12T00:00:00.000Z', 'day') } }]) {
      const vcon = made(one);
      expect(vcon).toMatchObject({ dialog: [], attachments: [], parties: [{ tel: '2001', role: 'caller' }] });
      expect(vcon.analysis.map(({ schema }) => schema)).toEqual(['recording.json', 'files', 'provenance', 'export', 'sound']);
      expect(vcon.analysis[1]?.body).toMatchObject([{ name: 'call-1.wav', sha512: hash('original-1.wav'), of: 'calls/1.wav' }]);
      expect(vconOf(one, originals(one), settings).hasDialog).toBe(false);
    }
    // An answered call took place, although its audio is missing.
    expect(made(documentOf({ callAnswer: at(start) }, [])).dialog).toMatchObject([{ type: 'recording', start }]);
    expect(made(documentOf({}, [])).dialog).toEqual([]);
  });
});

describe.skipIf(!hasVconSchema)('validated by the schema of the draft', () => {
  it('any recording gives a valid vCon, and the same bytes each time', () => {
    const problems = vconProblems();
    const dated = fc.date({ min: new Date('1990-01-01'), max: new Date('2040-01-01'), noInvalidDate: true }).map((date) => at(date.toISOString()));
    const documents = fc
      .tuple(recordingDocument, fc.option(dated), fc.option(dated), fc.boolean())
      .map(([document, callStart, eventAt, isAnswered]) => ({
        ...document,
        recording: {
          ...document.recording,
          callStart,
          callAnswer: isAnswered ? callStart : null,
          events: document.recording.events.map((one) => ({ ...one, at: eventAt })),
        },
      }));
    const kinds = new Set<string>();
    fc.assert(
      fc.property(documents, fc.constantFrom(null, 'https://archive.example/'), fc.boolean(), (document, baseUrl, takesCopies) => {
        const files: VconFile[] = document.media.flatMap((one, index) => [
          { name: `ö ${index}.wav`, file: one.original, medium: one, isCopy: false },
          ...(takesCopies && one.access !== null ? [{ name: `${index}.opus`, file: one.access, medium: one, isCopy: true }] : []),
        ]);
        if (takesCopies && document.joined !== null) files.push({ name: 'both.opus', file: document.joined, medium: null, isCopy: true });
        const vcon = made(document, files, { baseUrl });
        expect(problems(vcon)).toEqual([]);
        expect(danglingIndices(vcon)).toEqual([]);
        // Each exported file is named once, whatever it is.
        const named = [...vcon.dialog, ...vcon.attachments].flatMap(({ filename }) => filename ?? []);
        expect(named.sort()).toEqual(vcon.dialog.length === 0 ? [] : files.map(({ name }) => name).sort());
        for (const one of vcon.dialog) kinds.add(String(one.type));
        kinds.add(vcon.dialog.length === 0 ? 'none' : 'some');
        expect(canonicalJson(vconOf(document, files, { ...settings, baseUrl }).vcon)).toBe(canonicalJson(vcon));
      }),
      { numRuns: 400 },
    );
    expect([...kinds].sort()).toEqual(['none', 'recording', 'recording-set', 'some']);
  });
});

it('puts files of any length into the vCon, byte for byte, even if a text looks like a placeholder', () => {
  const folder = mkdtempSync(join(tmpdir(), 'vcon-'));
  try {
    for (const length of [0, 1, 2, 3, 262_143, 262_144, 262_145, 600_001]) {
      const bytes = Buffer.alloc(length, Buffer.from(Array.from({ length: 251 }, (_, index) => index)));
      writeFileSync(join(folder, 'a.wav'), bytes);
      const body = { inline: stored('a.wav') };
      const vcon: VconObject = { subject: 'longplay body 0 longplay body+ 1', dialog: [{ body }, { body: 'longplay body 1' }, { body }] };
      const written = writeVcon(join(folder, 'a.vcon'), vcon, ({ path }) => join(folder, path));
      const text = readFileSync(join(folder, 'a.vcon'));
      expect(written).toEqual({ sizeBytes: text.length, sha256: createHash('sha256').update(text).digest('hex') });
      const read = JSON.parse(text.toString('utf8')) as { subject: string; dialog: { body: string }[] };
      expect(read.subject).toBe(vcon.subject);
      expect(read.dialog[1]?.body).toBe('longplay body 1');
      for (const index of [0, 2]) {
        expect(read.dialog[index]?.body).toMatch(/^[\w-]*$/);
        expect(Buffer.from(read.dialog[index]?.body ?? '', 'base64url').equals(bytes)).toBe(true);
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
