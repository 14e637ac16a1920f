import { LongplayError } from '../core/error.ts';
import { limits } from '../core/limits.ts';

/** The reason that an option gives, without blanks around it. It is never cut: half a reason may say the opposite. @throws LongplayError usage C117, U317 */
export function givenReason(text: string): string {
  const reason = text.trim();
  if (reason === '') throw new LongplayError('usage', 'C117', 'the reason is empty', 'say in a sentence why: --reason TEXT');
  if (reason.length > limits.reasonChars)
    throw new LongplayError(
      'usage',
      'U317',
      `the reason has ${reason.length} characters, more than ${limits.reasonChars}`,
      'say it in a sentence, and name the document that has the rest',
    );
  return reason;
}
