import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { laneOfEachFile, lanes, slowFiles } from './test/lanes.ts';
import { patience } from './test/patience.ts';

// Certificates that somebody's network wants take each start of Node.js three times the CPU time that it takes else (0.1 s, not 0.03), and no test leaves the machine.
delete process.env.NODE_EXTRA_CA_CERTS;

const laneOf = laneOfEachFile();

const inOrder: readonly string[] = lanes;

/** Place of each of the slowest files, by its path. */
const places: ReadonlyMap<string, number> = new Map(slowFiles.map((file, place) => [join(import.meta.dirname, file), place]));

/** Runs one lane after another, the slowest files of each first, and begins the next lane while the last files of one still run: no worker waits. */
class LaneAfterLane extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const lane = ({ project }: TestSpecification): number => inOrder.indexOf(project.name);
    const place = ({ moduleId }: TestSpecification): number => places.get(moduleId) ?? places.size;
    return (await super.sort(files)).sort((a, b) => lane(a) - lane(b) || place(a) - place(b));
  }
}

export default defineConfig({
  test: {
    globalSetup: ['test/global-setup.ts'],
    // One more than CI has cores: a fifth of the time a test waits for a disk or a process. A project that said so itself would not hear `--maxWorkers`.
    maxWorkers: 3,
    sequence: { sequencer: LaneAfterLane },
    // Modules as they were last compiled, by their content: each lane compiles by itself, as does the next run.
    experimental: { fsModuleCache: true },
    projects: lanes.map((name) => ({
      test: {
        name,
        include: [...laneOf].flatMap(([file, lane]) => (lane === name ? [file] : [])),
        setupFiles: ['test/each-file.ts', ...(name === 'unit' ? ['test/no-process.ts'] : [])],
        // The tester's own configuration must not decide what a test sees; those about configuration name their files.
        env: { LONGPLAY_CONFIG: 'none' },
        // For what hangs alone: tests wait for what they look at, and a machine with a load of 30 takes fifteen times as long as an idle one.
        testTimeout: 900_000,
        hookTimeout: 900_000,
        expect: { poll: { timeout: patience } },
        // Files of one worker share what they have loaded, which saves half a second of CPU time a file: a test leaves the process as it found it.
        isolate: false,
      },
    })),
  },
});
