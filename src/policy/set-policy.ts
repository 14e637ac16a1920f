import { openArchive } from '../archive/layout.ts';
import { agree } from '../core/base/agree.ts';
import { errorText, LongplayError, systemCode } from '../core/base/error.ts';
import { givenReason } from '../core/base/given-reason.ts';
import { limits } from '../core/base/limits.ts';
import { withResult } from '../core/base/with-result.ts';
import { finding } from '../core/findings/finding.ts';
import type { NewEntry } from '../log/entries/log-entry.ts';
import { createDetailsReader } from '../log/who/entry-details.ts';
import { findingEvent, type PipelineEvent } from '../pipeline/events/events.ts';
import { openForReading } from '../pipeline/open/open-archive.ts';
import { unlockArchive } from '../sealing/stored/archive-secrets.ts';
import type { PolicyTools } from './add-hold.ts';
import { enterStep } from './enter.ts';
import { wordsOf } from './holds.ts';
import { type KeepingTools, lostKeeping, readHeld, readKeeping } from './read-keeping.ts';
import { createPolicyReview } from './review.ts';
import { readPolicy } from './rules/policy.ts';
import { keepingTypes } from './state/entries.ts';

/** A policy file. */
export interface PolicyFile {
  readonly text: string;
  /** The parsed values of the file. */
  readonly values: Readonly<Record<string, unknown>>;
}

/** Result of entering a policy. */
export interface PolicySet {
  readonly version: number;
  readonly rules: number;
  /** True: the policy was in force before, and nothing was entered. */
  readonly before: boolean;
  /** Number of findings about the policy. */
  readonly warnings: number;
}

/**
 * Enters a version of the retention policy, which is in force from then on. For recordings that were imported under earlier versions, the periods of those
 * versions remain in force.
 * Then compares the policy with the recordings and the replicas, and yields findings D109 to D114, which refuse nothing.
 * Enters nothing if the file is the one in force, unless the rules of a version are lost: the new version makes them known again.
 * @throws LongplayError usage C117, D100; incomplete D103
 */
export async function* setPolicy(
  archiveDir: string,
  { text, values }: PolicyFile,
  why: string,
  tools: PolicyTools,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, PolicySet> {
  const reason = givenReason(why);
  const policy = JSON.stringify(values);
  const { rules } = readPolicy(JSON.parse(policy));
  const bytes = Buffer.byteLength(text) + Buffer.byteLength(policy);
  if (bytes > limits.policyBytes)
    throw new LongplayError(
      'usage',
      'D100',
      agree`the policy and its values have ${bytes} byte[s], more than ${limits.policyBytes}`,
      'shorten comments, or name groups and tags in place of many values',
    );
  const archive = await openArchive(archiveDir);
  await unlockArchive(archive);
  const { versions } = await readHeld(archive, tools, signal);
  const current = versions.at(-1);
  const isKnown = versions.every((one) => one.policy !== null);
  let result = { version: versions.length, rules: rules.length, before: true };
  if (current?.text !== text || !isKnown) {
    const version = versions.length + 1;
    await enterStep(
      archive,
      async (mark): Promise<readonly NewEntry[]> => [
        { type: keepingTypes.retain, detail: { version, rules: rules.length, policyMark: await mark(text) }, details: { reason } },
        { type: keepingTypes.rules, actor: null, detail: { version }, details: { policy, text } },
      ],
      tools,
    );
    result = { version, rules: rules.length, before: false };
  }
  yield { type: 'result', of: 'policy', value: { ...result } };
  const warnings = yield* reviewPolicy(archiveDir, tools, signal);
  return { ...result, warnings };
}

/** Compares the policy in force with the archive. Yields D109 to D113; D114 if the recordings cannot be read, which keeps no policy from being in force. @returns their number */
async function* reviewPolicy(archiveDir: string, tools: PolicyTools, signal: AbortSignal): AsyncGenerator<PipelineEvent, number> {
  try {
    const opening = withResult(openForReading(archiveDir, tools.temporary, signal));
    yield* opening;
    using opened = opening.result();
    const reading = withResult(readKeeping(opened, tools, signal));
    yield* reading;
    const keeping = reading.result();
    if (keeping.current?.policy === undefined || keeping.current.policy === null) return 0;
    const review = createPolicyReview(keeping.current.policy, keeping);
    for (const row of opened.catalog.keepingRows()) {
      signal.throwIfAborted();
      review.take(keeping.judge(row));
    }
    const found = review.findings();
    for (const one of found) yield findingEvent(one);
    return found.length;
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof LongplayError) && systemCode(error) === null) throw error;
    yield findingEvent(finding('D114', 'catalog.sqlite', errorText(error)));
    return 1;
  }
}

/** Result of showing a policy. */
export interface PolicyShown {
  /** Text of the policy's file; null: it cannot be read. */
  readonly text: string | null;
  readonly version: number;
  readonly errors: number;
}

/**
 * Shows a version of the policy. Yields all versions, oldest first, each as a `result` of kind `policy`.
 * @param wanted number of the version; null: the one in force
 * @throws LongplayError usage D104
 */
export async function* showPolicy(
  archiveDir: string,
  wanted: number | null,
  tools: KeepingTools,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, PolicyShown> {
  const archive = await openArchive(archiveDir);
  await unlockArchive(archive);
  const { holds, versions, log, nowMs, fates } = await readHeld(archive, tools, signal);
  const lost = lostKeeping(log.findings, holds, versions, nowMs);
  for (const one of lost) yield findingEvent(one);
  const shown = wanted === null ? versions.at(-1) : versions.find(({ version }) => version === wanted);
  if (shown === undefined)
    throw new LongplayError(
      'usage',
      'D104',
      agree`the archive has ${versions.length} version[s] of a retention policy${wanted === null ? '' : `, not a version ${wanted}`}`,
      'enter a policy with: longplay retention set ARCHIVE POLICY.toml --reason TEXT',
    );
  const beside = createDetailsReader(archive.dir);
  for (const { version, entry, policy, text, untilSeq } of versions) {
    const known = {
      version,
      time: entry.time,
      ...(await wordsOf(keepingTypes.retain, entry, beside, fates)),
      rules: policy?.rules.map(({ name, basis }) => ({ name, basis })) ?? null,
      inForce: untilSeq === null,
    };
    yield { type: 'result', of: 'policy', value: { ...known, ...(version === shown.version ? { text } : {}) } };
  }
  return { text: shown.text, version: shown.version, errors: lost.length };
}
