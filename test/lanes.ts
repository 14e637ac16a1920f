import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

/** The lanes of the suite, in the order in which `npm test` runs them. `unit` starts no process, `program` runs the command line, `judges` has third-party judges, servers and faults. */
export const lanes = ['unit', 'program', 'judges'] as const;
export type Lane = (typeof lanes)[number];

/** Folders whose tests belong to the `judges` lane if they start a process. */
const judgedFolders = ['test/browser/', 'test/faults/', 'test/objects/', 'test/packages/', 'test/runtimes/', 'test/serve/'];

/** Modules of tests that start judges (Go, OpenSSL, the programs that read audio) or cause system faults: a test that imports one belongs to the `judges` lane. */
const judgingModules: ReadonlySet<string> = new Set([
  'test/cli/refused-calls.ts',
  'test/faults/trap.ts',
  'test/formats/capture-judge.ts',
  'test/formats/codecs/judges.ts',
  'test/log/authority.ts',
  'test/log/go-judge.ts',
  'test/media/programs.ts',
]);

/** Tests of the `judges` lane that neither their folder nor their imports identify: machines that lack something, ten simulated years of an archive, Debian's `age`. */
const judgedFiles: ReadonlySet<string> = new Set([
  'test/cli/machine-faults.test.ts',
  'test/cli/ten-years.test.ts',
  'test/sealing/age/judge.test.ts',
  'test/sealing/keyring/judge.test.ts',
  'test/cli/sealed/judges.test.ts',
]);

/**
 * The longest files of each lane, in the order in which they begin, by their times in a whole run: otherwise one of them begins last, and the other workers end long before it. A
 * checkout without times of earlier runs would begin with the largest files, and some of the longest are small: they start many processes.
 */
export const slowFiles: readonly string[] = [
  'test/formats/contract.test.ts',
  'test/formats/fuzz.test.ts',
  'test/policy/ten-years.test.ts',
  'test/verify/schedule-properties.test.ts',
  'test/importers/contract.test.ts',
  'test/importers/any-name.test.ts',
  'test/page/one-filter.test.ts',
  'test/page/one-rule.test.ts',
  'test/cli/erasure-messages.test.ts',
  'test/cli/texts/help.test.ts',
  'test/formats/demuxed.test.ts',
  'test/cli/subject-messages.test.ts',
  'test/cli/lost-sound.test.ts',
  'test/formats/list/free-programs.test.ts',
  'test/cli/options/options.test.ts',
  'test/verify/play/check-decoders.test.ts',
  'test/cli/demo.test.ts',
  'test/cli/formats.test.ts',
  'test/source/round-trip.test.ts',
  'test/cli/sealed/erased-files.test.ts',
  'test/cli/pages.test.ts',
  'test/cli/bombs.test.ts',
  'test/cli/sealed/played-whole.test.ts',
  'test/cli/sealed/erasure.test.ts',
  'test/verify/mutations.test.ts',
  'test/cli/progress-signal.test.ts',
  'test/cli/case/check.test.ts',
  'test/cli/without-tools.test.ts',
  'test/cli/erasure-backups.test.ts',
  'test/cli/erasure-cases.test.ts',
  'test/cli/sealed/cases.test.ts',
  'test/cli/keyring.test.ts',
  'test/runtimes/sealed.test.ts',
  'test/faults/keyring.test.ts',
  'test/faults/erasure-imports.test.ts',
  'test/faults/writers.test.ts',
  'test/cli/sealed/seal.test.ts',
  'test/cli/decode-together.test.ts',
  'test/runtimes/runtimes.test.ts',
  'test/faults/seal.test.ts',
  'test/faults/erasure.test.ts',
  'test/formats/mpeg/mpeg-audio.test.ts',
  'test/browser/viewer.test.ts',
  'test/cli/ten-years.test.ts',
  'test/faults/erasure-replicas.test.ts',
  'test/faults/erasure-open-files.test.ts',
  'test/cli/machine-faults.test.ts',
  'test/faults/erasure-messages.test.ts',
  'test/serve/roles.test.ts',
  'test/packages/packages.test.ts',
  'test/faults/abandoned-pages.test.ts',
  'test/faults/erasure-sealed.test.ts',
  'test/replicas/properties.test.ts',
  'test/faults/seal-threads.test.ts',
  'test/faults/kill-lanes.test.ts',
  'test/faults/served.test.ts',
  'test/faults/other-commands.test.ts',
  'test/faults/rehash.test.ts',
  'test/runtimes/serve.test.ts',
  'test/replicas/copy/log.test.ts',
  'test/cli/machine-midway.test.ts',
  'test/browser/notes.test.ts',
  'test/faults/one-bad-file.test.ts',
  'test/faults/replica-disks.test.ts',
  'test/replicas/repair/repair.test.ts',
  'test/faults/kill.test.ts',
  'test/replicas/rehash.test.ts',
  'test/browser/cases-page.test.ts',
  'test/faults/interrupts.test.ts',
  'test/serve/browser.test.ts',
  'test/cli/amend-identity.test.ts',
  'test/cli/machine-commands.test.ts',
  'test/faults/strace.test.ts',
  'test/cli/replica/whole.test.ts',
  'test/media/copy/opus-lane-ffmpeg.test.ts',
  'test/faults/disk.test.ts',
];

/** Returns every TypeScript file below `test`, relative to the project's root, sorted. */
function sources(root: string): string[] {
  return readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !/(?:^|\/)node_modules\//.test(name))
    .map((name) => `test/${name}`)
    .sort();
}

/**
 * Returns the lane of each test file, by its path from the project's root. The lane follows from what the file reaches through imports within `test`, then from its folder.
 * @param root folder of the project
 */
export function laneOfEachFile(root = join(import.meta.dirname, '..')): ReadonlyMap<string, Lane> {
  const texts = new Map(sources(root).map((file) => [file, readFileSync(join(root, file), 'utf8')]));
  const testFiles = [...texts.keys()].filter((file) => file.endsWith('.test.ts'));
  return new Map(testFiles.map((file) => [file, laneOf(file, reachedFrom(file, texts), texts)]));
}

function laneOf(file: string, reached: ReadonlySet<string>, texts: ReadonlyMap<string, string>): Lane {
  if (![...reached].some((module) => startsProcesses(texts.get(module) ?? ''))) return 'unit';
  const isJudged =
    judgedFolders.some((folder) => file.startsWith(folder)) || judgedFiles.has(file) || [...reached].some((module) => judgingModules.has(module));
  return isJudged ? 'judges' : 'program';
}

/** Imports that show that a module starts processes: Node's own, the command line and its threads, and functions of longplay that run FFmpeg or a witness. */
const processStarters = [
  /^(?:import\b|\}).*'(?:node:child_process|\.[^']*\/(?:in-process|worker-pool)\.ts)'/m,
  /import\('node:child_process'\)/,
  /^import \{[^}]*\b(?:findFfmpeg|sendToWitness|mediaTools)\b/m,
];

/** Returns true for a module that can start a process itself. */
function startsProcesses(text: string): boolean {
  return processStarters.some((starter) => starter.test(text));
}

/** Returns the modules below `test` that a file imports directly or through others, and the file itself. */
function reachedFrom(file: string, texts: ReadonlyMap<string, string>): ReadonlySet<string> {
  const reached = new Set([file]);
  // A set also iterates over elements that are added during the iteration.
  for (const module of reached) {
    for (const [, target = ''] of (texts.get(module) ?? '').matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)) {
      const imported = normalize(join(dirname(module), target));
      if (texts.has(imported)) reached.add(imported);
    }
  }
  return reached;
}
