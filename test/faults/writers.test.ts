import { readdirSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Run } from '../cli/rig.ts';
import { type OneProcess, startOneProcess } from './one-process.ts';
import { untouched } from './small-import.ts';
import { buildTrap, type Call, type Strike } from './trap.ts';
import { differences, everything, ofLongForm, patience, spread, upTo } from './trials.ts';
import { bagFiles, bytesAt, createWorld, entriesIn, type World } from './world.ts';
import { lacking, type Writer, writers } from './writers.ts';

// Kills every command that writes at its calls, and makes the calls fail. A kill is a copy of the files at the time of the call: the state that the system has after a process
// ended.

const trap = buildTrap();

describe.skipIf(typeof trap === 'string')(`a command that writes${typeof trap === 'string' ? ` (skipped: ${trap})` : ''}`, () => {
  let world: World;
  let process: OneProcess;
  /** A process that is no more: no process has a number above 2^22 (proc(5), pid_max). */
  const ended = 2 ** 22 + 1;

  beforeAll(async () => {
    if (typeof trap === 'string') return;
    world = await createWorld();
    process = startOneProcess(trap, [world.copies], world.rig.path('trap'));
  });
  afterAll(async () => {
    await process?.[Symbol.asyncDispose]();
    await world?.[Symbol.asyncDispose]();
    if (typeof trap !== 'string') trap[Symbol.dispose]();
  });

  /** The processes that held the locks are gone. */
  function bury(at: string): void {
    for (const entry of readdirSync(at, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !entry.name.startsWith('.lock')) continue;
      const path = join(entry.parentPath, entry.name);
      writeFileSync(path, readFileSync(path, 'utf8').replace(/("pid": ?)\d+/, `$1${ended}`));
    }
  }

  /** The state from which a command starts. */
  interface Start {
    readonly entries: readonly string[];
    readonly bags: readonly string[];
  }

  const task = ({ args }: Writer, at: string) => ({ args: args(at, world.known), cwd: at, env: world.env(at) });

  /** Messages about an archive that a command must never print for a fault of the machine. */
  function* unfair({ code, stdout, stderr }: Pick<Run, 'code' | 'stdout' | 'stderr'>): Generator<string> {
    if (/\b(?:corrupt|swapped|rolled-back|unplayable)\b|unexpected failure|main\(\) threw/.test(stdout + stderr)) yield `it says: ${stdout}${stderr}`;
    if (code === 5 && !stderr.includes('next: ') && !/^(?:error|warning) /m.test(stderr)) yield `it does not say what to do next: ${stderr}`;
  }

  /** Temporary files beside the archive, made some hours older. */
  function age(at: string): string[] {
    const found = readdirSync(at, { recursive: true, encoding: 'utf8' }).filter(
      (name) => basename(name).startsWith('.longplay-tmp-') && !/^(?:archive|keys|replica|second|elsewhere)\//.test(name),
    );
    for (const name of found) utimesSync(join(at, name), 1_700_000_000, 1_700_000_000);
    return found;
  }

  /**
   * Checks what an interrupted run left, runs the command to its end, and returns the differences from an undisturbed run. The short form verifies once: after a crash before the
   * next run, because that is when false alarms occur; after an error at the end.
   */
  async function* complaints(
    writer: Writer,
    at: string,
    start: Start,
    whole: readonly string[],
    isCrash: boolean,
    isNotEntered = false,
  ): AsyncGenerator<string> {
    bury(at);
    const { verified = 0 } = writer;
    // An operator's check after the crash, on a machine without the key: no false alarm, and nothing is changed.
    if (everything || isCrash) {
      const stood = untouched(join(at, 'archive'));
      const looked = await world.run(at, ['verify', join(at, 'archive'), '-j', '1'], { LONGPLAY_KEYS: join(at, 'none') });
      if (!(writer.before ?? [0, verified]).includes(looked.code))
        yield `verify before the next run ended with ${looked.code}: ${looked.out}${looked.err}`;
      yield* differences({ files: untouched(join(at, 'archive')) }, { files: stood }).map((one) => `verify changed the archive: ${one}`);
    }
    age(at);
    const next = await world.run(at, writer.args(at, world.known));
    // Done and reported as not logged, for a manual note: the exported files exist.
    const again = isNotEntered ? [2] : writer.again;
    if (next.code !== 0 && again?.includes(next.code) !== true) yield `the next run ended with ${next.code}: ${next.out}${next.err}`;
    yield* (await writer.lacks(at, world)).filter((one) => !isNotEntered || one !== lacking('exported'));
    yield* age(at).map((name) => `${name} stays`);
    if (writer.same !== undefined) yield* differences({ files: bytesAt(join(at, writer.same)) }, { files: [...whole] });
    const after = await entriesIn(at);
    if (JSON.stringify(after.slice(0, start.entries.length)) !== JSON.stringify(start.entries)) yield 'entries of the log are not as they were';
    yield* differences({ files: bagFiles(at) }, { files: [...start.bags] });
    if (!everything && isCrash) return;
    const last = await world.run(at, ['verify', join(at, 'archive'), '-j', '1']);
    if (last.code !== verified) yield `verify at last ended with ${last.code}: ${last.out}${last.err}`;
  }

  /** In the short form each command is interrupted by one of them. */
  const refusals = ['ENOSPC', 'EIO', 'EROFS', 'EDQUOT', 'EMFILE', 'EACCES'] as const;

  /** Calls to interrupt: one of each kind, or all. */
  function chosen(calls: readonly Call[], turn: number): { readonly kills: number[]; readonly tears: number[]; readonly strikes: Strike[] } {
    const writes = calls.filter(({ kind }) => kind === 'write' || kind === 'pwrite').map(({ number }) => number);
    const all = upTo(calls.length);
    if (everything)
      return {
        kills: ofLongForm(all),
        tears: ofLongForm(writes),
        strikes: ofLongForm(all).flatMap((at) => [{ at, act: 'EIO' } as const, { at, act: refusals[at % refusals.length] ?? 'EIO' }]),
      };
    const act = refusals[turn % refusals.length] ?? 'EIO';
    const at = all[Math.floor((calls.length * ((turn * 7) % 19)) / 19)] ?? 1;
    // The commands alternate, because most write through the same few functions: one is refused a call, the next one is killed before a call, or in the middle of a write.
    if (turn % 2 === 0) return { kills: [], tears: [], strikes: [{ at, act, every: turn % 4 === 0 }] };
    const isTorn = turn % 3 === 0 && writes.length > 0;
    return { kills: isTorn ? [] : spread(all.slice(turn % 5), 1), tears: isTorn ? spread(writes, 1) : [], strikes: [] };
  }

  it.each(writers.map((writer, turn) => [[writer.command, writer.how].filter((one) => one !== undefined).join(' '), writer, turn] as const))(
    '%s: killed or refused at any call it raises no false alarm and loses nothing, and is finished by the same command again',
    async (_name, writer, turn) => {
      const found: string[] = [];
      const from = world.copy();
      await writer.prepare?.(from, world, process);
      const before = { entries: await entriesIn(from), bags: bagFiles(from) };
      const first = world.copy(from);
      const whole = await process.run(task(writer, first));
      const start: Start = writer.adds === true ? { ...before, bags: bagFiles(first) } : before;
      expect(start.bags).toEqual(expect.arrayContaining(before.bags));
      expect([whole.code, whole.code === 0 ? '' : whole.stderr]).toEqual([0, '']);
      expect(whole.calls.length).toBeGreaterThan(0);
      expect(await writer.lacks(first, world)).toEqual([]);
      const bytes = writer.same === undefined ? [] : bytesAt(join(first, writer.same));
      if (writer.same !== undefined) expect(bytes).not.toEqual([]);
      expect(start.entries.length).toBeGreaterThan(8);
      const { kills, tears, strikes } = chosen(whole.calls, turn);
      const nameOf = (number: number): string => {
        const call = whole.calls[number - 1];
        return `${number} (${call?.kind} ${call?.path.slice(first.length)})`;
      };

      if (kills.length + tears.length > 0) {
        let killed = world.copy(from);
        let states = `${killed}-states`;
        const copies = (before: readonly number[], torn: readonly number[]) =>
          process.run(task(writer, killed), {}, { from: killed, to: states, before, torn });
        const again = await copies(kills, tears);
        expect(again).toMatchObject({ code: 0 });
        // A run makes some calls fewer than another one, because the order of threads varies: then one of those that this one made.
        if (readdirSync(states).length === 0) {
          for (const gone of [killed, states]) rmSync(gone, { recursive: true });
          killed = world.copy(from);
          states = `${killed}-states`;
          expect(await copies(upTo(Math.ceil(again.calls.length / 2)).slice(-1), [])).toMatchObject({ code: 0 });
        }
        const left = readdirSync(states);
        expect(left.length).toBeGreaterThan(0);
        for (const name of left) {
          // Replaces the original archive at its path, because units, registers and the like name it.
          rmSync(killed, { recursive: true });
          renameSync(join(states, name), killed);
          for await (const one of complaints(writer, killed, start, bytes, true))
            found.push(`killed at call ${nameOf(Number.parseInt(name, 10))} ${name}: ${one}`);
        }
        for (const gone of [killed, states]) rmSync(gone, { recursive: true });
      }
      for (const strike of strikes) {
        const at = world.copy(from);
        const struck = await process.run(task(writer, at), strike);
        const where = `${strike.act} at call ${nameOf(strike.at ?? 0)}${strike.every === true ? ' and all of its kind' : ''}`;
        if (![0, 3, 5].includes(struck.code ?? -1)) found.push(`${where}: it ended with ${struck.code}: ${struck.stdout}${struck.stderr}`);
        for (const one of unfair(struck)) found.push(`${where}: ${one}`);
        const isNotEntered = struck.code === 5 && /\bP177 log: /.test(struck.stdout + struck.stderr);
        for await (const one of complaints(writer, at, start, bytes, false, isNotEntered)) found.push(`${where}: ${one}`);
        rmSync(at, { recursive: true });
      }
      for (const gone of [first, from]) rmSync(gone, { recursive: true });
      expect(found).toEqual([]);
    },
    patience,
  );
});
