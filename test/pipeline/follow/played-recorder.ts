import { appendFileSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createContext } from '../../../src/cli/machine/context.ts';
import { createSurroundings } from '../../../src/cli/machine/surroundings.ts';
import type { PipelineEvent } from '../../../src/pipeline/events/events.ts';
import { type FollowLimits, type FollowState, followRecorder } from '../../../src/pipeline/follow/follow-recorder.ts';
import type { ImportTools } from '../../../src/pipeline/import/import-run.ts';
import type { JobRequest } from '../../../src/store/jobs/plan.ts';
import { poolForTests } from '../../cli/in-process.ts';

/** A simulated recorder: its folder, and an archive that follows it. */
export interface PlayedRecorder extends Disposable {
  readonly archive: string;
  readonly keys: string;
  /** Writes a file again. @param modifiedMs its time; each later write has another one */
  write(name: string, content: Uint8Array | string): void;
  append(name: string, content: Uint8Array | string): void;
  path(name: string): string;
  /**
   * Follows it: executes one step after each poll of the files, ends when none is left. Each step takes one poll of the test's clock; there is no waiting.
   * @param more limits and importers that differ
   */
  follow(steps: readonly (() => void)[], more?: Partial<FollowLimits>): Promise<Followed>;
}

/** Messages of a follow run, and its state after each poll. */
export interface Followed {
  readonly events: readonly PipelineEvent[];
  readonly states: readonly FollowState[];
  readonly end: FollowState;
}

/** Limits of the simulated runs, in seconds of the test's clock. */
const limits: FollowLimits = {
  pollMs: 10_000,
  settleMs: 20_000,
  waitMs: 60_000,
  land: { ms: 1, bytes: null, files: 1_000 },
  expectMs: null,
};

/** Creates the recorder's folder, and simulates the recorder. */
export function playRecorder(): PlayedRecorder {
  const folder = mkdtempSync(join(tmpdir(), 'longplay-follow-'));
  const [source, archive, keys] = ['recorder', 'archive', 'keys'].map((name) => join(folder, name)) as [string, string, string];
  mkdirSync(source);
  let written = 0;
  let nowMs = 0;
  const path = (name: string): string => join(source, name);
  /** Gives each write a different time: two writes of a test may be in one tick of the file system. */
  const stamp = (name: string): void => utimesSync(path(name), 1_700_000_000, 1_700_000_000 + ++written);
  const context = createContext(createSurroundings({ ...process.env, LONGPLAY_KEYS: keys }));
  const tools: ImportTools = {
    importers: context.importers,
    media: context.media,
    register: { formats: context.formats, codecs: context.codecs },
    createPool: () => poolForTests(1),
    temporary: folder,
    keys,
    now: () => new Date(1_700_000_000_000 + nowMs).toISOString(),
    actor: () => ({ user: 'test', host: 'test' }),
    clockMs: () => 1_700_000_100_000 + nowMs,
    acceptances: { accepts: [], reason: '' },
    compareBytes: false,
    sealing: 'open' as const,
  };
  const access = { format: 'opus', bitratePerChannel: 16_000, complexity: 0 } as const;
  const request: JobRequest = {
    sources: [source],
    site: 'default',
    importer: null,
    zone: 'UTC',
    encoding: null,
    mapping: null,
    access,
    joinSides: false,
    amend: true,
  };
  return {
    archive,
    keys,
    path,
    write: (name, content) => {
      mkdirSync(dirname(path(name)), { recursive: true });
      writeFileSync(path(name), content);
      stamp(name);
    },
    append: (name, content) => {
      appendFileSync(path(name), content);
      stamp(name);
    },
    follow: async (steps, more = {}) => {
      const left = [...steps];
      const stop = new AbortController();
      const states: FollowState[] = [];
      const clock = {
        ms: () => nowMs,
        wait: async (ms: number) => {
          nowMs += ms;
          const step = left.shift();
          if (step === undefined) stop.abort(new Error('the test has no further step'));
          else step();
        },
      };
      const onState = async (state: FollowState): Promise<void> => void states.push(state);
      const events: PipelineEvent[] = [];
      const run = followRecorder(request, archive, { tools: { ...tools, clock, onState }, limits: { ...limits, ...more } }, stop.signal);
      let next = await run.next();
      for (; next.done !== true; next = await run.next()) events.push(next.value);
      return { events, states, end: next.value };
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}
