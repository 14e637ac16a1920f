import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { asMeant, cli, createRig } from './rig.ts';

const rig = createRig();
afterAll(() => rig[Symbol.asyncDispose]());

/** Whether a process handles SIGHUP itself: the program has begun, and so it handles SIGUSR1. proc(5), SigCgt: bit 0 is signal 1. */
function hasBegun(pid: number): boolean {
  const mask = /^SigCgt:\s*([0-9a-f]+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0';
  return (BigInt(`0x${mask}`) & 1n) === 1n;
}

const soon = (): Promise<void> => new Promise((done) => setTimeout(done, 20));

/** Runs a command and sends SIGUSR1 until `enough` accepts stderr and the number of signals, then sends `last` if given. */
async function asked(
  args: readonly string[],
  enough: (stderr: string, sent: number) => boolean,
  last?: NodeJS.Signals,
): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }> {
  const child = spawn(process.execPath, asMeant([cli, ...args]), {
    cwd: rig.folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, LONGPLAY_KEYS: rig.keys },
  });
  let [stdout, stderr, sent] = ['', '', 0];
  child.stdout.on('data', (data: Buffer) => (stdout += data.toString('utf8')));
  child.stderr.on('data', (data: Buffer) => (stderr += data.toString('utf8')));
  const ended = new Promise<number | null>((done) => child.on('close', done));
  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null;
  while (isRunning() && !hasBegun(child.pid ?? 0)) await soon();
  while (isRunning() && !enough(stderr, sent)) {
    child.kill('SIGUSR1');
    sent++;
    await soon();
  }
  if (last !== undefined) child.kill(last);
  return { code: await ended, stdout, stderr };
}

beforeAll(async () => {
  await rig.exec('sox', ['-n', '-r', '8000', '-e', 'mu-law', '-c', '1', rig.path('one.wav'), 'synth', '600', 'pinknoise', 'vol', '0.3']);
});

describe('SIGUSR1', () => {
  test.each([
    ['survey', /^(trying|reading|listing) .*\d/m, ['survey', 'one.wav']],
    ['import', /importing \d+ % {2}0 of 1 recording/, ['import', 'one.wav', '--into', 'archive']],
    ['verify', /verifying \d+ % {2}0 of 1 bag/, ['verify', 'archive', '--play']],
    ['convert', /converting \d+ % {2}0 of 1 file/, ['convert', 'one.wav', '--out', 'copies']],
  ] as const)('prints the progress of %s on stderr, also with --quiet and without a terminal, and disturbs nothing', async (_, line, args) => {
    const { code, stdout, stderr } = await asked([...args, '--quiet'], (text) => line.test(text));
    expect(stderr).toMatch(line);
    expect(stderr).not.toMatch(/Debugger|\u001b/);
    expect([code, stdout]).toEqual([0, expect.not.stringMatching(line)]);
  });

  test('is ignored by a command without progress, and opens no debugger', async () => {
    const { code, stderr } = await asked(['serve', 'archive', '--port', '0', '--quiet'], (_stderr, sent) => sent >= 5, 'SIGTERM');
    expect([code, stderr]).toEqual([143, expect.not.stringMatching(/Debugger| %/)]);
  });
});
