import { LongplayError } from '../core/base/error.ts';
import { type KeyAgent, openKeyAgent } from '../serve/keys/key-agent.ts';
import type { FromAgent, SentRefusal, ToAgent } from '../serve/keys/key-request.ts';
import { provideKeyring } from './machine/keyring.ts';
import { createSurroundings } from './machine/surroundings.ts';

// Entry of the key agent: a child process of `serve` that alone has access to the keyring. It answers over its channel, and ends when the channel
// closes.
const abort = new AbortController();
let agent: Promise<KeyAgent> | null = null;

process.on('disconnect', () => process.exit(0));
// A terminal sends these signals to all processes of the server; the agent continues until the server has sent its last answer.
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => undefined);
// The parent is longplay itself, so its messages have these shapes. Each request is compared with the log.
process.on('message', (message) => void take(message as ToAgent));

async function take(message: ToAgent): Promise<void> {
  if ('start' in message) {
    provideKeyring(createSurroundings(), undefined, abort.signal);
    agent = openKeyAgent(message.start, (event) => reply({ event }), abort.signal);
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
    else if ('holdsOf' in message) reply({ id, holds: await ready.holdsOf(message.holdsOf) });
    else if ('caseRequest' in message) reply({ id, pages: await ready.caseKeysFor(message.caseRequest) });
    else {
      await ready.addPage(message.page);
      reply({ id, added: true });
    }
  } catch (error) {
    reply({ id, refused: sent(error) });
  }
}

function reply(message: FromAgent): void {
  if (process.connected) process.send?.(message);
}

function sent(error: unknown): SentRefusal | string {
  if (!(error instanceof LongplayError)) return error instanceof Error ? (error.stack ?? error.message) : String(error);
  const { kind, code, message, hint } = error;
  return { kind, code, message, hint };
}
