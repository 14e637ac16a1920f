import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { RecordingDocument } from '../../src/core/model/recording-document.ts';
import { createRig, root } from './rig.ts';

const released = join(root, 'samples/archives');
const [name = ''] = readdirSync(released, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
const at = (utc: string) =>
  ({ raw: utc, utc, local: null, offsetMin: 0, zone: null, precision: 's', basis: 'epoch', certainty: 'exact', candidates: [] }) as const;

test('segments, retention, quality and offsets that a recorder states are shown, and a group is found complete', async () => {
  await using rig = createRig();
  const archive = rig.copyOf(join(released, name), 'archive');
  const files = readdirSync(archive, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('recording.json'))
    .sort();
  expect(files).toHaveLength(3);
  // As if a recorder had stated it: an archive of the first version has none of this.
  for (const [index, path] of files.slice(0, 2).entries()) {
    const document = JSON.parse(readFileSync(join(archive, path), 'utf8')) as RecordingDocument;
    const group = { id: 'contact 88-0001', index: index + 1, count: 2, previous: index === 0 ? null : 'seg-1', next: index === 0 ? 'seg-2' : null };
    const retention = {
      policyRaw: '2555 days',
      expiresAt: at('2031-01-01T00:00:00.000Z'),
      legalHoldRaw: index === 0 ? 'case 12' : null,
      lockRaw: '1',
      deletedAtSource: null,
    };
    const event = { type: 'pause', at: null, lengthMs: 4_000, callOffsetMs: 61_000, mediaOffsetMs: 57_000, mediaEffect: 'cut', raw: '' } as const;
    const recording = { ...document.recording, group, retention, quality: [{ name: 'problemstatus', value: 'one-sided' }], events: [event] };
    const media = document.media.map((medium) => ({ ...medium, startOffsetMs: 1_500 }));
    writeFileSync(join(archive, path), JSON.stringify({ ...document, recording, media }));
  }
  expect((await rig.run(['catalog', 'rebuild', archive])).code).toBe(0);
  const find = async (...options: string[]) =>
    (await rig.json(['list', archive, ...options])).lines
      .filter((line) => line.of === 'recording')
      .map((line) => line.value as { recordingId: string });
  expect(await find('--group', 'contact 88-0001')).toHaveLength(2);
  expect(await find('--group', 'contact 88')).toEqual([]);
  expect(await find('--text', '88-0001')).toHaveLength(2);
  expect(await find('--text', 'seg-2')).toHaveLength(1);
  const first = /([0-9a-f-]{36})/.exec(files[0] ?? '')?.[0] ?? '';
  const { stdout } = await rig.run(['show', archive, first]);
  for (const line of [
    /^group +contact 88-0001, number 1 of 2$/m,
    /^next +seg-2$/m,
    /^LEGAL HOLD +case 12$/m,
    /^LOCK +1$/m,
    /^retention +2555 days$/m,
    /^keep until +2031-01-01T00:00:00\.000Z \(exact, epoch/m,
    /^quality: problemstatus +one-sided$/m,
    /^ +pause +at 1 min 1 s of the call, at 57\.0 s of the audio, for 4\.0 s$/m,
  ])
    expect(stdout).toMatch(line);
  expect(stdout).not.toMatch(/^(previous|deleted) /m);
  const second = /([0-9a-f-]{36})/.exec(files[1] ?? '')?.[0] ?? '';
  expect((await rig.run(['show', archive, second])).stdout).toMatch(/^ {2}begins at 1\.5 s of the call$/m);
  const untouched = /([0-9a-f-]{36})/.exec(files[2] ?? '')?.[0] ?? '';
  const plain = await rig.run(['show', archive, untouched]);
  expect(plain.code).toBe(0);
  expect(plain.stdout).not.toMatch(/^(group|LEGAL HOLD|LOCK|retention|quality)/m);
});
