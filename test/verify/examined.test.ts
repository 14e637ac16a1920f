import { createHash } from 'node:crypto';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { root } from '../cli/rig.ts';
import { createSealedRig, filesBelow, type SealedRig } from '../cli/sealed/sealed-rig.ts';
import { patience, spread, upTo } from '../faults/trials.ts';
import { amending } from '../faults/writers.ts';
import { createVerifier, type Verified } from './archive-rig.ts';

// A later verification takes over what an earlier one found in the same bytes. Whatever is damaged in between, it must say what a full examination says.

/**
 * Archives with bags of one and of several recordings, with kept tables, amendments and sealed bags. `opened` is sealed as well, and its documents are opened; those
 * of `sealed` are not.
 */
const kinds = ['open', 'small bags', 'amended', 'sealed', 'opened'] as const;

let rig: SealedRig;
let verifier: ReturnType<typeof createVerifier>;

beforeAll(async () => {
  rig = await createSealedRig();
  verifier = createVerifier();
  const well = async (...args: string[]): Promise<void> => {
    const { code, stdout, stderr } = await rig.sealed(...args);
    expect([args.join(' '), code], stdout + stderr).toEqual([args.join(' '), 0]);
  };
  for (const kind of kinds) {
    const archive = rig.path(kind);
    const source = join(root, kind === 'small bags' ? 'samples/voipmonitor' : 'samples/asterisk-normal');
    const zone = kind === 'small bags' ? 'UTC' : 'Europe/Stockholm';
    const how = [
      '--zone',
      zone,
      '--bag-recordings',
      kind === 'small bags' ? '1' : '3',
      ...(kind === 'sealed' || kind === 'opened' ? [] : ['--open']),
    ];
    await well('import', source, '--into', archive, ...how);
    if (kind === 'amended') await well(...amending(archive));
    await well('verify', archive);
    // Bags are compared by SHA-256 alone from the second time on, and taken over.
    await well('verify', archive);
  }
});
/** The memory of a machine that has seen the logs and does not sign them, so that runs change nothing. */
beforeAll(() => {
  mkdirSync(rig.path('memory'), { mode: 0o700 });
  for (const file of readdirSync(rig.keys).filter((name) => name.endsWith('.checkpoint'))) cpSync(join(rig.keys, file), rig.path('memory', file));
});
afterAll(async () => {
  await verifier?.[Symbol.asyncDispose]();
  await rig?.[Symbol.asyncDispose]();
});

/** Returns what a run says: everything but the words, which name the digests that were compared. */
const said = ({ verdicts }: Verified): string[] =>
  verdicts.map(({ severity, code, verdict, path }) => `${severity} ${code} ${verdict} ${path}`).sort();

/** Writes the manifests of a bag anew over what it contains, as somebody would who exchanges a call. */
function makeManifests(bag: string): void {
  const files = filesBelow(bag);
  for (const [kind, listed] of [
    ['manifest', files.filter((file) => file.startsWith('data/'))],
    ['tagmanifest', files.filter((file) => !file.includes('/') && !file.startsWith('tagmanifest'))],
  ] as const)
    for (const algorithm of ['sha256', 'sha512']) {
      const digest = (file: string): string =>
        createHash(algorithm)
          .update(readFileSync(join(bag, file)))
          .digest('hex');
      writeFileSync(join(bag, `${kind}-${algorithm}.txt`), listed.map((file) => `${digest(file)}  ${file}\n`).join(''));
    }
}

const part = fc.double({ min: 0, max: 0.999999, noNaN: true });
const damage = fc.record({
  act: fc.constantFrom(
    ...(['flip', 'cut', 'extend', 'empty', 'delete', 'exchange', 'copy over', 'add', 'folder', 'link', 'bag away', 'bag twice', 'bag anew'] as const),
    ...(['flip in a bag', 'delete in a bag', 'exchange in a bag', 'catalog away', 'catalog of another'] as const),
  ),
  file: part,
  other: part,
  at: part,
  bit: fc.integer({ min: 0, max: 7 }),
});
type Damage = typeof damage extends fc.Arbitrary<infer One> ? One : never;

function strike(archive: string, { act, file, other, at, bit }: Damage): void {
  const files = filesBelow(archive);
  const inBags = files.filter((path) => path.startsWith('bags/'));
  const among = act.endsWith('in a bag') ? inBags : files;
  const pick = (part: number, from = among): string => join(archive, from[Math.floor(part * from.length)] ?? 'longplay.json');
  const [one, two] = [pick(file), pick(other)];
  const bags = [...new Set(inBags.map((path) => path.split('/').slice(0, 3).join('/')))];
  const bag = pick(file, bags);
  const was = existsSync(one) ? readFileSync(one) : Buffer.alloc(0);
  const flipped = (): Buffer => {
    const bytes = Buffer.from(was);
    const place = Math.floor(at * bytes.length);
    if (bytes.length > 0) bytes[place] = (bytes[place] ?? 0) ^ (1 << bit);
    return bytes;
  };
  if (act === 'flip' || act === 'flip in a bag') writeFileSync(one, flipped());
  else if (act === 'cut') truncateSync(one, Math.floor(at * was.length));
  else if (act === 'extend') appendFileSync(one, '\n');
  else if (act === 'empty') truncateSync(one, 0);
  else if (act === 'delete' || act === 'delete in a bag') rmSync(one);
  else if (act === 'exchange' || act === 'exchange in a bag') {
    if (one === two) return;
    renameSync(one, `${one}.between`);
    renameSync(two, one);
    renameSync(`${one}.between`, two);
  } else if (act === 'copy over') cpSync(two, one);
  else if (act === 'add') writeFileSync(join(dirname(one), `strange-${bit}.txt`), 'x');
  else if (act === 'folder') {
    rmSync(one);
    mkdirSync(one);
  } else if (act === 'link') {
    rmSync(one);
    symlinkSync(two, one);
  } else if (act === 'bag away') rmSync(bag, { recursive: true, force: true });
  else if (act === 'bag twice') cpSync(bag, `${bag}${bit}`, { recursive: true });
  else if (act === 'bag anew') {
    writeFileSync(one, flipped());
    if (one.includes('/bags/'))
      makeManifests(
        join(
          archive,
          one
            .slice(archive.length + 1)
            .split('/')
            .slice(0, 3)
            .join('/'),
        ),
      );
  } else if (act === 'catalog away') rmSync(join(archive, 'catalog.sqlite'), { force: true });
  else cpSync(join(rig.path(kinds[bit % kinds.length] ?? 'open'), 'catalog.sqlite'), join(archive, 'catalog.sqlite'));
}

test(
  'says what a full examination says, whatever was damaged since the last one',
  async () => {
    let [faulty, taken] = [0, 0];
    const open = filesBelow(rig.path('open'));
    const manifest = (open.findIndex((path) => path.endsWith('/manifest-sha512.txt')) + 0.5) / open.length;
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...kinds), fc.array(damage, { maxLength: 3 }), async (kind, damages) => {
        const archive = rig.path('damaged');
        rmSync(archive, { recursive: true, force: true });
        cpSync(rig.path(kind), archive, { recursive: true, preserveTimestamps: true });
        for (const one of damages) {
          try {
            strike(archive, one);
          } catch (error) {
            // An earlier damage made this one impossible, e.g. a folder in place of the file.
            if (typeof (error as NodeJS.ErrnoException).code !== 'string') throw error;
          }
        }
        const keyring = { keyring: rig.keyring, keys: rig.path('memory'), isOpened: kind === 'opened' };
        const run = async (options: { deep?: boolean }): Promise<readonly [string[], object]> => {
          try {
            const result = await verifier.verify(archive, { ...keyring, ...options });
            taken += result.outcome.examinedBefore;
            const { bags, bagsWell, files, recordings, bytes, audioMs, media, sounding, errors, warnings, unopened, described } = result.outcome;
            return [said(result), { bags, bagsWell, files, recordings, bytes, audioMs, media, sounding, errors, warnings, unopened, described }];
          } catch (error) {
            return [[String(error)], {}];
          }
        };
        const later = await run({});
        expect(later).toEqual(await run({ deep: true }));
        if (later[0].some((line) => line.startsWith('error'))) faulty++;
      }),
      // A changed digest in the manifest of SHA-512: only a run that compares all digests names the file.
      { numRuns: spread(upTo(10_000), 40).length, examples: [['open', [{ act: 'flip', file: manifest, other: 0, at: 0, bit: 1 }]]] },
    );
    // Otherwise the trials would have shown nothing.
    expect([faulty > 0, taken > 0]).toEqual([true, true]);
  },
  patience,
);

test('is a full examination if nothing on this machine vouches for the log, or another key has replaced that of the log', async () => {
  const archive = rig.path('damaged');
  rmSync(archive, { recursive: true, force: true });
  cpSync(rig.path('open'), archive, { recursive: true, preserveTimestamps: true });
  const taken = async (keys: string): Promise<number> => (await verifier.verify(archive, { keys })).outcome.examinedBefore;
  const stranger = rig.path('stranger');
  expect([await taken(rig.path('memory')), await taken(stranger)]).toEqual([3, 0]);
  // `watch` remembers the state of the log that it found sound.
  expect((await rig.run(['watch', archive], { env: { LONGPLAY_KEYS: stranger } })).code).toBe(0);
  expect(await taken(stranger)).toBe(3);
  // Somebody without the key signs with a key of his own: the log says what he wants, and only a machine that trusts this key takes it over.
  const other = rig.path('other-keys');
  expect((await rig.run(['log', 'key', archive, '--lost', '--yes'], { env: { LONGPLAY_KEYS: other } })).code).toBe(0);
  expect([await taken(rig.path('memory')), await taken(stranger), await taken(rig.path('nobody'))]).toEqual([0, 0, 0]);
});
