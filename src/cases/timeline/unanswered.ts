import type { RecordingDocument } from '../../core/model/recording-document.ts';
import { spanOf } from '../../core/time/time-span.ts';

/** Why no recording of a call is expected: nobody answered it, or the recorder was not supposed to record it. */
export type NoRecording = 'unanswered' | 'by-design';

/**
 * Matches fields with the result of a call: Asterisk's CDR (disposition), FreeSWITCH (hangup_cause), VoIPmonitor (lastSIPresponseNum, kept as sip-response),
 * and tables.
 */
const resultFields = /^(?:.*[._ ])?(?:disposition|hangup_?cause|call_?(?:result|status)|result|sip-response)$/i;
/** Matches values that mean "not answered": asterisk cdr.h (ast_cdr_disp2str), switch_types.h (switch_channel_cause2str), RFC 3261 section 21: 4xx to 6xx. */
const unansweredWords =
  /^(?:no.?answer|busy|failed|congestion|cancel(?:led|ed)?|missed|abandoned|user_busy|no_user_response|originator_cancel|call_rejected|unallocated_number|[456]\d\d)$/i;
const talkFields = /^(?:.*[._ ])?(?:billsec|talk_?(?:time|sec|seconds)|billable|connect_duration)$/i;

/** Returns why no recording is expected; null: one is expected. Evidence of an answer outweighs all evidence against it. */
export function noRecordingOf({ recording }: Pick<RecordingDocument, 'recording'>): NoRecording | null {
  const { callAnswer, extra, quality = [], events, reconciliation } = recording;
  if ((reconciliation.joined ?? reconciliation.status) === 'not-recorded-by-design') return 'by-design';
  if (spanOf(callAnswer) !== null || events.some(({ type }) => type === 'answer')) return null;
  const said = [...extra, ...quality];
  const talked = said.filter(({ name }) => talkFields.test(name)).map(({ value }) => Number(value));
  if (talked.some((seconds) => seconds > 0)) return null;
  const results = said.filter(({ name, value }) => resultFields.test(name) && value.trim() !== '');
  if (results.length > 0) return results.every(({ value }) => unansweredWords.test(value.trim())) ? 'unanswered' : null;
  return talked.length > 0 ? 'unanswered' : null;
}
