import { cpSync, existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makingOf } from '../../../src/archive/bag/info.ts';
import { openKeyring } from '../../../src/sealing/keyring/keyring.ts';
import { everything, ofLongForm, patience, upTo } from '../../faults/trials.ts';
import { approver, erase } from '../erasure-rig.ts';
import { makeSource, mulawWave, tone } from '../silent-source.ts';
import { createSealedRig, recordingFolders, type SealedRig } from './sealed-rig.ts';

/** Number of orders to try, and the steps of each; many in the long form (LONGPLAY_FAULTS=all). */
const [orders, steps] = everything ? [ofLongForm(upTo(60)).length, 10] : [3, 5];
const access = { passphrase: async () => null, identities: async () => null };
const copies = ['keyring', 'keyring-copy'] as const;

/** Events of the keyring, a replica and the requests; `back` restores one copy, or both, to the state before an earlier step. */
type Step =
  | { readonly kind: 'erase' | 'run' | 'sync' | 'rotate' | 'drill' | 'epoch' | 'replica' | 'away' }
  | { readonly kind: 'back'; readonly which: readonly (typeof copies)[number][]; readonly to: number };

const plain = (['erase', 'run', 'sync', 'rotate', 'drill', 'epoch', 'replica', 'away'] as const).map((kind) => fc.constant({ kind }));
const back = fc.record({
  kind: fc.constant('back' as const),
  which: fc.constantFrom([copies[0]], [copies[1]], [...copies]),
  to: fc.nat(20),
});

let rig: SealedRig;
let archive: string;
const requests = new Map<string, string>();
let epochs = 0;
let states = 0;
let checks = 0;
/** Status of each request when its certificate was last read. */
const certified = new Map<string, string>();

beforeAll(async () => {
  rig = await createSealedRig();
  archive = rig.path('archive');
  process.env.LONGPLAY_KEYRING = rig.keyring;
  const mapping = makeSource(rig.path('source'), 1, orders * (steps + 1) + 1, ({ number }) =>
    mulawWave(Uint8Array.from(tone, (byte) => byte ^ number)),
  );
  const { code, stderr } = await rig.sealed('import', 'source', '--into', 'archive', '--mapping', mapping, '--sealed', '--no-keep-tables');
  expect(code, stderr).toBe(0);
  await approver(rig, 'archive');
  expect((await rig.run(['replica', 'add', 'archive', 'second', rig.path('second')])).code).toBe(0);
  expect((await rig.run(['replica', 'sync', 'archive'])).code).toBe(0);
});
afterAll(async () => {
  delete process.env.LONGPLAY_KEYRING;
  await rig?.[Symbol.asyncDispose]();
});

/** Saves the state of each connected copy. */
function keep(): void {
  for (const copy of copies) if (existsSync(rig.path(copy))) cpSync(rig.path(copy), rig.path('states', String(states), copy), { recursive: true });
  states++;
}

/** Replaces a copy by an earlier state; a disconnected one stays disconnected. */
function restore(copy: string, state: number): void {
  const from = rig.path('states', String(state), copy);
  if (!existsSync(from) || !existsSync(rig.path(copy))) return;
  rmSync(rig.path(copy), { recursive: true });
  cpSync(from, rig.path(copy), { recursive: true });
}

async function well(...args: readonly string[]): Promise<void> {
  const { code, stderr } = await rig.sealed(...args);
  expect([args.slice(0, 2).join(' '), code, code === 0 || code === 3 || code === 5 ? '' : stderr]).toEqual([
    args.slice(0, 2).join(' '),
    expect.any(Number),
    '',
  ]);
}

async function take(step: Step): Promise<void> {
  if (step.kind === 'back') for (const copy of step.which) restore(copy, step.to % states);
  else if (step.kind === 'erase') {
    const open = recordingFolders(archive)
      .map((folder) => basename(folder))
      .filter((id) => ![...requests.values()].includes(id));
    const [id = ''] = open;
    requests.set(await erase(rig, 'archive', [id]).catch(() => ''), id);
    requests.delete('');
  } else if (step.kind === 'run') await well('erase', 'run', 'archive');
  else if (step.kind === 'replica') await well('replica', 'sync', 'archive');
  else if (step.kind === 'epoch') await well('keyring', 'recovery', 'make', '--shares', '3', '--needed', '2', '--to', rig.path(`shares-${epochs++}`));
  else if (step.kind === 'away') {
    if (existsSync(rig.path('away'))) returnCopy();
    else renameSync(rig.path('keyring-copy'), rig.path('away'));
  } else await well('keyring', step.kind);
}

function returnCopy(): void {
  if (existsSync(rig.path('away'))) renameSync(rig.path('away'), rig.path('keyring-copy'));
}

type Status = {
  readonly request: string;
  readonly state: string;
  readonly owed: readonly string[];
  readonly owedBy: readonly string[];
  readonly finalAt: string | null;
};

async function statuses(): Promise<readonly Status[]> {
  const { lines } = await rig.json(['erase', 'status', 'archive']);
  return lines.flatMap(({ of, value }) => (of === 'erasure' ? [value as unknown as Status] : [])); // as it is listed
}

/** Returns the erased recordings that the reachable copies open. */
async function opened(): Promise<readonly string[]> {
  const keys = await openKeyring({ folder: rig.keyring, access, signal: new AbortController().signal });
  const found = recordingFolders(archive).filter((folder) => {
    const secrets = keys.secretsOf(makingOf(join(folder, '../..')) ?? '', basename(folder));
    return secrets !== null && secrets !== 'erased';
  });
  keys.close();
  const erased = new Set(requests.values());
  return found.map((folder) => basename(folder)).filter((id) => erased.has(id));
}

/** The reported state of each request is true: final implies unreadable, and what is final opens nowhere. */
async function check(): Promise<void> {
  const open = new Set(await opened());
  for (const one of await statuses()) {
    const { request, finalAt } = one;
    if (finalAt !== null) expect([request, open.has(requests.get(request) ?? '')]).toEqual([request, false]);
    // The statement about a request does not change while its state stays.
    if (!requests.has(request) || certified.get(request) === JSON.stringify(one)) continue;
    certified.set(request, JSON.stringify(one));
    const out = rig.path('certificates', `${checks++}`);
    expect((await rig.run(['erase', 'certificate', 'archive', request, '--out', out])).code).toBe(0);
    const stated = JSON.parse(readFileSync(join(out, 'certificate.json'), 'utf8')) as { unreadableAt: string; finalAt: string | null };
    expect([request, stated.finalAt === null]).toEqual([request, finalAt === null]);
    if (stated.finalAt === null) continue;
    expect([request, stated.unreadableAt <= stated.finalAt]).toEqual([request, true]);
  }
}

test(
  'an erasure is final only if nothing opens it, and becomes final, in any order of erasures, restored copies of the keyring, syncs, rotations, drills and recovery epochs',
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(...plain, { arbitrary: back, weight: 4 }), { minLength: steps, maxLength: steps }), async (order) => {
        // Backups of an earlier order are older than what it added since.
        states = 0;
        rmSync(rig.path('states'), { recursive: true, force: true });
        for (const step of [{ kind: 'erase' } as const, ...order]) {
          keep();
          await take(step);
          await check();
        }
        returnCopy();
        await well('keyring', 'sync');
        await well('erase', 'run', 'archive');
        await well('replica', 'sync', 'archive');
        await take({ kind: 'epoch' });
        await well('erase', 'run', 'archive');
        const left = (await statuses()).filter(({ request }) => requests.has(request));
        expect(left.map(({ request }) => request).sort()).toEqual([...requests.keys()].sort());
        for (const one of left) expect(one).toMatchObject({ state: 'executed', owed: [], owedBy: [], finalAt: expect.any(String) });
        expect(await opened()).toEqual([]);
        await check();
      }),
      { numRuns: orders, seed: 20261201, endOnFailure: true },
    );
  },
  patience,
);
