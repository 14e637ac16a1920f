import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createRig, root } from '../../cli/rig.ts';

describe('the command line', () => {
  it.each([
    ['amazon-connect', 7, ['deleted-at-source', 'not-recorded-by-design', 'audio-without-row']],
    ['genesys-cloud', 6, ['deleted-at-source', 'not-recorded-by-design', 'matched']],
    ['genesys-gir', 4, ['encrypted-no-key', 'row-without-audio']],
    ['mediasense', 4, ['split-audio', 'deleted-at-source']],
    ['zoom-phone', 4, ['row-without-audio', 'audio-without-row']],
  ])('imports samples/%s and verifies the archive', async (sample, recordings, statuses) => {
    await using rig = createRig();
    const imported = await rig.run(['import', join(root, 'samples', sample), '--into', 'archive']);
    expect(imported.stdout).toContain(`Imported ${recordings} recordings`);
    for (const status of statuses) expect(imported.stdout).toContain(status);
    const verified = await rig.run(['verify', 'archive']);
    expect(verified.stdout + verified.stderr).toContain(': OK.');
    expect(verified.code).toBe(0);
  });
});
