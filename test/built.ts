import { home } from '../src/core/base/home.ts';

/** Modules that tests run in processes and threads of their own, which accept only JavaScript; the tests' set-up builds them. */
export const builtModules = [
  'src/archive/files/durable.ts',
  'src/archive/files/lock.ts',
  'src/store/catalog/catalog.ts',
  'src/store/catalog/check-catalog.ts',
  'src/log/stamps/store.ts',
  'src/pipeline/files/scratch.ts',
  'src/media/libopus/libopus.ts',
  'src/media/workers/worker-pool.ts',
  'test/faults/many-runs.ts',
  'test/faults/keyring-work.ts',
] as const;

/** Returns the address from which to import one of them. */
export function builtModule(source: (typeof builtModules)[number]): string {
  return new URL(`dist/test/modules/${source.replace(/\.ts$/, '.js')}`, home).href;
}
