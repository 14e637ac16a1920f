import { expect, test } from 'vitest';
import { createGivenFiles } from '../../../src/page/player/given-files.ts';

const id = '00000000-0000-8000-8000-000000000001';
/** A file of a folder that the user gave to a browser. */
const given = (path: string): File & { webkitRelativePath: string } => ({ webkitRelativePath: path }) as File & { webkitRelativePath: string }; // the only member that is read

test('a file is found by the folder of its recording, at any level of the given folder; one that its folder lacks is lost', () => {
  for (const folder of ['archive/bags/2025/a/data/', 'a/data/', 'data/', '']) {
    const files = createGivenFiles();
    files.take([given(`${folder}${id}/access-1.opus`), given(`${folder}${id}/sub/original-1.wav`), given(`${folder}manifest-sha256.txt`)]);
    expect(files.find(id, 'access-1.opus')).toMatchObject({ webkitRelativePath: `${folder}${id}/access-1.opus` });
    expect(files.find(id, 'original-1.wav')).toBe('lost');
    expect(files.find(id.replace(/1$/, '2'), 'access-1.opus')).toBeNull();
  }
});
