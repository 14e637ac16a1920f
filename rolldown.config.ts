import { copyFileSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import standalone from 'ajv/dist/standalone/index.js';
import { type BuildOptions, defineConfig, type Plugin } from 'rolldown';
import { licenceRule, licenceText } from './packaging/licence-text.ts';
import { unbundled } from './packaging/unbundled.ts';
import { recordingSchema } from './src/archive/documents/recording-schema.ts';
import { validatorOptions } from './src/archive/documents/recording-validator.ts';
import { version } from './src/core/base/version.ts';

/** How code for Node.js is bundled: few files start several times as fast as the several hundred that they are made of. */
export const forNode = {
  platform: 'node',
  // The oldest Node.js that package.json allows.
  transform: { target: 'node20.19' },
  external: [...unbundled],
} satisfies BuildOptions;

/** The command line, its worker threads and its key agent. */
const program: BuildOptions = {
  ...forNode,
  input: { 'bin/longplay': 'bin/longplay.ts', 'lib/worker': 'src/cli/worker.ts', 'lib/agent': 'src/cli/agent.ts' },
  output: {
    dir: 'dist',
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: 'lib/[name].js',
    // What starts first is one file each, with all that it needs: a file costs Node.js a millisecond, also where it holds ten lines.
    codeSplitting: {
      groups: [
        { name: 'check', test: /\/src\/(?:verify\/play\/check-task|media\/workers\/worker-pool)\.ts$/, priority: 3 },
        { name: 'start', test: /\/src\/cli\/(?:program|report\/run-command|options\/options|machine\/surroundings)\.ts$/, priority: 2 },
        { name: 'verify-one-bag', test: /\/src\/verify\/verify-one-bag\.ts$/, priority: 1 },
      ],
    },
  },
  plugins: [
    { name: 'nothing of builds before', buildStart: () => rmSync('dist/lib', { recursive: true, force: true }) },
    { name: 'compiled schema', load: (id) => (id.endsWith('/src/archive/documents/recording-validator.ts') ? compiledValidator() : null) },
    licences(),
  ],
};

/** The licences of the packages in the bundle, which ask to go with every copy, as dist/licences.txt. */
function licences(): Plugin {
  return {
    name: 'licences',
    generateBundle(_, bundle) {
      const modules = Object.values(bundle).flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []));
      const folders = new Set(modules.flatMap((id) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(id)?.[0] ?? []));
      const texts = [...folders].sort().map(licenceText);
      this.emitFile({ type: 'asset', fileName: 'licences.txt', source: texts.join(licenceRule) });
    },
  };
}

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

/**
 * The decoders that need nothing else, as a package of its own in dist/codecs: code, declarations, README and licence. It is also `longplay/codecs`.
 */
const codecPackage: BuildOptions = {
  ...forNode,
  input: { telephony: 'formats/codecs/telephony.ts' },
  output: { dir: 'dist/codecs', format: 'esm', codeSplitting: false },
  plugins: [
    {
      name: 'package',
      async generateBundle() {
        // Loaded here alone: a build that fails before this needs no compiler.
        const { default: ts } = await import('typescript');
        const source = readFileSync('formats/codecs/telephony.ts', 'utf8');
        // The declarations name no type of another file, which a test holds.
        const declarations = ts.transpileDeclaration(source, { fileName: 'telephony.ts' }).outputText;
        const exported = { types: './telephony.d.ts', default: './telephony.js' };
        const manifest = { name: 'longplay-codecs', version, license: 'MIT', type: 'module', exports: exported };
        const emit = (fileName: string, text: string): void => void this.emitFile({ type: 'asset', fileName, source: text });
        emit('telephony.d.ts', declarations);
        emit('package.json', `${JSON.stringify({ ...manifest, engines: { node: '>=20.19' } }, null, 2)}\n`);
        emit('README.md', readFileSync('formats/codecs/README.md', 'utf8'));
        emit('LICENSE', readFileSync('LICENSE', 'utf8'));
      },
    },
  ],
};

export const programBuilds: readonly BuildOptions[] = [program, page, codecPackage];

export default defineConfig([...programBuilds]);
