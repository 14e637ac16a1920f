import { agree } from './agree.ts';
import { LongplayError } from './error.ts';
import { limits } from './limits.ts';

/**
 * Returns a reason as one trimmed line; empty if none is given. It is never truncated: half a reason may say the opposite.
 * @throws LongplayError usage U317
 */
export function reasonText(text: string): string {
  const reason = text.replace(/\s+/gu, ' ').trim();
  if (reason.length > limits.reasonChars)
    throw new LongplayError(
      'usage',
      'U317',
      agree`the reason has ${reason.length} character[s], more than ${limits.reasonChars}`,
      'give the reason in one sentence, and name the document that has the rest',
    );
  return reason;
}

/** Returns the required reason of an option. @throws LongplayError usage C117, U317 */
export function givenReason(text: string): string {
  const reason = reasonText(text);
  if (reason === '') throw new LongplayError('usage', 'C117', 'the reason is empty', 'give the reason in one sentence: --reason TEXT');
  return reason;
}
