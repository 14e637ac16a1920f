import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RecordingDocument } from '../../src/core/model/recording-document.ts';
import { tone } from '../importers/make-mapping-samples.ts';
import { createRig, type Rig } from './rig.ts';

// vCons exported from an archive are imported as the same recordings, whatever is known of their start.

let rig: Rig;
const each = 12;
/** Classes of certainty, by the text in the column of the start. */
const starts = [
  (at: number) => `2025-06-0${1 + (at % 9)}T10:${String(at).padStart(2, '0')}:00`, // known by the zone
  (at: number) => `2025-10-26T02:${String(at).padStart(2, '0')}:00`, // ambiguous local time (DST fold)
  (at: number) => `2025-03-30T02:${String(at).padStart(2, '0')}:00`, // nonexistent local time (DST gap)
  (at: number) => `2025-06-${10 + at}`, // a day
  () => '', // nothing
];
const mapping = `[source]\nname = "logger"\n[table]\nfiles = "calls.csv"\nkind = "csv"\n[columns]\nkey = "id"\nstart = "start"\ndirection = { column = "dir", in = ["in"], out = ["out"] }\ncaller = "from"\ncallee = "to"\nagent = "agent"\n[join]\ncolumn = "file"\nmatch = "path"\n`;

beforeAll(async () => {
  rig = createRig();
  mkdirSync(rig.path('source'));
  writeFileSync(rig.path('mapping.toml'), mapping);
  const rows = starts.flatMap((start, kind) =>
    Array.from({ length: each }, (_, at) => {
      const id = `${kind}-${at}`;
      // Each has a sound of its own; one in six has none.
      const hasSound = at % 6 !== 5;
      if (hasSound) writeFileSync(rig.path('source', `${id}.wav`), tone(300 + kind * 200 + at * 10, 0.1));
      return `${id};${start(at)};${at % 3 === 0 ? 'in' : at % 3 === 1 ? 'out' : ''};+4670174060${at % 10};+4670174061${at % 10};Agent ${at};${hasSound ? `${id}.wav` : ''}`;
    }),
  );
  writeFileSync(rig.path('source/calls.csv'), `id;start;dir;from;to;agent;file\n${rows.join('\n')}\n`);
  const made = await rig.run(['import', 'source', '--into', 'archive', '--mapping', 'mapping.toml', '--zone', 'Europe/Stockholm']);
  expect([made.code, made.stderr]).toEqual([expect.any(Number), expect.any(String)]);
});
afterAll(() => rig[Symbol.asyncDispose]());

/** Documents of an archive as its export lists them. */
async function documentsOf(archive: string): Promise<RecordingDocument[]> {
  rmSync(rig.path(`${archive}-list`), { recursive: true, force: true });
  expect((await rig.run(['export', archive, '--all', '--out', `${archive}-list`, '--take', 'original'])).code).toBe(0);
  const lines = readFileSync(rig.path(`${archive}-list`, 'recordings.jsonl'), 'utf8')
    .trim()
    .split('\n');
  return lines.map((line) => (JSON.parse(line) as { document: RecordingDocument }).document);
}

const members = ({ callStart, callAnswer, callEnd, durationDeclared, direction, parties, org, events, tags }: RecordingDocument['recording']) => ({
  ...{ callStart, callAnswer, callEnd, durationDeclared, direction, parties, org, events, tags },
});
const extra = ({ recording }: RecordingDocument, name: string): string | undefined => recording.extra.find((one) => one.name === name)?.value;

test.each(['--vcon-inline', '--vcon'])(
  'an export with %s, imported as a whole, gives each recording once, equal member by member, and states its origin',
  async (how) => {
    const [out, again] = [`out${how}`, `again${how}`];
    expect((await rig.run(['export', 'archive', '--all', '--out', out, how])).code).toBe(0);
    const imported = await rig.json(['import', out, '--into', again, '--importer', 'vcon']);
    expect(imported.lines.filter(({ code }) => code === 'I278' || code === 'I292')).toEqual([]);
    const before = new Map((await documentsOf('archive')).map((document) => [document.recordingId, document]));
    const after = await documentsOf(again);
    expect(before.size).toBe(starts.length * each);
    expect(after.map((document) => extra(document, 'export.recording')).sort()).toEqual([...before.keys()].sort());
    const { archive: id } =
      (await rig.json(['log', 'list', 'archive'])).lines
        .map((line) => ((line.value ?? {}) as { detail?: { archive?: string } }).detail ?? {})
        .find((detail) => detail.archive !== undefined) ?? {};
    for (const document of after) {
      const original = before.get(extra(document, 'export.recording') ?? '');
      expect(members(document.recording)).toEqual(original === undefined ? null : members(original.recording));
      expect([extra(document, 'export.archive'), extra(document, 'export.key')]).toEqual([id, original?.recording.key]);
      // The sound of every call with audio: the exported bytes.
      const heard = original?.media.map(({ access, original: file }) => (access ?? file).sha256) ?? [];
      expect(document.media.map(({ original: file }) => file.sha256)).toEqual(heard);
    }
  },
);

test('a forged recording.json is reported and not used: other digests, another id, a path, an invalid one, two of them, a huge one', async () => {
  expect((await rig.run(['export', 'archive', '--all', '--out', 'whole', '--vcon-inline'])).code).toBe(0);
  const name =
    readdirSync(rig.path('whole')).find(
      (file) =>
        file.endsWith('.vcon') &&
        readFileSync(rig.path('whole', file), 'utf8').includes('"dialog-') === false &&
        readFileSync(rig.path('whole', file), 'utf8').includes('"type": "recording"'),
    ) ?? '';
  type Attachment = { purpose: string; body: Record<string, unknown> & { recordingId?: string } };
  const text = readFileSync(rig.path('whole', name), 'utf8');
  const forged = async (change: (vcon: { uuid: string; attachments: Attachment[] }, own: Attachment) => void): Promise<readonly unknown[]> => {
    const vcon = JSON.parse(text) as { uuid: string; attachments: Attachment[] };
    const own = vcon.attachments.find(({ purpose }) => purpose === 'recording.json');
    if (own === undefined) throw new Error('no recording.json inside');
    (own.body.recording as { direction: unknown }).direction = { value: 'tandem', raw: 'forged' };
    change(vcon, own);
    for (const folder of ['forged', 'into']) rmSync(rig.path(folder), { recursive: true, force: true });
    mkdirSync(rig.path('forged'));
    writeFileSync(join(rig.path('forged'), 'call.vcon'), JSON.stringify(vcon, null, 2));
    const { lines } = await rig.json(['import', 'forged', '--into', 'into']);
    const documents = await documentsOf('into');
    const document = documents.find(({ media }) => media.length > 0);
    return [
      lines.some(({ code }) => code === 'I278' || code === 'T128') || document?.findings.some(({ code }) => code === 'I278'),
      document?.recording.direction.raw === 'forged',
      document?.media.length,
    ];
  };
  const media = (own: Attachment) =>
    (own.body.media as { access: { sha256: string; path: string } | null; original: { sha256: string; path: string } }[])[0];
  // A change that keeps the digests is accepted, because longplay does not sign vCons.
  expect(await forged(() => undefined)).toEqual([false, true, 1]);
  const refused: readonly Parameters<typeof forged>[0][] = [
    (_, own) => {
      for (const file of [media(own)?.access, media(own)?.original]) if (file != null) file.sha256 = '0'.repeat(64);
    },
    (_, own) => {
      own.body.recordingId = '00000000-0000-8000-8000-000000000000';
    },
    (vcon) => {
      const files = vcon.attachments.find(({ purpose }) => purpose === 'files');
      for (const file of (files?.body ?? []) as unknown as { path: string }[]) file.path = '../../etc/passwd';
    },
    (_, own) => {
      own.body.version = 'one';
    },
    (vcon, own) => {
      vcon.attachments.push(own);
    },
    (_, own) => {
      own.body.tool = 'x'.repeat(2_000_000);
    },
  ];
  for (const change of refused) expect(await forged(change)).toEqual([true, false, 1]);
  // Larger than a document may be: kept, not read; its recording is extracted all the same.
  expect(await forged((vcon) => vcon.attachments.push({ purpose: 'junk', body: { text: 'x'.repeat(17 * 1024 * 1024) } }))).toEqual([true, false, 1]);
});
