import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { home } from '../../src/core/base/home.ts';
import { asteriskFiles, scenario, tone } from './follow/asterisk-files.ts';

// Follows a real Asterisk: node dist/test/bench/follow-asterisk.js CHROOT MINUTES WORK  CHROOT has Asterisk (debootstrap sid CHROOT; chroot CHROOT apt-get install asterisk), this
// system has sipp (sip-tester). sipp calls, MixMonitor records, `longplay import --follow` imports finished calls; longplay and Asterisk are killed and restarted meanwhile. At the
// end every file and every row is compared with the archive: files by SHA-256.

const [chroot = '', minutes = '15', work = ''] = process.argv.slice(2);
const recorder = join(resolve(chroot), 'follow');
const [monitor, table] = [join(recorder, 'rec/monitor'), join(recorder, 'rec/cdr-csv/Master.csv')];
const archive = join(resolve(work), 'archive');
const metrics = join(resolve(work), 'follow.prom');
const cli = process.env.LONGPLAY_CLI ?? fileURLToPath(new URL('dist/bin/longplay.js', home));
const env = { ...process.env, LONGPLAY_KEYS: join(resolve(work), 'keys') };
const log: string[] = [];
const began = Date.now();

function say(text: string): void {
  const line = `${((Date.now() - began) / 1_000).toFixed(0).padStart(5)} s  ${text}`;
  log.push(line);
  process.stderr.write(`${line}\n`);
}

/** Starts Asterisk. @param batch true: rows are written every two minutes, long after the audio */
function startAsterisk(batch: boolean): ChildProcess {
  for (const [name, text] of Object.entries(asteriskFiles(batch))) writeFileSync(join(recorder, 'etc', name), text);
  const out = openSync(join(recorder, 'log/console'), 'a');
  const child = spawn('chroot', [resolve(chroot), 'asterisk', '-C', '/follow/etc/asterisk.conf', '-f'], { stdio: ['ignore', out, out] });
  closeSync(out);
  return child;
}

function startCalls(): ChildProcess {
  const options = ['-sf', 'uac.xml', '-s', '84650004', '-i', '127.0.0.1', '-p', '15070', '-r', '1', '-rp', '2000', '-l', '30', '-nostdin'];
  return spawn('sipp', ['127.0.0.1:15060', ...options], { cwd: work, stdio: 'ignore' });
}

function startFollow(number: number): ChildProcess {
  const out = openSync(join(work, `follow-${number}.log`), 'w');
  const options = [
    '--follow',
    '--settle',
    '10s',
    '--poll',
    '2s',
    '--land',
    '40s,20MB',
    '--wait-rows',
    '45s',
    '--zone',
    'UTC',
    '--expect-calls',
    '1h',
  ];
  const more = ['--metrics-file', metrics, '--json', '--as', 'follower'];
  const child = spawn(process.execPath, [cli, 'import', join(recorder, 'rec'), '--into', archive, '--open', ...options, ...more], {
    env,
    stdio: ['ignore', out, out],
  });
  closeSync(out);
  return child;
}

/** Ends a child and waits for its end. */
async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((done) => child.once('exit', done));
  child.kill(signal);
  await ended;
}

/** Waits until a condition holds. @throws after ten minutes */
async function until(what: string, isSo: () => boolean): Promise<void> {
  const limit = Date.now() + 600_000;
  while (!isSo()) {
    if (Date.now() > limit) throw new Error(`never: ${what}`);
    await sleep(500);
  }
}

const metric = (name: string): number =>
  Number(new RegExp(`^longplay_follow_${name} (\\S+)$`, 'm').exec(existsSync(metrics) ? readFileSync(metrics, 'utf8') : '')?.[1] ?? Number.NaN);

async function follow(): Promise<void> {
  for (const name of ['etc', 'rec', 'run', 'log', 'lib']) rmSync(join(recorder, name), { recursive: true, force: true });
  for (const name of ['etc', 'rec/monitor', 'rec/cdr-csv', 'run', 'log', 'lib']) mkdirSync(join(recorder, name), { recursive: true });
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  writeFileSync(join(work, 'uac.xml'), scenario);
  writeFileSync(join(work, 'tone.ul'), tone());
  const at = (part: number): Promise<void> => sleep(Math.max(0, began + part * Number(minutes) * 60_000 - Date.now()));
  let asterisk = startAsterisk(false);
  await sleep(8_000);
  let calls = startCalls();
  let runs = 1;
  let longplay = startFollow(runs);
  say('Asterisk, calls and longplay run');
  const restart = async (signal: NodeJS.Signals, when: string): Promise<void> => {
    await end(longplay, signal);
    say(`longplay: ${signal} ${when}; started again`);
    longplay = startFollow(++runs);
  };
  const crash = async (batch: boolean): Promise<void> => {
    await end(asterisk, 'SIGKILL');
    await end(calls, 'SIGKILL');
    await sleep(5_000);
    asterisk = startAsterisk(batch);
    await sleep(8_000);
    calls = startCalls();
    say(`Asterisk: SIGKILL in the middle of calls; started again${batch ? ', rows now come up to two minutes after the audio' : ''}`);
  };
  /** Kills longplay during an import, when a new draft or bag of a round exists. */
  const inRound = async (): Promise<void> => {
    await until(
      'a round begins',
      () => existsSync(join(archive, 'jobs')) && readdirSync(join(archive, 'jobs')).some((name) => !name.startsWith('.')),
    );
    await restart('SIGKILL', 'in the middle of a round');
  };
  await at(0.15);
  await inRound();
  await at(0.25);
  await crash(false);
  await at(0.35);
  await restart('SIGTERM', 'between rounds or in one');
  await at(0.45);
  await crash(true);
  for (const part of [0.55, 0.62, 0.7]) {
    await at(part);
    await inRound();
  }
  await at(0.78);
  await end(longplay, 'SIGKILL');
  await crash(true);
  longplay = startFollow(++runs);
  say('longplay: SIGKILL together with Asterisk; started again');
  await at(0.88);
  // sipp finishes its calls and begins no more; the last rows follow within two minutes.
  calls.kill('SIGUSR1');
  await until('the last call ends', () => calls.exitCode !== null || calls.signalCode !== null);
  spawnSync('chroot', [resolve(chroot), 'asterisk', '-C', '/follow/etc/asterisk.conf', '-rx', 'cdr submit']);
  say('no calls any more');
  await at(1);
  const rests = (): boolean => metric('pending_files') === 0 && metric('waiting_recordings') === 0;
  await until('everything is imported', rests);
  await sleep(60_000);
  await until('everything is imported', rests);
  await end(longplay, 'SIGTERM');
  say(`longplay ended with exit code ${longplay.exitCode}`);
  await end(asterisk, 'SIGTERM');
}

interface Listed {
  readonly key: string;
  readonly status: string;
  readonly supersedes: string | null;
  readonly revision: number;
}

/** Compares the files and rows of the recorder with those of the archive. Reads only the manifests of the bags. */
function judge(): Record<string, unknown> {
  const sha256 = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');
  const archived = new Map<string, number>();
  let brokenBags = 0;
  for (const name of readdirSync(join(archive, 'bags'), { recursive: true, encoding: 'utf8' }).filter((one) =>
    one.endsWith('/manifest-sha256.txt'),
  )) {
    const bag = join(archive, 'bags', name, '..');
    if (spawnSync('sha256sum', ['-c', '--quiet', 'manifest-sha256.txt'], { cwd: bag }).status !== 0) brokenBags++;
    for (const line of readFileSync(join(bag, 'manifest-sha256.txt'), 'utf8').split('\n')) {
      const [digest = '', path = ''] = line.split('  ');
      if (/\/original-\d+\.wav$/.test(path)) archived.set(digest, (archived.get(digest) ?? 0) + 1);
    }
  }
  const files = { finished: 0, once: 0, missing: 0, twice: 0, unfinished: 0, halfArchived: 0 };
  // Calls without audio have equal files, which are only a header.
  const finished = new Map<string, number>();
  const unfinished: string[] = [];
  for (const name of readdirSync(monitor)) {
    const path = join(monitor, name);
    const bytes = readFileSync(path);
    const [digest, data] = [sha256(path), bytes.length < 44 ? 0 : bytes.readUInt32LE(40)];
    // format_wav.c of Asterisk: a header of 44 bytes, whose sizes are written when the file is closed.
    if (data === bytes.length - 44) finished.set(digest, (finished.get(digest) ?? 0) + 1);
    else unfinished.push(digest);
  }
  for (const [digest, count] of finished) {
    const times = archived.get(digest) ?? 0;
    files.finished += count;
    files.once += Math.min(count, times);
    files.missing += Math.max(0, count - times);
    files.twice += Math.max(0, times - count);
    archived.delete(digest);
  }
  files.unfinished = unfinished.length;
  for (const digest of unfinished) if (archived.delete(digest)) files.halfArchived++;
  const listed = spawnSync(process.execPath, [cli, 'list', archive, '--json'], { env, encoding: 'utf8', maxBuffer: 1 << 28 })
    .stdout.split('\n')
    .filter((line) => line.includes('"of":"recording"'))
    .map((line) => (JSON.parse(line) as { readonly value: Listed }).value);
  const rows = readFileSync(table, 'utf8').trim().split('\n');
  const ids = rows.map((row) => /"(follow-\d+\.\d+)"/.exec(row)?.[1] ?? '');
  const byKey = new Map<string, Listed[]>();
  for (const one of listed) byKey.set(one.key, [...(byKey.get(one.key) ?? []), one]);
  const statuses: Record<string, number> = {};
  for (const { status } of listed) statuses[status] = (statuses[status] ?? 0) + 1;
  const verified = spawnSync(process.execPath, [cli, 'verify', archive, '--play'], { env, encoding: 'utf8' });
  return {
    files,
    otherOriginals: archived.size,
    rows: rows.length,
    rowsOnce: ids.filter((id) => byKey.get(id)?.length === 1).length,
    recordings: listed.length,
    keysTwice: [...byKey.values()].filter((all) => all.length > 1).length,
    superseding: listed.filter(({ supersedes }) => supersedes !== null).length,
    amended: listed.filter(({ revision }) => revision > 1).length,
    statuses,
    brokenBags,
    verify: verified.status,
  };
}

await follow();
const result = judge();
process.stdout.write(`${JSON.stringify({ minutes: Number(minutes), log, ...result }, null, 2)}\n`);
const { files } = result as { readonly files: Record<string, number> };
const isWell =
  files.once === files.finished && files.halfArchived === 0 && result.keysTwice === 0 && result.otherOriginals === 0 && result.verify === 0;
process.exitCode = isWell && result.rows === result.rowsOnce ? 0 : 1;
