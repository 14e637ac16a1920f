import { readdirSync } from 'node:fs';
import { defineConfig } from 'rolldown';
import { forNode } from './rolldown.config.ts';

/** The benchmarks, each with a name of its own to be run by. */
export default defineConfig({
  ...forNode,
  // Brings browsers of its own along, and is large.
  external: [...forNode.external, 'playwright-core'],
  input: Object.fromEntries(
    readdirSync('test/bench').flatMap((file) => (file.endsWith('.ts') ? [[`bench/${file.slice(0, -3)}`, `test/bench/${file}`]] : [])),
  ),
  output: { dir: 'dist/test', entryFileNames: '[name].js', chunkFileNames: 'lib/[name].js' },
});
