import type { ClientRequest } from './server-context.ts';

/** Returns the JSON object of a request body; null if the body is no JSON object or is longer than `most` bytes. */
export async function jsonBody(request: Pick<ClientRequest, 'body'>, most: number): Promise<Readonly<Record<string, unknown>> | null> {
  const body = await request.body(most);
  if (body === null) return null;
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null; // an object with unknown members
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
