import { basename, dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import { errorText } from '../../core/base/error.ts';
import { withResult } from '../../core/base/with-result.ts';
import type { VerifyEvent } from '../../verify/verify-events.ts';
import { option, optionGroups } from './options.ts';

/** Value of `--junit`. */
export interface JunitOption {
  readonly junit?: string;
}

/** Adds `--junit`. */
export function junitOption(command: Command): Command {
  return command
    .optionsGroup(optionGroups.monitoring)
    .addOption(option('--junit <file>', 'write JUnit XML there: a test case for each bag, the log, the catalog and stray files'));
}

/**
 * Passes on the events of a verification, and writes them as JUnit XML at its end. A run that failed is an error in the XML.
 * @param path of the archive or bag
 * @param isArchive false: a single bag
 * @throws LongplayError A107
 */
export async function* withJunit<Outcome>(
  events: AsyncGenerator<VerifyEvent, Outcome>,
  { junit: file }: JunitOption,
  path: string,
  isArchive: boolean,
  now: () => string,
): AsyncGenerator<VerifyEvent, Outcome> {
  if (file === undefined) return yield* events;
  const [{ createJunit }, { removeAbandoned, writeDurable }] = await Promise.all([
    import('../../report/junit.ts'),
    import('../../archive/files/durable.ts'),
  ]);
  await removeAbandoned(dirname(resolve(file)));
  const junit = createJunit(isArchive ? null : basename(path));
  const startedAt = now();
  const write = (failure: string | null): Promise<void> =>
    writeDurable(resolve(file), junit.text({ name: `longplay verify ${basename(path)}`, startedAt, endedAt: now(), failure }), 0o644);
  let outcome: Outcome;
  try {
    const taken = withResult(events);
    for await (const event of taken) {
      if (event.kind === 'verdict') junit.verdict(event);
      else if (event.kind === 'progress') junit.bag(event.bag);
      else if (event.kind === 'looked') junit.looked(event.at);
      yield event;
    }
    outcome = taken.result();
  } catch (error) {
    await write(errorText(error));
    throw error;
  }
  await write(null);
  return outcome;
}
