import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { makingOf } from '../../src/archive/bag/info.ts';
import { listBags } from '../../src/archive/bag-folders.ts';
import { openSession, unlock } from '../../src/sealing/keyring/session.ts';
import { cli } from '../cli/rig.ts';
import { asterisk, createSealedRig, type SealedRig } from '../cli/sealed/sealed-rig.ts';
import { nobody, signal } from '../sealing/keyring/keyring-rig.ts';
import { buildTrap, readCalls, type Strike } from './trap.ts';
import { everything, patience, spread } from './trials.ts';

const trap = buildTrap();
afterAll(() => {
  if (typeof trap !== 'string') trap[Symbol.dispose]();
});

/** Runs an import in a process of its own, which may be interrupted by the trap. @returns the calls below the archive and the keyring */
function imported(
  rig: SealedRig,
  archive: string,
  strike?: Strike,
): { readonly status: number | null; readonly calls: ReturnType<typeof readCalls> } {
  if (typeof trap === 'string') throw new Error(trap);
  const list = rig.path('calls');
  rmSync(list, { force: true });
  const args = ['import', asterisk.folder, '--into', archive, '--zone', 'Europe/Stockholm', '--sealed', '--no-keep-tables', '-j', '1'];
  const places = { LONGPLAY_KEYS: rig.keys, LONGPLAY_KEYRING: rig.keyring };
  const env = { ...process.env, ...places, ...trap.env([archive, rig.keyring, rig.path('keyring-copy')], list, strike) };
  const { status } = spawnSync(process.execPath, [cli, ...args, '--bag-recordings', '6'], { env, encoding: 'utf8' });
  return { status, calls: readCalls(list) };
}

/** Returns the pages of bags in each copy of the keyring. */
async function pagesOfBags(rig: SealedRig): Promise<string[][]> {
  const session = openSession({ folder: rig.keyring, access: nobody, signal });
  const pages: string[][] = [];
  for (const domain of session.domains) {
    await unlock(session, domain);
    pages.push([...domain.keys().keys()].filter((page) => domain.page(page)?.head.of.startsWith('bag ') === true).sort());
    domain.close();
  }
  return pages;
}

async function makings(archive: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { path } of listBags({ dir: archive })) found.push(makingOf(path) ?? 'open');
  return found;
}

test.skipIf(typeof trap === 'string')(
  'an import that is killed around the page of a bag leaves no page after the next one, and removes none of another archive',
  async () => {
    await using rig = await createSealedRig();
    const first = rig.path('archive-0');
    const whole = imported(rig, first);
    expect(whole.status).toBe(0);
    const used = new Set(await makings(first));
    expect(await pagesOfBags(rig)).toEqual([[...used], [...used]]);
    // From the announcement of the bag in the log to its landing.
    const landed = whole.calls.findIndex(({ kind, path }) => kind.startsWith('rename') && path.includes('/bags/'));
    const page = whole.calls.findIndex(({ path }) => path.includes(`/pages/`) && path.includes([...used][0] ?? '?'));
    expect([page > 0, landed > page]).toEqual([true, true]);
    const numbers = whole.calls.slice(page - 2, landed + 3).map(({ number }) => number);
    let left = 0;
    for (const at of spread(numbers, everything ? numbers.length : 5)) {
      const archive = rig.path(`archive-${at}`);
      imported(rig, archive, { at, act: 'kill' });
      left += new Set((await pagesOfBags(rig)).flat()).size - used.size - (await makings(archive)).length;
      expect([at, imported(rig, archive).status]).toEqual([at, 0]);
      for (const making of await makings(archive)) used.add(making);
      expect([at, await pagesOfBags(rig)]).toEqual([at, [[...used].sort(), [...used].sort()]]);
      const played = await rig.sealed('verify', archive, '--play');
      expect([at, played.code], played.stdout).toEqual([at, 0]);
    }
    // Some kills left the page of a bag that was made again.
    expect(left).toBeGreaterThan(0);
    expect((await rig.sealed('verify', first, '--play')).code).toBe(0);
    expect((await rig.sealed('keyring', 'sync', '--deep')).stdout).toBe('main: nothing to do\ncopy-1: nothing to do\n');
  },
  patience,
);
