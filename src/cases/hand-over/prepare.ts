import { finding } from '../../core/findings/finding.ts';
import { findingEvent, type PipelineEvent } from '../../pipeline/events/events.ts';
import { createProver, type Prover } from '../../pipeline/log/prove-recording.ts';
import type { Mask } from '../mask/mask.ts';
import { type Masking, maskingOf } from '../mask/masking.ts';
import { allMessages, type ListedMessages } from '../store/read-case.ts';
import { type Custody, custodyOf } from './custody.ts';
import { createHandOvers, type HandOvers } from './hand-overs.ts';
import { type LandedBags, landedBags } from './landed-bags.ts';
import { type HandOverPlan, planHandOver } from './plan.ts';
import { isNothingNew } from './supplement.ts';
import { withoutWithheld } from './withheld.ts';
import type { HandOverWork } from './work.ts';

/** Facts known before anything of a case is copied: what the log says, what is masked, and what is handed over. */
export interface PreparedHandOver extends LoggedCase {
  readonly messages: ListedMessages;
  /** How other persons are masked; null: nothing is masked. */
  readonly masking: Masking | null;
  /** The mask of `masking`. */
  readonly mask: Mask | null;
  readonly plan: HandOverPlan;
  /** True for a supplement that would be empty and is therefore not made. */
  readonly isNothingNew: boolean;
}

/** What the log says about a case and the bags of its recordings. */
interface LoggedCase {
  readonly prover: Prover;
  readonly custody: Custody;
  readonly landed: LandedBags;
  readonly handOvers: HandOvers;
}

/** Reads the log and the messages, prepares the masking, and decides what is handed over. @throws LongplayError as `planHandOver` */
export async function* prepareHandOver(work: HandOverWork): AsyncGenerator<PipelineEvent, PreparedHandOver> {
  const { opened, document, request, signal } = work;
  const logged = yield* readLog(work);
  const messages = allMessages(work);
  const masking = request.mask ? await maskingOf(opened, document, messages.lists, signal) : null;
  for (const one of masking?.findings ?? []) yield findingEvent(one);
  const plan = await planHandOver(opened.archive, document, logged.handOvers, request, masking?.denied ?? new Set());
  const { supplement } = plan;
  const isEmpty = supplement !== null && isNothingNew(supplement);
  if (isEmpty) {
    const words = `nothing of case ${document.id} is new since hand-over ${supplement.to.number}; nothing was written`;
    yield findingEvent(finding('C185', document.id, words));
  } else if (supplement?.to.complete === false) {
    const words = `hand-over ${supplement.to.number}, to which this is a supplement, lacks files of the case; a supplement does not include them`;
    yield findingEvent(finding('C186', document.id, words));
  }
  return { ...logged, messages, masking, mask: masking?.mask ?? null, plan, isNothingNew: isEmpty };
}

async function* readLog({ opened: { archive, catalog }, document, tools, signal }: HandOverWork): AsyncGenerator<PipelineEvent, LoggedCase> {
  const bags = new Set<string>();
  // Nothing about withheld items is reported, so a bag that contains only withheld recordings is no part of this hand-over.
  for (const { recordingId } of withoutWithheld(document).recordings) for (const { bag } of catalog.search({ recordingId, limit: 1 })) bags.add(bag);
  const custody = custodyOf(bags, document.id);
  const landed = landedBags();
  const handOvers = createHandOvers(document.id);
  const prover = await createProver(archive, tools.keys, signal, (entry) => {
    custody.take(entry);
    landed.take(entry);
    handOvers.take(entry);
  });
  for (const one of prover.findings) yield findingEvent(one);
  return { prover, custody, landed, handOvers };
}
