import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createRig, fingerprint, root } from './rig.ts';

const released = join(root, 'samples/archives');
const names = readdirSync(released, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));

describe.each(names)('the archive of %s', (name) => {
  test('passes verification, every copy played, and nothing in it is changed', async () => {
    await using rig = createRig();
    const archive = rig.copyOf(join(released, name), name);
    const before = fingerprint(archive);
    const { code, summary } = await rig.json(['verify', archive, '--play']);
    expect(code).toBe(0);
    expect(summary).toMatchObject({ bags: 2, recordings: 3, errors: 0 });
    expect(fingerprint(archive)).toEqual(before);
  });

  test('is listed and shown', async () => {
    await using rig = createRig();
    const archive = rig.copyOf(join(released, name), name);
    const { lines } = await rig.json(['list', archive]);
    const values = lines.filter((line) => line.type === 'result').map((line) => line.value as { recordingId: string; status: string });
    expect(values.map(({ status }) => status).sort()).toEqual(['audio-without-row', 'matched', 'row-without-audio']);
    for (const { recordingId } of values) expect((await rig.run(['show', archive, recordingId])).code).toBe(0);
  });

  test('accepts a further import, and the same import adds only what a later version describes differently', async () => {
    await using rig = createRig();
    const archive = rig.copyOf(join(released, name), name);
    // Its key is where the archive was made.
    expect((await rig.json(['import', join(root, 'samples/sidecar-xml'), '--into', archive, '--site', 'elsewhere'])).summary).toMatchObject({
      exitCode: 5,
    });
    expect((await rig.run(['log', 'key', archive, '--lost', '--yes'])).code).toBe(0);
    // A later version reads more in the same sidecars: this is reported, and `--amend` imports it.
    const same = ['import', join(root, 'samples/sidecar-xml'), '--into', archive, '--site', 'contact-centre'];
    expect((await rig.json(same)).summary).toMatchObject({ imported: 0, exitCode: 3, alarms: { P265: 2 } });
    expect((await rig.json([...same, '--amend'])).summary).toMatchObject({ imported: 0, amended: 2, exitCode: 0 });
    expect((await rig.json(same)).summary).toMatchObject({ imported: 0, exitCode: 0 });
    const more = await rig.json(['import', join(root, 'samples/sidecar-xml'), '--into', archive, '--site', 'elsewhere']);
    expect(more.summary).toMatchObject({ imported: 3, exitCode: 0 });
    expect((await rig.run(['verify', archive])).code).toBe(0);
  });
});
