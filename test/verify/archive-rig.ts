import { readdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Verdict } from '../../src/core/model/verdict.ts';
import type { WorkerPool } from '../../src/media/workers/worker-pool.ts';
import { openKeyring } from '../../src/sealing/keyring/keyring.ts';
import { provideKeys } from '../../src/sealing/open-keys.ts';
import type { VerifyOutcome } from '../../src/verify/bags/verify-counts.ts';
import { verifyArchive } from '../../src/verify/verify-archive.ts';
import { verifyOneBag } from '../../src/verify/verify-one-bag.ts';
import { poolForTests } from '../cli/in-process.ts';
import type { Rig } from '../cli/rig.ts';

/** The result of a verification in this process. */
export interface Verified {
  readonly verdicts: readonly Verdict[];
  readonly outcome: VerifyOutcome;
  /** `verdict path`, for comparing. */
  readonly said: readonly string[];
}

/** Verifies in this process with one pool of threads: hundreds of damages take as long as a dozen runs of the program. */
export function createVerifier(): {
  verify(
    dir: string,
    options?: {
      play?: boolean;
      bag?: boolean;
      deep?: boolean;
      keyring?: string;
      keys?: string;
      isOpened?: boolean;
      plannedBags?: ReadonlySet<string>;
    },
  ): Promise<Verified>;
} & AsyncDisposable {
  const signal = new AbortController().signal;
  const pool: WorkerPool = poolForTests(2);
  return {
    verify: async (dir, options = {}) => {
      const { plannedBags, keyring: folder } = options;
      const access = { passphrase: async () => null, identities: async () => null };
      // As the program does.
      provideKeys(folder === undefined || options.isOpened !== true ? null : (quietly) => openKeyring({ folder, access, signal, quietly }));
      const now = (): string => new Date().toISOString();
      const tools = {
        pool,
        now,
        play: options.play === true ? ('copies' as const) : ('none' as const),
        ...(options.deep === true ? { deep: true } : {}),
        ...(options.keys === undefined ? {} : { keys: options.keys }),
        ...(options.keyring === undefined ? {} : { keyring: { folder: options.keyring, isNamed: true } }),
        ...(plannedBags === undefined ? {} : { plannedBags: () => plannedBags }),
      };
      const events = options.bag === true ? verifyOneBag(dir, tools, signal) : verifyArchive(dir, tools, signal);
      const verdicts: Verdict[] = [];
      for (let next = await events.next(); ; next = await events.next()) {
        if (next.done === true) return { verdicts, outcome: next.value, said: verdicts.map(({ verdict, path }) => `${verdict} ${path}`) };
        if (next.value.kind === 'verdict') verdicts.push(next.value);
      }
    },
    [Symbol.asyncDispose]: () => pool.close(),
  };
}

/** Rebuilds all manifests of a bag over its present content, with coreutils, which then accept it. */
export async function makeBagAnew(rig: Rig, bag: string): Promise<void> {
  const below = (folder: string): string[] =>
    readdirSync(join(bag, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(bag, join(entry.parentPath, entry.name)));
  for (const [kind, files] of [
    ['manifest', () => below('data')],
    ['tagmanifest', () => readdirSync(bag).filter((name) => name.endsWith('.txt') && !name.startsWith('tagmanifest'))],
  ] as const) {
    for (const algorithm of ['sha256', 'sha512']) {
      const made = await rig.exec(`${algorithm}sum`, files().sort(), bag);
      if (made.code !== 0) throw new Error(made.stderr);
      writeFileSync(join(bag, `${kind}-${algorithm}.txt`), made.stdout);
      const judged = await rig.exec(`${algorithm}sum`, ['--strict', '--quiet', '-c', `${kind}-${algorithm}.txt`], bag);
      if (judged.code !== 0) throw new Error(judged.stdout + judged.stderr);
    }
  }
}
