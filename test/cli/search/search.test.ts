import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRig, type Rig, root } from '../rig.ts';

let rig: Rig;

beforeAll(async () => {
  rig = createRig();
  const source = join(root, 'samples/asterisk-normal');
  const { code } = await rig.run(['import', source, '--into', 'archive', '--zone', 'Europe/Stockholm', '--join-sides']);
  expect(code).toBe(0);
});
afterAll(async () => {
  await rig[Symbol.asyncDispose]();
});

interface Hit {
  readonly key: string;
  readonly recordingId: string;
  readonly places: readonly { readonly field: string; readonly value: string; readonly certainty: string | null }[];
}

async function hits(...words: string[]): Promise<{ readonly found: Hit[]; readonly summary: Record<string, unknown> }> {
  const { lines, summary } = await rig.json(['search', 'archive', ...words]);
  return { found: lines.filter(({ of }) => of === 'hit').map(({ value }) => value as Hit), summary };
}

const stereo = 'pbx1-1761438596.0';

test('a call is found by its number in any spelling, with the place of the match and its certainty', async () => {
  for (const words of [['070-174', '06', '05'], ['+46701740605'], ['0046701740605']]) {
    const { found, summary } = await hits(...words);
    expect(found.map(({ key }) => key)).toEqual([stereo]);
    // An identical number is certain.
    const certainty = words.length === 1 && words[0] === '+46701740605' ? null : 'possible';
    expect(found[0]?.places[0]).toEqual({ field: 'caller', value: '46701740605', certainty });
    expect(summary).toMatchObject({ exitCode: 0, shown: 1, found: 1, more: false });
  }
  expect((await hits('070-174', '06', '05', '--country', '46')).found.map(({ key }) => key)).toEqual([stereo]);
  expect((await hits('070-174', '06', '05', '--country', '44')).found).toEqual([]);
  expect((await hits('ÅSA', 'oberg')).found[0]?.places).toContainEqual({ field: 'caller name', value: 'Åsa Öberg', certainty: null });
  expect((await hits('Åsa Öberg')).found).toHaveLength((await hits('öberg')).found.length);
  expect((await hits('Öberg Åsa')).found).toEqual([]);
});

test('the newest come first, --oldest reverses the order, and omitted calls are counted', async () => {
  const newest = (await hits()).found.map(({ key }) => key);
  const oldest = (await hits('--oldest')).found.map(({ key }) => key);
  expect(newest).toHaveLength(6);
  expect(oldest).toEqual([...newest].reverse());
  const { stdout } = await rig.run(['search', 'archive', '1001', '--limit', '2']);
  expect(stdout.split('\n')[0]).toMatch(/^start +id +length +dir +from +to +agent +found in$/);
  expect(stdout).toMatch(/^2 recordings; [1-9] more: --limit shows them, filters such as --from narrow them down\.$/m);
  expect((await rig.run(['search', 'archive', 'nobody'])).stdout).toBe('No recording matches.\n');
  for (const hostile of ['"', '* OR text:(', '\u202e']) expect(await rig.run(['search', 'archive', '--', hostile])).toMatchObject({ code: 0 });
  expect(await rig.run(['search', 'archive', '1001', '--country', 'SE'])).toMatchObject({ code: 2 });
});

test('an entry of a register is searched by all its identifiers, each call states its certainty by the rule, and a site has its country', async () => {
  writeFileSync(
    rig.path('people.toml'),
    '[people.asa]\nnames = ["Åsa Öberg"]\nnumbers = ["+46701740605"]\n[people.other]\nnames = ["Åsa Öberg"]\nids = ["agent-7"]\n[sites.default]\ncountry = "+46"\n',
  );
  const all = (await hits('öberg')).found;
  const { found, summary } = await hits('asa', '--people', 'people.toml');
  expect(found.map(({ key }) => key)).toEqual(all.map(({ key }) => key));
  expect(summary).toMatchObject({ exitCode: 0, shown: all.length, found: all.length, more: false });
  const sure = ({ places }: Hit): boolean => places.some(({ certainty }) => certainty === 'certain');
  // Her number, which the archive has without its plus, is certain by the country of the site; two persons have the name, so it is certain nowhere.
  expect(found.filter(sure).map(({ key }) => key)).toEqual([stereo]);
  expect((await hits('asa', '--people', 'people.toml', '--limit', '1', '--oldest')).found.map(({ key }) => key)).toEqual(
    all.slice(-1).map(({ key }) => key),
  );
  expect((await hits('asa', stereo, '--people', 'people.toml')).found.map(({ key }) => key)).toEqual([stereo]);
  expect((await hits('other', '--people', 'people.toml', '--from', '2030')).summary.window).toEqual({ in: 0, perhaps: 0, withoutTime: 0 });
  expect(await rig.run(['search', 'archive', 'Åsa', 'Öberg', '--people', 'people.toml'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('U332'),
  });
});

test('a search for a direction states how many calls of an unknown direction match the rest', async () => {
  const all = Number((await hits()).summary.found);
  const outbound = await hits('--direction', 'outbound');
  const unknown = Number((await hits('--direction', 'unknown')).summary.found);
  expect(unknown).toBeGreaterThan(0);
  expect(unknown).toBeLessThan(all);
  expect(outbound.summary.unknownDirection).toBe(unknown);
  expect((await rig.json(['list', 'archive', '--direction', 'outbound'])).summary.unknownDirection).toBe(unknown);
  expect((await rig.run(['list', 'archive', '--direction', 'outbound', '--status', 'matched'])).stdout).toMatch(
    /^Of an unknown direction, so left out: \d/m,
  );
  expect((await rig.json(['list', 'archive', '--direction', 'unknown'])).summary).not.toHaveProperty('unknownDirection');
});

/** A player that writes down what it was asked. */
function fakePlayer(name: string, exitCode = 0): { readonly path: string; readonly asked: () => string[] } {
  const log = rig.path(`${name}.asked`);
  const path = rig.path(name);
  writeFileSync(
    path,
    `#!/bin/sh\nprintf '%s\\n' "$@" > '${log}'\ncat archive/log/tail archive/log/* > '${log}.log' 2>/dev/null\necho 'no such device' >&2\nexit ${exitCode}\n`,
  );
  chmodSync(path, 0o755);
  return { path, asked: () => readFileSync(log, 'utf8').trimEnd().split('\n') };
}

async function listens(): Promise<Record<string, unknown>[]> {
  const { lines } = await rig.json(['log', 'list', 'archive']);
  return lines.map(({ value }) => (value ?? {}) as Record<string, unknown>).filter(({ type }) => type === 'listened');
}

test('a call is played by ffplay or sox with its place, channel and speed, and the log records it without the caller', async () => {
  const [{ recordingId = '' } = {}] = (await hits('+46701740605')).found;
  const before = (await listens()).length;
  const ffplay = fakePlayer('ffplay-fake');
  const run = await rig.run([
    'play',
    'archive',
    recordingId.slice(0, 8),
    '--from',
    '0:01',
    '--channel',
    '2',
    '--speed',
    '1.5',
    '--player',
    ffplay.path,
  ]);
  expect([run.code, run.stdout]).toEqual([0, expect.stringMatching(/^playing \/.*access-joined\.opus, 0:03; Ctrl-C stops$/m)]);
  expect(ffplay.asked()).toEqual([
    ...['-hide_banner', '-loglevel', 'error', '-nodisp', '-autoexit', '-ss', '1.000', '-af', 'pan=mono|c0=c1,atempo=1.5', '-i'],
    expect.stringMatching(/^\/.*access-joined\.opus$/),
  ]);
  const sox = fakePlayer('play-fake');
  expect(await rig.run(['play', 'archive', recordingId, '--medium', '1', '--from', '1', '--player', sox.path])).toMatchObject({ code: 0 });
  expect(sox.asked()).toEqual(['-q', expect.stringMatching(/^\/.*access-1\.opus$/), 'trim', '1.000']);
  const after = await listens();
  expect(after.slice(before).map(({ detail }) => detail)).toEqual([
    // The listener's name is beside the log.
    { recordingId, by: 'play', who: expect.any(String), detailsSha256: expect.any(String) },
    { recordingId, by: 'play', who: expect.any(String), detailsSha256: expect.any(String) },
  ]);
});

test('the real ffplay plays a call to its end without a sound card', async () => {
  const [{ recordingId = '' } = {}] = (await hits('+46701740605')).found;
  const began = performance.now();
  const run = await rig.run(['play', 'archive', recordingId, '--from', '2'], { env: { SDL_AUDIODRIVER: 'dummy' } });
  expect([run.code, run.stderr]).toEqual([0, '']);
  expect(performance.now() - began).toBeGreaterThan(900);
});

test('without a player or a sound device, with a failing one, or for a nonexistent place it states the reason, and nothing counts as listening', async () => {
  const [{ recordingId = '' } = {}] = (await hits('+46701740605')).found;
  const before = (await listens()).length;
  const none = await rig.run(['play', 'archive', recordingId], { env: { PATH: rig.path('nowhere') } });
  expect([none.code, none.stderr]).toEqual([5, expect.stringMatching(/P174.*\n.*play it with any player: \/.*access-joined\.opus/)]);
  for (const [options, code] of [
    [['--channel', '3'], 'U135'],
    [['--medium', '9'], 'U135'],
    [['--from', '99:00'], 'U135'],
    [['--speed', '9'], '0.5 to 4'],
    [['--from', 'x'], '1:23'],
  ] as const)
    expect(await rig.run(['play', 'archive', recordingId, ...options])).toMatchObject({ code: 2, stderr: expect.stringContaining(code) });
  expect(await listens()).toHaveLength(before);
  const failing = await rig.run(['play', 'archive', recordingId, '--player', fakePlayer('ffplay-failing', 3).path]);
  expect([failing.code, failing.stderr]).toEqual([5, expect.stringContaining('no such device')]);
  // The real players, without a device: ffplay itself ends with 0 then.
  const silent = { SDL_AUDIODRIVER: 'none such', AUDIODRIVER: 'alsa', AUDIODEV: 'none such' };
  for (const player of ['ffplay', 'play']) {
    const run = await rig.run(['play', 'archive', recordingId, '--player', player], { env: silent });
    expect([run.code, run.stderr], player).toEqual([
      5,
      expect.stringMatching(/P174.*\n(?:.*\n)*.*play it with another program: \/.*access-joined\.opus/),
    ]);
  }
  const unknown = await rig.run(['play', 'archive', recordingId, '--player', 'none-such']);
  expect([unknown.code, unknown.stderr]).toEqual([5, expect.stringContaining('none-such is not an ffplay')]);
  expect(await listens()).toHaveLength(before);
});

test('a file that differs from the recorded one is not played', async () => {
  rig.copyOf(rig.path('archive'), 'damaged');
  rig.forget();
  const [{ recordingId = '' } = {}] = (await hits('46701740607')).found;
  const { lines } = await rig.json(['show', 'damaged', recordingId]);
  const { folder } = (lines[0]?.value ?? { folder: '' }) as { readonly folder: string };
  const file = join(folder, 'access-1.opus');
  chmodSync(file, 0o600);
  writeFileSync(file, readFileSync(file).fill(0, 500, 501));
  const player = fakePlayer('ffplay-never');
  const run = await rig.run(['play', 'damaged', recordingId, '--player', player.path]);
  expect([run.code, run.stderr]).toEqual([4, expect.stringContaining('P171')]);
  expect(() => player.asked()).toThrow('ENOENT');
});

test('a page shows the waveform, its time line and all metadata within the 80 columns of a terminal, and without block characters in a pipe', async () => {
  const [{ recordingId = '' } = {}] = (await hits('+46701740605')).found;
  const piped = await rig.run(['show', 'archive', recordingId]);
  const lines = piped.stdout.split('\n');
  expect(lines[0]).toBe('2025-10-26 00:29:56Z  inbound  46701740605 → 1001  0:03  matched');
  expect(lines[3]).toMatch(/^ +[▁▂▃▄▅▆▇█ ]{70,}$/);
  expect(lines[4]).toMatch(/^ +╵0:00 +╵0:01 +╵0:02 +0:03╵$/);
  expect(piped.stdout).not.toContain('\u001b');
  // script(1) of util-linux provides a terminal.
  const shown = await rig.exec('script', [
    '-qec',
    `export TERM=xterm; stty cols 80; '${process.execPath}' '${join(root, 'dist/bin/longplay.js')}' show archive ${recordingId}`,
    '/dev/null',
  ]);
  const plain = shown.stdout
    .replace(/\u001b\[\d+m/g, '')
    .replaceAll('\r', '')
    .split('\n');
  expect(shown.stdout).toContain('\u001b[1m');
  // A path is not broken, so that it can be copied.
  expect(plain.filter((line) => line.length > 80 && !/\S{60,}/.test(line))).toEqual([]);
  expect(plain).toContainEqual(expect.stringMatching(/^caller +46701740605, Åsa Öberg/));
});
