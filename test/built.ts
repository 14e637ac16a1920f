import { home } from '../src/core/home.ts';

/** Modules that tests run in processes and threads of their own, which take JavaScript only; the tests' set-up builds them. */
export const builtModules = [
  'src/archive/durable.ts',
  'src/archive/lock.ts',
  'src/catalog/catalog.ts',
  'src/catalog/check-catalog.ts',
  'src/log/stamp-store.ts',
  'src/media/libopus.ts',
  'src/media/worker-pool.ts',
  'test/faults/many-runs.ts',
] as const;

/** The address to import one of them from. */
export function builtModule(source: (typeof builtModules)[number]): string {
  return new URL(`dist/test/modules/${source.replace(/\.ts$/, '.js')}`, home).href;
}
