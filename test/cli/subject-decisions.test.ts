import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { approver } from './erasure-rig.ts';
import { createSealedRig, type SealedRig } from './sealed/sealed-rig.ts';
import { sound, url } from './vcon-parts.ts';

// What concerns the person of a case is decided by a reviewer, and every command that a message names works.

let rig: SealedRig;
const run = (...args: readonly string[]) => rig.sealed(...args);
const person = '+15550101';

const vcon = (id: number, more: object): string =>
  JSON.stringify({ vcon: '0.4.0', uuid: `019f15a6-0000-8000-8000-0000000000${id}`, created_at: '2026-05-04T10:00:00Z', attachments: [], ...more });

/** A call of the person and a call of a neighbour, both with a desk. */
const shared = vcon(51, {
  parties: [{ tel: 'tel:+15550101' }, { tel: 'tel:+15550102' }, { tel: 'tel:+15550103' }],
  dialog: [sound('2026-05-04T08:00:00Z', [0, 1], 440), sound('2026-05-04T09:00:00Z', [2, 1], 660)],
  analysis: [{ type: 'summary', vendor: 'x', product: 'for +15550101', mediatype: 'text/plain', encoding: 'none', body: 'a whole day' }],
});
/** A call of two others whose transcript names the person. */
const spoken = vcon(52, {
  parties: [{ tel: 'tel:+15550104' }, { tel: 'tel:+15550102' }],
  dialog: [sound('2026-05-04T11:00:00Z', [0, 1], 880)],
  analysis: [{ type: 'transcript', dialog: 0, vendor: 'x', mediatype: 'text/plain', encoding: 'base64url', body: url('my number is +15550101') }],
});

beforeAll(async () => {
  rig = await createSealedRig();
  process.env.LONGPLAY_KEYRING = rig.keyring;
  mkdirSync(rig.path('source'));
  writeFileSync(rig.path('source/shared.vcon'), shared);
  writeFileSync(rig.path('source/spoken.vcon'), spoken);
  for (const kind of ['open', 'sealed']) {
    expect((await run('import', 'source', '--into', kind, `--${kind}`)).code).toBe(0);
    await approver(rig, kind, `${kind}.pem`);
  }
});
afterAll(async () => {
  delete process.env.LONGPLAY_KEYRING;
  await rig?.[Symbol.asyncDispose]();
});

type Value = { readonly recordingId: string; readonly start: string; readonly sureness: string };

/** Asks for the person. @returns the recordings that were found, by the hour of their start, and the case that was opened */
async function asked(
  archive: string,
  ...args: readonly string[]
): Promise<{ readonly at: (hour: string) => Value | undefined; readonly about: string }> {
  const { code, lines, summary } = await rig.json(['subject', archive, person, ...args]);
  expect(code).toBe(0);
  const found = lines.flatMap(({ of, value }) => (of === 'subject' ? [value as Value] : [])); // as it is printed
  return { at: (hour) => found.find(({ start }) => start.includes(`T${hour}:`)), about: String(summary.caseId) };
}

/** Requests an erasure. @returns its exit code, its summary, and its findings, one per line */
async function request(archive: string, ...which: readonly string[]) {
  const { code, lines, summary } = await rig.json(['erase', 'request', archive, ...which, '--ground', 'subject-request', '--reason', 'x']);
  const told = lines.flatMap(({ type, code: of, place, message }) => (type === 'finding' ? [`${of} ${place}: ${message}`] : []));
  return { code, summary, told: told.join('\n') };
}

/** Runs a command that a message names, e.g. up to the first comma. */
async function runNamed(text: string, archive: string): Promise<number | null> {
  const [, command = ''] = /longplay (case decide ARCHIVE [^,]*)/.exec(text) ?? [];
  return (await run(...command.split(' ').map((word) => ({ ARCHIVE: archive, TEXT: 'heard' })[word] ?? word))).code;
}

async function execute(archive: string, id: unknown): Promise<Awaited<ReturnType<typeof run>>> {
  expect((await run('erase', 'approve', archive, String(id), '--key-file', `${archive}.pem`, '--now', 'urgent')).code).toBe(0);
  return await run('erase', 'run', archive);
}

describe.each(['open', 'sealed'] as const)('a recording of which the person is no party, in an archive that is %s', (kind) => {
  test('is decided step by step with the commands that are named, and the request takes what was decided', async () => {
    const { at, about } = await asked(kind, '--case', 'Request 17', '--uncertain');
    const [neighbour = '', mention = ''] = [at('09')?.recordingId, at('11')?.recordingId];
    expect((await run('case', 'decide', kind, about, neighbour, '--is-not', '--reason', 'a neighbour')).code).toBe(0);
    const from = ['--from-case', about];
    const first = await request(kind, ...from);
    expect([first.code, first.summary]).toEqual([3, expect.objectContaining({ recordings: 1, undecided: 1 })]);
    const refused = await run('case', 'decide', kind, about, mention, '--is', '--reason', 'x');
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('give --concerns instead of --is')]);
    const named = first.told.split('\n').find((line) => line.startsWith(`E135 ${mention}`)) ?? '';
    expect(named).toContain('--concerns --reason TEXT');
    expect(await runNamed(named, kind)).toBe(0);
    // What is to be erased of it is a decision of its own.
    const second = await request(kind, ...from);
    expect([second.code, second.summary]).toEqual([3, expect.objectContaining({ recordings: 1, undecided: 1 })]);
    expect(second.told).toMatch(new RegExp(`E135 ${mention}: .*not what is erased`));
    expect((await run('case', 'decide', kind, about, mention, '--concerns', '--erase', 'nothing', '--reason', 'evidence')).code).toBe(0);
    const kept = await request(kind, ...from);
    expect([kept.code, kept.summary, kept.told]).toEqual([
      0,
      expect.objectContaining({ recordings: 1, undecided: 0 }),
      expect.stringMatching(new RegExp(`E135 ${mention}: .*that nothing of it is erased`)),
    ]);
    expect(await runNamed(second.told.split('\n').find((line) => line.startsWith(`E135 ${mention}`)) ?? '', kind)).toBe(0);
    expect((await request(kind, ...from)).summary).toMatchObject({ recordings: 2, undecided: 0 });
    // One transcript: here it is in the vCon, which goes with the texts and leaves the sound.
    const [, source = ''] = /"(source-1\.\w+)"/.exec(JSON.stringify((await rig.json(['show', kind, mention])).lines)) ?? [];
    expect(source).not.toBe('');
    for (const wrong of [['recording', 'nothing'], ['no-such.wav'], ['../x']])
      expect((await run('case', 'decide', kind, about, mention, '--concerns', '--erase', ...wrong, '--reason', 'x')).code).toBe(2);
    expect((await run('case', 'decide', kind, about, mention, '--is', '--erase', 'recording', '--role', 'caller', '--reason', 'x')).code).toBe(2);
    expect((await run('case', 'decide', kind, about, mention, '--concerns', '--erase', source, '--reason', 'the transcript')).code).toBe(0);
    expect((await run('case', 'show', kind, about)).stdout).toContain(`concerns the person, who is no party; of it ${source} is to be erased`);
    const last = await request(kind, ...from);
    // Its own vCon, and that of the neighbour, who has the call of the person in it.
    expect([last.code, last.summary]).toEqual([0, expect.objectContaining({ recordings: 1, parts: 2, undecided: 0 })]);
    // A masked hand-over has no sound of a call in which the person took no part.
    const masked = await rig.json(['case', 'export', kind, about, '--out', `masked-${kind}`, '--mask']);
    expect(masked.lines).toContainEqual(
      expect.objectContaining({ code: 'C122', place: mention, message: expect.stringContaining('only the voices of others') }),
    );
    const given = readdirSync(rig.path(`masked-${kind}`, 'data/recordings', mention));
    expect(given.filter((name) => /\.(?:opus|wav)$/.test(name))).toEqual([]);
    expect((await execute(kind, last.summary.request)).code).toBe(0);
    const after = await asked(kind);
    expect([after.at('08'), after.at('11')]).toEqual([undefined, undefined]);
    expect((await run('show', kind, mention)).stdout).toContain('access-1');
    expect((await run('verify', kind, '--play')).code).toBe(0);
  });
});

describe.each(['open', 'sealed'] as const)('a vCon that a neighbour has, in an archive that is %s', (kind) => {
  test('stays while a hold protects the call of the neighbour; the request says so, and the hold wins', async () => {
    const archive = `held-${kind}`;
    expect((await run('import', 'source', '--into', archive, `--${kind}`)).code).toBe(0);
    writeFileSync(rig.path(`${archive}.pem`), readFileSync(rig.path(`${kind}.pem`)));
    expect((await run('erase', 'add-approver', archive, `${archive}.pem`, '--name', 'anna')).code).toBe(0);
    const { at } = await asked(archive);
    const [own = '', neighbour = ''] = [at('08')?.recordingId, at('09')?.recordingId];
    // A request that is refused says nothing about the neighbour.
    const refused = await run('erase', 'request', archive, own, '--ground', 'retention', '--reason', 'x');
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringMatching(/E136/)]);
    expect(refused.stderr).not.toContain('E137');
    const placed = await rig.json(['hold', 'add', archive, '--text', '+15550103', '--reason', 'dispute']);
    expect(placed.code).toBe(0);
    const made = await request(archive, own);
    const [held, lost] = [`E111 ${neighbour}: is kept until nothing forbids its erasure: hold`, `E137 ${neighbour}: its source-1`];
    expect([made.told.includes(held), made.told.includes(lost), made.told.indexOf(held) < made.told.indexOf(lost)]).toEqual([true, true, true]);
    // What the vCon says of no single dialog is in the description of both, and stays there.
    expect(made.told).toMatch(new RegExp(`E137 ${neighbour}: .*in which 1 field of what no member models \\(extra\\) has a number`));
    const done = await execute(archive, made.summary.request);
    expect([done.code, done.stderr]).toEqual([3, expect.stringContaining(`E111 ${neighbour}`)]);
    const still = await asked(archive);
    expect([still.at('08'), still.at('09')?.recordingId]).toEqual([undefined, neighbour]);
    expect((await run('show', archive, neighbour)).code).toBe(0);
    const hold = String(placed.summary.id);
    expect((await run('hold', 'release', archive, hold, '--reason', 'settled')).code).toBe(0);
    const again = await run('erase', 'run', archive);
    expect([again.code, again.stderr]).toEqual([0, '']);
    // The vCon is gone; the field of the description is still found, and named.
    const { lines } = await rig.json(['subject', archive, person]);
    expect(
      lines.flatMap(({ of, value }) => (of === 'subject' ? (value as { hits: { field: string }[] }).hits.map(({ field }) => field) : [])),
    ).toEqual([expect.stringMatching(/^extra\./), expect.stringMatching(/^source-1\./)]); // as it is printed
  });
});
