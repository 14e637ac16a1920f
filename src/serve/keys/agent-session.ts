import { LongplayError } from '../../core/base/error.ts';
import type { PipelineEvent } from '../../pipeline/events/events.ts';
import type { KeyAgent } from './key-agent.ts';
import type { AgentStart, FromAgent, SentRefusal, ToAgent } from './key-request.ts';

/**
 * Returns the function that takes the messages of one serving process.
 * @param open opens an agent of its own for this process, so that entries from before do not count
 */
export function createAgentSession(
  open: (start: AgentStart, tell: (event: PipelineEvent) => void) => Promise<KeyAgent>,
  reply: (message: FromAgent) => void,
): (message: ToAgent) => Promise<void> {
  let agent: Promise<KeyAgent> | null = null;
  return async (message) => {
    if ('start' in message) {
      agent = open(message.start, (event) => reply({ event }));
      await agent.then(
        ({ catalogKey }) => reply({ ready: true, catalogKey }),
        (error: unknown) => reply({ failed: sent(error) }),
      );
      return;
    }
    const { id } = message;
    try {
      if (agent === null) throw new Error('the agent was not started');
      const ready = await agent;
      if ('request' in message) reply({ id, keys: await ready.keysFor(message.request) });
      else if ('keepingOf' in message) reply({ id, keeping: await ready.keepingOf(message.keepingOf) });
      else if ('caseRequest' in message) reply({ id, pages: await ready.caseKeysFor(message.caseRequest) });
      else {
        await ready.addPage(message.page);
        reply({ id, added: true });
      }
    } catch (error) {
      reply({ id, refused: sent(error) });
    }
  };
}

function sent(error: unknown): SentRefusal | string {
  if (!(error instanceof LongplayError)) return error instanceof Error ? (error.stack ?? error.message) : String(error);
  const { kind, code, message, hint } = error;
  return { kind, code, message, hint };
}
