import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { approver, judgeCertificate } from './erasure-rig.ts';
import { createRig, type Rig, root } from './rig.ts';

let rig: Rig;
let id: string;

beforeAll(async () => {
  rig = createRig();
  const how = ['--into', 'archive', '--zone', 'Europe/Stockholm', '--no-keep-tables'];
  expect((await rig.run(['import', join(root, 'samples/asterisk-normal'), ...how])).code).toBe(0);
  await approver(rig, 'archive');
  const { lines } = await rig.json(['list', 'archive']);
  id = String((lines.find(({ of }) => of === 'recording')?.value as { recordingId?: string } | undefined)?.recordingId); // as it is listed
});
afterAll(() => rig?.[Symbol.asyncDispose]());

interface Listed {
  readonly type: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

async function entries(type: string): Promise<readonly Listed[]> {
  const { lines } = await rig.json(['log', 'list', 'archive']);
  return lines.flatMap(({ value }) => ((value as Listed | undefined)?.type === type ? [value as unknown as Listed] : [])); // as entries are listed
}

async function requested(...more: readonly string[]): Promise<string> {
  const { code, summary } = await rig.json(['erase', 'request', 'archive', id, '--ground', 'court-order', '--reason', 'Order 4711', ...more]);
  expect(code).toBe(0);
  return String(summary.request);
}

const approve = (request: string, ...more: readonly string[]): ReturnType<Rig['run']> =>
  rig.run(['erase', 'approve', 'archive', request, '--key-file', 'approver.pem', ...more]);

async function stateOf(request: string): Promise<unknown> {
  const { lines } = await rig.json(['erase', 'status', 'archive']);
  return lines.map(({ value }) => value as { readonly request?: string } | undefined).find((value) => value?.request === request); // as it is listed
}

test("an entry under the user's own login claims nothing", async () => {
  const request = await requested();
  const own = (await entries('erasure-requested')).find(({ detail }) => detail.request === request);
  expect(own?.detail).not.toHaveProperty('claimed');
  expect(await stateOf(request)).toMatchObject({ requestedLogin: null });
  expect((await rig.run(['erase', 'withdraw', 'archive', request, '--reason', 'in error', '--as', 'registry'])).code).toBe(0);
  expect((await entries('erasure-withdrawn'))[0]?.detail).toHaveProperty('claimed');
});

test('a requester under another name cannot approve the request with a key of their own', async () => {
  expect((await rig.run(['erase', 'make-key', 'own.pem'])).code).toBe(0);
  expect((await rig.run(['erase', 'add-approver', 'archive', 'own.pem', '--name', userInfo().username])).code).toBe(0);
  const request = await requested('--as', 'registry');
  const own = await rig.run(['erase', 'approve', 'archive', request, '--key-file', 'own.pem']);
  expect([own.code, own.stderr]).toEqual([2, expect.stringMatching(/E102.*belongs to the person who made the request/)]);
  expect(await stateOf(request)).toMatchObject({ state: 'requested', approvedBy: null });
  expect((await rig.run(['erase', 'withdraw', 'archive', request, '--reason', 'in error'])).code).toBe(0);
});

test('a key that the requester registers after the request does not approve it', async () => {
  const request = await requested();
  expect((await rig.run(['erase', 'make-key', 'bo.pem'])).code).toBe(0);
  expect((await rig.run(['erase', 'add-approver', 'archive', 'bo.pem', '--name', 'bo'])).code).toBe(0);
  const approval = await rig.run(['erase', 'approve', 'archive', request, '--key-file', 'bo.pem', '--now', 'at once']);
  expect([approval.code, approval.stderr]).toEqual([2, expect.stringMatching(/E102.*was registered after the request by the person who made it/)]);
  expect(await stateOf(request)).toMatchObject({ state: 'requested', approvedBy: null });
  expect((await rig.run(['erase', 'withdraw', 'archive', request, '--reason', 'in error'])).code).toBe(0);
});

test('a second approval with a reason ends the waiting time, and the certificate states it; without a reason it is refused', async () => {
  const request = await requested('--wait', '30d', '--as', 'registry');
  expect((await approve(request)).code).toBe(0);
  expect(await stateOf(request)).toMatchObject({ state: 'approved', hastenedAt: null });
  expect((await rig.run(['erase', 'run', 'archive'])).stdout).toBe('No request is due.\n');
  const early = await rig.run(['erase', 'certificate', 'archive', request]);
  expect([early.code, early.stderr]).toEqual([2, expect.stringMatching(/E100.*is approved and was not executed yet.*from 20\d\d-/s)]);
  const again = await approve(request);
  expect([again.code, again.stderr]).toEqual([2, expect.stringMatching(/E100.*already approved; it can be executed from 20.*--now REASON/s)]);
  expect((await rig.run(['erase', 'make-key', 'stranger.pem'])).code).toBe(0);
  const stranger = await rig.run(['erase', 'approve', 'archive', request, '--key-file', 'stranger.pem', '--now', 'at once']);
  expect([stranger.code, stranger.stderr]).toEqual([2, expect.stringContaining('E102')]);
  expect((await approve(request, '--now', 'the court orders it at once')).code).toBe(0);
  expect(await stateOf(request)).toMatchObject({ state: 'due', hastenedAt: expect.any(String) });
  const approvals = await entries('erasure-approved');
  expect(approvals.map(({ detail }) => [detail.request, detail.now])).toEqual([
    [request, false],
    [request, true],
  ]);
  const run = await rig.run(['erase', 'run', 'archive']);
  expect([run.code, run.stderr]).toEqual([0, '']);
  expect((await approve(request, '--now', 'once more')).stderr).toContain('was executed');
  expect((await rig.run(['erase', 'certificate', 'archive', request, '--out', rig.path('certificate')])).code).toBe(0);
  await judgeCertificate(rig, 'archive', rig.path('certificate'));
  const text = readFileSync(rig.path('certificate/certificate.txt'), 'utf8');
  expect(text).toMatch(/\nWaiting time: ended by the approval of 20\d\d-/);
  // The requester's name was claimed: the entry has the login that claimed it; the approver is proved by the key.
  const asked = (await entries('erasure-requested')).find(({ detail }) => detail.request === request);
  expect(asked?.detail.claimed).toMatch(/^[0-9a-f]{8}-[0-9a-f]{24}$/);
  expect(asked?.detail.claimed).not.toBe(asked?.detail.who);
  expect(text).toContain(`by ${asked?.detail.who} (a name claimed by login ${asked?.detail.claimed})`);
  expect((await rig.run(['log', 'list', 'archive'])).stdout).toMatch(/erasure-requested.*claimed=[0-9a-f-]{33}/);
});
