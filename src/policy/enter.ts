import { LongplayError } from '../core/base/error.ts';
import { createEntering, type Entering, type EntryTools } from '../pipeline/open/enter-one.ts';

/** Enters all entries of a step with one signature, or none of them. @throws LongplayError incomplete D103 */
export async function enterStep(
  archive: { readonly dir: string; readonly id: string },
  entries: Parameters<Entering['enterAll']>[0],
  tools: EntryTools,
): Promise<void> {
  const entering = createEntering(archive, tools);
  try {
    const refusal = await entering.enterAll(entries);
    if (refusal === null) return;
    throw new LongplayError(
      'incomplete',
      'D103',
      `nothing was entered, because the log cannot be written: ${refusal.reason}`,
      'fix that, or work on the machine that has the key of the archive; then repeat the command',
    );
  } finally {
    await entering.close();
  }
}
