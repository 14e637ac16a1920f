import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import standalone from 'ajv/dist/standalone/index.js';
import { type BuildOptions, defineConfig } from 'rolldown';
import { recordingSchema } from './src/archive/recording-schema.ts';
import { validatorOptions } from './src/archive/recording-validator.ts';

/** How code for Node.js is bundled: few files start several times as fast as the several hundred that they are made of. */
export const forNode = {
  platform: 'node',
  // The oldest Node.js that package.json allows.
  transform: { target: 'node20.19' },
  // With compiled parts, which a bundle cannot hold; fluent-ffmpeg looks for its own files.
  external: ['better-sqlite3', 'koffi', 'fluent-ffmpeg'],
} satisfies BuildOptions;

/** The command line and its worker threads. */
const program: BuildOptions = {
  ...forNode,
  input: { 'bin/longplay': 'bin/longplay.ts', 'lib/worker': 'src/cli/worker.ts' },
  output: { dir: 'dist', format: 'esm', entryFileNames: '[name].js', chunkFileNames: 'lib/[name].js' },
  plugins: [
    { name: 'nothing of builds before', buildStart: () => rmSync('dist/lib', { recursive: true, force: true }) },
    { name: 'compiled schema', load: (id) => (id.endsWith('/src/archive/recording-validator.ts') ? compiledValidator() : null) },
  ],
};

/** The validator of recording.json as code, which takes no time to make; it exports what the file does in whose place it comes. */
export function compiledValidator(): string {
  const ajv = new Ajv2020({ ...validatorOptions, code: { source: true, esm: true } });
  const code = standalone.default(ajv, ajv.compile(recordingSchema));
  return `${code}\nexport const recordingValidator = () => validate;\n`;
}

/** What browsers run: one script and its style, put into viewers and served. */
const page: BuildOptions = {
  input: 'src/page/main.ts',
  output: { file: 'dist/page/page.js', format: 'iife' },
  plugins: [
    {
      name: 'style',
      writeBundle() {
        mkdirSync('dist/page', { recursive: true });
        copyFileSync('src/page/page.css', 'dist/page/page.css');
      },
    },
  ],
};

export const programBuilds: readonly BuildOptions[] = [program, page];

export default defineConfig([...programBuilds]);
