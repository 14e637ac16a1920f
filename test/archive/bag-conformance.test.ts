import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { checked } from './rig.ts';

// The bags of LibraryOfCongress/bagit-conformance-suite (public domain), an independent judge.
const suite = fileURLToPath(new URL('../../../shared/conformance/bagit', import.meta.url));

/** The complete findings of each bag that is not plainly valid. Several bags of the suite have faults that the suite does not mention. */
const expected: Readonly<Record<string, readonly string[]>> = {
  'v0.96/valid/bag-with-leading-dot-slash-in-manifest': ['A144? manifest-md5.txt'],
  'v0.96/valid/holey-bag': ['A164? fetch.txt'],
  'v0.97/valid/bag-with-leading-dot-slash-in-manifest': ['A144? manifest-md5.txt'],
  'v0.97/valid/holey-bag': ['A164? fetch.txt'],
  'v0.97/invalid/baginfo-missing-encoding': ['A125 bagit.txt', 'A133 bagit.txt'],
  'v0.97/invalid/bom-in-bagit.txt': ['A127 bagit.txt'],
  'v0.97/invalid/corrupt-data-file': ['A146', 'A131 data/bare-filename'],
  'v0.97/invalid/corrupt-tag-file': ['A133 bag-info.txt', 'A133 bagit.txt', 'A133 manifest-md5.txt'],
  'v0.97/invalid/extra-file-in-bag': ['A134 data/bar', 'A146'],
  'v0.97/invalid/invalid-version-number': ['A123 bagit.txt', 'A133 bagit.txt'],
  'v0.97/invalid/missing-baginfo': ['A132 bag-info.txt'],
  'v0.97/invalid/missing-bagit.txt': ['A121 bagit.txt'],
  'v0.97/invalid/out-of-scope-file-paths-using-dot-notation': ['A138 manifest-md5.txt', 'A138 manifest-md5.txt'],
  'v0.97/invalid/out-of-scope-file-paths-using-dot-notation-for-fetch': ['A139 fetch.txt'],
  'v0.97/invalid/same-filename-listed-twice-with-different-hashes': ['A140 data/README'],
  'v0.97/linux-only/out-of-scope-file-paths-using-absolute-path': ['A138 manifest-md5.txt'],
  'v0.97/linux-only/out-of-scope-file-paths-using-absolute-path-for-fetch': ['A139 fetch.txt'],
  'v0.97/linux-only/out-of-scope-file-paths-using-shortcut': ['A138 manifest-md5.txt'],
  'v0.97/linux-only/out-of-scope-file-paths-using-shortcut-for-fetch': ['A139 fetch.txt'],
  'v0.97/linux-only/out-of-scope-file-paths-using-shortcut-username': ['A138 manifest-md5.txt'],
  'v0.97/linux-only/out-of-scope-file-paths-using-shortcut-username-for-fetch': ['A139 fetch.txt'],
  // On a case-sensitive disk HELLO.txt does not exist.
  'v0.97/warning/duplicate-file-with-different-case': ['A142? data/HELLO.txt', 'A130 data/HELLO.txt'],
  'v0.97/warning/made-with-md5sum-tools': ['A143? tagmanifest-md5.txt', 'A143? manifest-md5.txt'],
  'v0.97/warning/relative-path': ['A144? manifest-sha512.txt'],
  'v0.97/warning/same-filename-listed-twice-with-different-normalization': [
    'A142? data/Nu\u0301n\u0303ez',
    'A159? data/Nu\u0301n\u0303ez',
    'A164? README',
  ],
  'v0.97/warning/same-filename-listed-twice-with-the-same-hash': ['A141? data/README', 'A164? debug'],
  // Its .DS_Store was lost when the suite was added to its repository.
  'v0.97/warning/special-system-files': ['A165? data/.DS_Store', 'A130 data/.DS_Store', 'A165? data/Thumbs.db', 'A146'],
  'v1.0/invalid/bagit-with-invalid-whitespace': ['A128 bagit.txt'],
  'v1.0/invalid/notAllManifestsListAllFiles': ['A134 data/missingFromManifest.txt'],
  'v1.0/invalid/same-filename-listed-twice-with-different-hashes': ['A128 bagit.txt', 'A140 data/README', 'A133 bagit.txt'],
  'v1.0/invalid/same-filename-listed-twice-with-the-same-hash': ['A141 data/README', 'A164? debug', 'A133 bagit.txt'],
  // On Windows these paths lead out of the bag; longplay rejects a bag that is unsafe on any system.
  'v0.97/windows-only/out-of-scope-file-paths-using-absolute-path': ['A138 manifest-md5.txt'],
  'v0.97/windows-only/out-of-scope-file-paths-using-absolute-path-for-fetch': ['A139 fetch.txt'],
  'v0.97/windows-only/out-of-scope-file-paths-using-shortcut': ['A157 manifest-md5.txt'],
  'v0.97/windows-only/out-of-scope-file-paths-using-shortcut-for-fetch': ['A152 fetch.txt'],
  'v0.97/windows-only/out-of-scope-file-paths-using-unc': ['A138 manifest-md5.txt'],
  'v0.97/windows-only/out-of-scope-file-paths-using-unc-for-fetch': ['A139 fetch.txt', 'A164? .-verifyvalid-null.txt', 'A164? fetch.txt'],
};

const bags = existsSync(suite)
  ? readdirSync(suite)
      .filter((name) => name.startsWith('v'))
      .flatMap((version) => readdirSync(`${suite}/${version}`).map((kind) => `${version}/${kind}`))
      .flatMap((kind) => readdirSync(`${suite}/${kind}`).map((bag) => `${kind}/${bag}`))
  : [];

/** Compares a validator with the suite's own verdicts; returns the names of the bags about which the validator is wrong. Warnings count for neither side. */
async function wrongAbout(isSound: (bag: string) => Promise<boolean>): Promise<string[]> {
  const wrong: string[] = [];
  for (const bag of bags) {
    const kind = bag.split('/')[1];
    if (kind === 'warning') continue;
    if ((await isSound(`${suite}/${bag}`)) !== (kind === 'valid')) wrong.push(bag);
  }
  return wrong;
}

describe.skipIf(bags.length === 0)('the BagIt conformance suite', () => {
  it('has the 60 bags that docs/facts counts', () => {
    expect(bags).toHaveLength(60);
  });

  it('agrees with our check on every bag', async () => {
    expect(await wrongAbout(async (bag) => (await checked(bag)).summary.sound)).toEqual([]);
  });

  it('fails a validator that accepts everything', async () => {
    expect(await wrongAbout(async () => true)).toHaveLength(27);
  });

  it('fails a validator that rejects everything', async () => {
    expect(await wrongAbout(async () => false)).toHaveLength(27);
  });

  for (const bag of bags) {
    it(`has bag ${bag} judged for its own reason`, async () => {
      expect((await checked(`${suite}/${bag}`)).said.map((one) => one.normalize('NFC')).sort()).toEqual(
        [...(expected[bag] ?? [])].map((one) => one.normalize('NFC')).sort(),
      );
    });
  }
});
