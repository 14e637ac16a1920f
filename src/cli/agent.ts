import { createAgentSession } from '../serve/keys/agent-session.ts';
import { openKeyAgent } from '../serve/keys/key-agent.ts';
import type { ToAgent } from '../serve/keys/key-request.ts';
import { provideKeyring } from './machine/keyring.ts';
import { createSurroundings } from './machine/surroundings.ts';

// Entry of the key agent: a child process of `serve` that alone has the keyring. It answers over its channel, and ends with it.
const abort = new AbortController();
const take = createAgentSession(
  (start, tell) => {
    provideKeyring(createSurroundings(), undefined, abort.signal);
    return openKeyAgent(start, tell, abort.signal);
  },
  (message) => {
    if (process.connected) process.send?.(message);
  },
);

process.on('disconnect', () => process.exit(0));
// A terminal sends these to all processes of the server: the agent goes on until the last answer was sent.
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => undefined);
// The parent is longplay itself: its messages have these shapes. What a request asks for is compared with the log.
process.on('message', (message) => void take(message as ToAgent));
