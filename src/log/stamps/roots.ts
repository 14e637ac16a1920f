import { readFile, stat } from 'node:fs/promises';
import { agree } from '../../core/base/agree.ts';
import { LongplayError, systemCode, systemText } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import { readDer } from './asn1.ts';
import { readCertificate, type StampCertificate } from './certificate.ts';
import { StampRefusal } from './refusal.ts';

/** Certificates of authorities that the user trusts. */
export type StampRoots = readonly StampCertificate[];

/**
 * Reads roots from a text with one or more certificates in PEM (RFC 7468); ignores text between them.
 * @throws LongplayError usage L222: there is none, or one that cannot be read
 */
export function readRoots(pem: string, name: string): StampRoots {
  const blocks = [...pem.matchAll(/-----BEGIN CERTIFICATE-----([\s\S]*?)-----END CERTIFICATE-----/g)];
  if (blocks.length === 0) throw notUsable(`${name} has no certificate in PEM`);
  return blocks.map(([, base64 = ''], index) => {
    try {
      const what = `certificate ${index + 1}`;
      return readCertificate(readDer(Uint8Array.from(Buffer.from(base64, 'base64')), what), what);
    } catch (error) {
      if (error instanceof StampRefusal) throw notUsable(`${name}: ${error.message}`, error);
      throw error;
    }
  });
}

/** Reads a file of roots. @throws LongplayError usage L222 */
export async function readRootsFile(path: string): Promise<StampRoots> {
  let text: string;
  try {
    const { size } = await stat(path);
    if (size > limits.stampRootsBytes) throw notUsable(agree`${path} has ${size} byte[s], more than ${limits.stampRootsBytes}`);
    text = await readFile(path, 'latin1');
  } catch (error) {
    if (systemCode(error) === null) throw error;
    throw notUsable(`${path} cannot be read: ${systemText(error)}`, error);
  }
  return readRoots(text, path);
}

function notUsable(message: string, cause?: unknown): LongplayError {
  return new LongplayError(
    'usage',
    'L222',
    message,
    'name a PEM file with the root certificates of your time-stamp authority; trust depends on it, so get it from the authority itself',
    cause,
  );
}
