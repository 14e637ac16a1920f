import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { approved, approver, erase } from './erasure-rig.ts';
import { createRig, root } from './rig.ts';

test('a request names the other recording of a call that keeps the same document, and the step that it leads to erases the document there', async () => {
  await using rig = createRig();
  expect((await rig.run(['import', join(root, 'samples/finos'), '--into', 'archive', '--zone', 'Europe/Stockholm'])).code).toBe(3);
  await approver(rig, 'archive');
  const { lines } = await rig.json(['list', 'archive']);
  const all = lines.flatMap(({ of, value }) => (of === 'recording' ? [value as { recordingId: string; bag: string }] : [])); // as it is printed
  const documents = new Map<string, string[]>();
  for (const { recordingId, bag } of all) {
    const { sources } = JSON.parse(readFileSync(rig.path('archive/bags', bag, 'data', recordingId, 'recording.json'), 'utf8'));
    for (const { sha256 } of sources) documents.set(sha256, [...(documents.get(sha256) ?? []), recordingId]);
  }
  const [[one = '', other = ''] = []] = [...documents.values()].filter((ids) => ids.length > 1);
  expect([one, other].map((id) => id.length)).toEqual([36, 36]);

  const ask = async (ids: readonly string[], more: readonly string[] = []) => {
    const asked = await rig.json(['erase', 'request', 'archive', ...ids, ...more, '--ground', 'subject-request', '--reason', 'x']);
    expect((await rig.run(['erase', 'withdraw', 'archive', String(asked.summary.request), '--reason', 'x'])).code).toBe(0);
    return asked.lines.flatMap(({ code, place, message }) => (code === 'E140' ? [`${place}: ${message}`] : []));
  };
  const named = (id: string): unknown[] => [expect.stringMatching(new RegExp(`^${id}: its source-1.json .* 1 recording .* --only source-1.json$`))];
  expect(await ask([one])).toEqual(named(other));
  expect(await ask([one], ['--only', 'source-1.json'])).toEqual(named(other));
  // Nothing stays if both are erased, or both documents.
  expect(await ask([one, other])).toEqual([]);
  expect(await ask([one, other], ['--only', 'source-1.json'])).toEqual([]);

  await erase(rig, 'archive', [other, '--only', 'source-1.json']);
  expect(await ask([one])).toEqual([]);
  await approved(rig, 'archive', [one]);
  expect((await rig.run(['erase', 'run', 'archive'])).code).toBe(0);
  expect((await rig.run(['verify', 'archive'])).code).toBe(0);
});
